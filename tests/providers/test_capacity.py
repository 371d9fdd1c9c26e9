import pytest
from django.db import IntegrityError, transaction

from providers import capacity
from providers.errors import ProviderError
from providers.models import Worker
from tests.providers.roster import provider, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def wai():
    return worker(provider(), capacity=2, free=2)


def free(wai):
    return Worker.objects.get(pk=wai.pk).free


def test_what_is_taken_is_taken_once(wai):
    assert [capacity.take(wai.pk) for _ in range(3)] == [True, True, False]
    assert free(wai) == 0


def test_nothing_is_given_back_beyond_the_capacity(wai):
    capacity.take(wai.pk)
    capacity.give_back(wai.pk)
    capacity.give_back(wai.pk)
    assert free(wai) == 2


def test_nobody_unknown_is_taken():
    assert not capacity.take(4711)


def test_more_room_is_free_room(wai):
    capacity.take(wai.pk)
    capacity.resize(wai.pk, 5)
    assert free(wai) == 4


def test_what_is_in_use_cannot_be_cut_away(wai):
    capacity.take(wai.pk)
    capacity.take(wai.pk)
    with pytest.raises(ProviderError) as refused:
        capacity.resize(wai.pk, 1)
    assert refused.value.code == "capacity_in_use"
    assert set(refused.value.fields) == {"capacity"}
    assert free(wai) == 0


def test_the_database_refuses_more_free_than_there_is(wai):
    with pytest.raises(IntegrityError), transaction.atomic():
        Worker.objects.filter(pk=wai.pk).update(free=3)
