"""Wai stands at Mei's door, and his telephone says so."""

from datetime import timedelta

import pytest

from dispatch import arriving, assignments, offers, upkeep
from dispatch.actors import Actor
from dispatch.models import Assignment, Event
from dispatch.pages.desk import lines
from tests import cast
from tests.dispatch.town import cries, sweep, wants
from tracking.devices import link
from tracking.messages import Fix, Message
from tracking.models import Device, Protocol
from tracking.reception import Said, Sender, receive_news

pytestmark = pytest.mark.django_db
WAI = Actor("worker", None, "Wai Ho")
PHONE = Sender(Protocol.OSMAND)
METRE = 1 / 111_000


@pytest.fixture
def mei():
    return cast.mei(card_number="a12345678")


@pytest.fixture
def wai(now):
    wai = cast.wai(cast.sunrise_kitchen(), "catering", "medical")
    link(Device.objects.create(device_id="wais phone"), worker=wai, now=now - timedelta(days=1))
    return wai


@pytest.fixture
def visit(mei, wai, now):
    """A meal, and Wai under way with it."""
    return under_way(wants(mei, now=now), now)


def under_way(request, now):
    sweep(now)
    visit = offers.accept(request.offers.get(worker__name="Wai Ho").pk, by=WAI, now=now)
    return assignments.depart(visit.pk, by=WAI, now=now)


def stands(mei, now, *, after_s, metres=10.0, accuracy_m=12.0):
    at = now + timedelta(seconds=after_s)
    fix = Fix(mei.lat + metres * METRE, mei.lon, at, accuracy_m)
    receive_news([Said([Message("wais phone", sent_at=at, fix=fix)], PHONE, at)], now=at)
    return at


def state(visit):
    return Assignment.objects.get(pk=visit.pk).state


def test_two_minutes_at_her_door_are_an_arrival_that_nobody_pressed(visit, mei, now):
    stands(mei, now, after_s=60, metres=300)
    for after_s in (100, 160, 219):
        upkeep.sweep(now=stands(mei, now, after_s=after_s))
        assert state(visit) == "en_route"
    at = stands(mei, now, after_s=221)
    assert arriving.sweep(now=at) == 1
    assert state(visit) == "on_scene"
    visit.request.refresh_from_db()
    assert visit.request.state == "ON_SCENE"
    event = Event.objects.get(kind="assignment.arrived")
    assert event.by["kind"] == "system"
    said = lines.sentence(event.kind, event.data)
    assert said == "Wai Ho arrived. the position of the telephone"
    assert arriving.sweep(now=at) == 0


@pytest.mark.parametrize(
    "way",
    [
        [(10, 10, 12)],  # once
        [(10, 10, 12), (15, 10, 12), (20, 90, 12)],  # passes by
        [(10, 10, 12), (70, 300, 12), (131, 10, 12)],  # to the shop and back
        [(10, 90, 12), (131, 90, 12)],  # in the next street
        [(10, 10, 80), (131, 10, 80)],  # somewhere around here
    ],
)
def test_who_is_not_surely_there_or_does_not_stay_has_not_arrived(visit, mei, now, way):
    for after_s, metres, accuracy_m in way:
        at = stands(mei, now, after_s=after_s, metres=metres, accuracy_m=accuracy_m)
    assert arriving.sweep(now=at + timedelta(seconds=3)) == 0
    assert state(visit) == "en_route"


def test_who_passes_by_and_is_not_heard_any_more_has_not_stayed(visit, mei, now):
    for after_s in (10, 15):
        at = stands(mei, now, after_s=after_s)
    assert arriving.sweep(now=at + timedelta(seconds=150)) == 0
    assert state(visit) == "en_route"


def test_in_an_emergency_only_a_person_says_that_somebody_is_with_her(mei, wai, now):
    visit = under_way(cries(mei, now=now), now)
    for after_s in (10, 131):
        at = stands(mei, now, after_s=after_s)
    assert arriving.sweep(now=at) == 0
    assert state(visit) == "en_route"


def test_who_waits_at_her_door_for_the_order_has_not_come_with_it(mei, wai, now):
    """What he did before he set out says nothing: he may still have to fetch the meal."""
    for after_s in (-200, -100):
        stands(mei, now, after_s=after_s)
    under_way(wants(mei, now=now), now)
    assert arriving.sweep(now=stands(mei, now, after_s=30)) == 0


def test_the_card_he_reads_afterwards_still_proves_it(visit, mei, now):
    for after_s in (10, 131):
        at = stands(mei, now, after_s=after_s)
    arriving.sweep(now=at)
    assert assignments.arrive(visit.pk, by=WAI, now=at, typed="A 1234 5678").state == "on_scene"
    assert Assignment.objects.get(pk=visit.pk).proof == "card"
    assert Event.objects.filter(kind="assignment.arrived").count() == 1
