import pytest
from django.contrib.auth.models import AnonymousUser

from providers.models import Provider
from providers.selectors import providers_for, worker_of, workers_for
from tests import cast
from tests.providers.roster import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def sunrise():
    return cast.sunrise_kitchen()


@pytest.fixture
def wai(sunrise):
    return cast.wai(sunrise)


@pytest.fixture
def colleague(wai):
    return worker(wai.provider)


@pytest.fixture
def stranger(wai):
    return worker(Provider.objects.create(name="Evening"))


def seen(user):
    return set(workers_for(user)), set(providers_for(user))


@pytest.mark.parametrize("who", [cast.olive, cast.sol, cast.agnes, cast.ada])
def test_the_desk_sees_everybody(who, sunrise, wai, colleague, stranger):
    assert seen(who()) == ({wai, colleague, stranger}, {sunrise, stranger.provider})


def test_a_worker_sees_himself_and_his_provider(sunrise, wai, colleague, stranger):
    assert seen(wai.user) == ({wai}, {sunrise})
    assert worker_of(wai.user) == wai


def test_the_providers_staff_see_their_own(sunrise, wai, colleague, stranger):
    sunny = cast.account("sunny")
    sunrise.staff.add(sunny)
    assert seen(sunny) == ({wai, colleague}, {sunrise})
    assert worker_of(sunny) is None


def test_family_elders_stations_and_strangers_see_nobody(wai):
    mei = cast.mei()
    for user in (cast.ka_ming(mei), cast.signed_in(mei), cast.ping(), AnonymousUser()):
        assert seen(user) == (set(), set())
        assert worker_of(user) is None


def test_an_account_that_was_closed_sees_nobody(wai):
    wai.user.is_active = False
    assert seen(wai.user) == (set(), set())
