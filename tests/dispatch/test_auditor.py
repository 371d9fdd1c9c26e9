"""The auditor finds what nobody watches: each of its lists, with the house broken on purpose."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from dispatch import offers, ownership, selectors
from dispatch.management.commands.audit import MEANING
from dispatch.models import Assignment, Deadline, Offer, ServiceRequest
from elders.models import Elder
from telephony import callbacks
from tests import cast
from tests.dispatch.town import WORKER, cries, sweep, wants, workers

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> Elder:
    return cast.mei()


def found(now) -> dict[str, list[int]]:
    return {name: ids for name, ids in selectors.unwatched(now=now).items() if ids}


def accepted(mei, now) -> Assignment:
    workers(cast.sunrise_kitchen(), 2)
    meal = wants(mei, now=now)
    sweep(now)
    return offers.accept(meal.offers.get().pk, by=WORKER, now=now)


def test_a_sound_house_is_silent(mei, now):
    accepted(mei, now)
    cries(mei, now=now)
    assert found(now) == {}


@pytest.mark.parametrize("end", ["fired_at", "cleared_at"])
def test_an_open_request_without_a_clock(mei, now, end):
    meal = wants(mei, now=now)
    Deadline.objects.filter(kind="state").update(**{end: now})
    assert found(now) == {"no_clock": [meal.pk]}


def test_another_clock_is_no_clock_of_its_state(mei, now):
    case = cries(mei, now=now)
    Deadline.objects.filter(kind="state").delete()
    assert found(now) == {"no_clock": [case.pk]}


def test_what_has_ended_needs_no_clock(mei, now):
    meal = wants(mei, now=now)
    Deadline.objects.all().delete()
    ServiceRequest.objects.filter(pk=meal.pk).update(state="CLOSED")
    assert found(now) == {}


@pytest.mark.parametrize("state", ["ASSIGNED", "EN_ROUTE", "ON_SCENE"])
def test_a_visit_that_no_worker_has(mei, now, state):
    going = accepted(mei, now)
    ServiceRequest.objects.update(state=state)
    assert found(now) == {}
    Assignment.objects.update(state="released")
    assert found(now) == {"no_owner": [going.request_id]}


def test_an_offer_made_to_nobody(mei, now):
    workers(cast.sunrise_kitchen(), 1)
    meal = wants(mei, now=now)
    sweep(now)
    assert found(now) == {}
    Offer.objects.update(state="declined")
    assert found(now) == {"no_offer": [meal.pk]}


def test_who_is_about_to_be_offered_again_is_watched(mei, now):
    workers(cast.sunrise_kitchen(), 1)
    meal = wants(mei, now=now)
    sweep(now)
    offers.decline(meal.offers.get().pk, by=WORKER, now=now)
    assert found(now) == {}


def test_an_emergency_nobody_has_and_no_clock_watches(mei, now):
    case = cries(mei, now=now)
    Deadline.objects.filter(kind="unclaimed").delete()
    assert found(now) == {"unclaimed": [case.pk]}
    ownership.claim(case.pk, by=cast.olive(), now=now)
    assert found(now) == {}


def test_a_deadline_the_sweep_has_missed(mei, now):
    meal = wants(mei, now=now)
    (clock,) = meal.deadlines.all()
    assert found(now + timedelta(seconds=59)) == {}
    assert found(now + timedelta(seconds=60)) == {"overdue": [clock.pk]}


def test_a_callback_without_a_clock(now):
    callback = callbacks.open_for("+8613800009999", reason="test", priority="urgent", now=now)
    assert found(now) == {"callbacks": [callback.pk]}


# --- manage.py audit -----------------------------------------------------------------------------


def test_the_command_is_silent_in_a_sound_house(mei):
    wants(mei, now=timezone.now())
    said = StringIO()
    call_command("audit", stdout=said)
    assert said.getvalue() == ""


def test_the_command_tells_what_it_found_and_fails(mei):
    meal = wants(mei, now=timezone.now())
    Deadline.objects.all().delete()
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("audit", stdout=said)
    assert ended.value.code == 1
    assert said.getvalue() == f"no_clock (open requests without a running clock): {meal.pk}\n"


def test_the_command_can_name_whatever_the_auditor_finds(now):
    assert set(MEANING) == set(selectors.unwatched(now=now))
