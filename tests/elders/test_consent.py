"""What Mei lets others see of her."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from elders import consent
from elders.consent import Scope, may_see
from elders.models import Consent
from tests import cast

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def mei():
    return cast.mei()


def seen_by(user, elder, now):
    return {scope for scope in Scope if may_see(user, elder, scope, now=now)}


def test_family_sees_what_she_consented_to_and_nothing_else(mei, now):
    assert seen_by(cast.ka_ming(mei, Scope.HEALTH), mei, now) == {Scope.HEALTH}


def test_another_family_sees_nothing(mei, now):
    assert seen_by(cast.rose(cast.lan()), mei, now) == set()


def test_she_herself_operators_and_auditors_see_everything(mei, now):
    for user in (cast.signed_in(mei), cast.olive(), cast.sol(), cast.agnes()):
        assert seen_by(user, mei, now) == set(Scope)


def test_station_administrator_and_strangers_see_none_of_it(mei, now):
    for user in (cast.ping(), cast.ada(), AnonymousUser()):
        assert seen_by(user, mei, now) == set()


def test_an_operator_of_another_part_of_town_sees_nothing(mei, now):
    olive = cast.olive()
    olive.grids.create(code="330199", name="Elsewhere", level=1)
    assert seen_by(olive, mei, now) == set()


def test_a_withdrawn_consent_ends_at_once_and_leaves_its_history(mei, now):
    ka_ming = cast.ka_ming(mei, Scope.HEALTH, Scope.REQUESTS)
    assert consent.withdraw(mei, ka_ming, Scope.HEALTH, now=now) == 1
    assert seen_by(ka_ming, mei, now) == {Scope.REQUESTS}
    assert may_see(ka_ming, mei, Scope.HEALTH, now=now - HOUR)
    assert Consent.objects.filter(grantee=ka_ming).count() == 2


def test_a_consent_given_again_replaces_the_one_before(mei, now):
    ka_ming = cast.ka_ming(mei, Scope.HEALTH)
    consent.give(mei, ka_ming, Scope.HEALTH, now=now, until=now + HOUR)
    assert may_see(ka_ming, mei, Scope.HEALTH, now=now)
    assert not may_see(ka_ming, mei, Scope.HEALTH, now=now + HOUR)


def test_a_barred_relative_never_learns_where_she_is(mei, now):
    ka_ming = cast.ka_ming(mei, *Scope)
    mei.family.update(barred=True)
    assert seen_by(ka_ming, mei, now) == {Scope.HEALTH, Scope.REQUESTS}
    assert ka_ming not in consent.family(mei, Scope.WHEREABOUTS, now=now)


def test_a_closed_account_sees_nothing(mei, now):
    ka_ming = cast.ka_ming(mei, *Scope)
    ka_ming.is_active = False
    ka_ming.save()
    assert seen_by(ka_ming, mei, now) == set()


@given(
    since=st.integers(-100, 100), length=st.none() | st.integers(0, 100), at=st.integers(-150, 250)
)
def test_a_consent_runs_from_its_start_until_before_its_end(since, length, at):
    start = cast.BEFORE + since * HOUR
    end = None if length is None else start + length * HOUR
    moment = cast.BEFORE + at * HOUR
    with transaction.atomic():
        mei, son = cast.mei(), cast.account("son")
        Consent.objects.create(elder=mei, grantee=son, scope=Scope.HEALTH, since=start, until=end)
        runs = Consent.objects.filter(consent.running(moment)).exists()
        transaction.set_rollback(True)
    assert runs == (start <= moment and (end is None or moment < end))
