"""What happens when nothing happens (rule 6, 7): every clock, told how late it is."""

import logging
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from dispatch import assignments, closing, deadlines, offers, selectors
from dispatch.actors import actor_of
from dispatch.models import Assignment, Deadline, Notice, Offer, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.states import Priority
from elders.models import Elder
from telephony import outbound
from telephony.models import Call, CallBack, OutboundJob
from tests import cast
from tests.dispatch.town import WORKER, cries, sweep, wants, workers
from tests.scenarios.phone import Phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> Elder:
    return cast.mei()


def told(code: str) -> int:
    notice = Notice.objects.filter(code=code, done_at=None).first()
    return notice.times if notice else 0


def at(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def accepted(mei: Elder, now: datetime, priority: Priority = Priority.ROUTINE) -> Assignment:
    workers(cast.sunrise_kitchen(), 3)
    meal = wants(mei, now=now, priority=priority)
    sweep(now)
    return offers.accept(meal.offers.first().pk, by=WORKER, now=now)


def finished(mei: Elder, now: datetime, priority: Priority = Priority.ROUTINE) -> ServiceRequest:
    going = accepted(mei, now, priority)
    assignments.arrive(going.pk, by=WORKER, now=now)
    assignments.finish(going.pk, by=WORKER, now=now)
    return going.request


# --- the sweep -----------------------------------------------------------------------------------


def test_a_deadline_fires_once_however_many_sweep(mei, now):
    wants(mei, now=now)
    (due,) = Deadline.objects.values_list("pk", flat=True)
    assert deadlines.fire(due, now=now)
    assert not deadlines.fire(due, now=now)


def test_nothing_fires_before_its_time(mei, now):
    wants(mei, now=now)
    assert deadlines.fire_due(now=at(now, -1)) == 0


def test_what_was_cleared_does_not_fire(mei, now):
    wants(mei, now=now)
    Deadline.objects.update(cleared_at=now)
    assert deadlines.fire_due(now=at(now, 999)) == 0


def test_of_many_clocks_each_round_fires_some_the_oldest_first(mei, now):
    for seconds in (3, 1, 2):
        wants(mei, now=at(now, -seconds))
    assert deadlines.fire_due(now=now, limit=2) == 2
    (left,) = Deadline.objects.filter(RUNNING, kind="state", due_at__lte=now)
    assert left.request.opened_at == at(now, -1)


def test_a_clock_that_fails_halfway_has_done_nothing(mei, now, caplog, monkeypatch):
    """The fault comes after the offer was made: the offer goes with it, the deadline stays."""

    def fall(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a fault of ours")

    caplog.set_level(logging.CRITICAL)
    workers(cast.sunrise_kitchen(), 1)
    meal = wants(mei, now=now)
    monkeypatch.setattr(deadlines, "_keep_searching", fall)
    deadlines.fire_due(now=now)
    assert not meal.offers.exists()
    monkeypatch.undo()
    deadlines.fire_due(now=at(now, 1))
    assert meal.offers.count() == 1


# --- looking for somebody ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("priority", "every_s"), [("routine", 300), ("urgent", 60), ("emergency", 30)]
)
def test_what_is_unfilled_is_told_again_and_again(mei, now, priority, every_s):
    wants(mei, now=now, priority=Priority(priority))
    ServiceRequest.objects.update(voice_at=now)
    sweep(now)
    assert told("unfilled") == 1
    for times in range(1, 4):
        sweep(at(now, every_s * times - 1))
        assert told("unfilled") == times
        sweep(at(now, every_s * times))
        assert told("unfilled") == times + 1
    assert Notice.objects.get(code="unfilled").level == "sos"


def test_somebody_found_ends_the_nagging(mei, now):
    meal = wants(mei, now=now)
    sweep(now)
    workers(cast.sunrise_kitchen(), 1)
    sweep(at(now, 300))
    offers.accept(meal.offers.get().pk, by=WORKER, now=at(now, 301))
    assert told("unfilled") == 0


# --- the visit -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("priority", "departs_s", "long_s", "again_s"),
    [("routine", 600, 7200, 900), ("urgent", 180, 5400, 300), ("emergency", 60, 3600, 120)],
)
def test_not_departed_late_and_overdue(mei, now, priority, departs_s, long_s, again_s):
    going = accepted(mei, now, Priority(priority))
    sweep(at(now, departs_s - 1))
    assert told("not_departed") == 0
    sweep(at(now, departs_s))
    assert told("not_departed") == 1
    sweep(at(now, departs_s + again_s))
    assert told("not_departed") == 2

    departed = at(now, departs_s + again_s)
    Offer.objects.filter(pk=going.offer_id).update(eta_s=400)
    assignments.depart(going.pk, by=WORKER, now=departed)
    sweep(at(departed, 599))
    assert told("late") == 0
    sweep(at(departed, 600))  # half as long again as the offer said
    assert told("late") == 1

    arrived = at(departed, 601)
    assignments.arrive(going.pk, by=WORKER, now=arrived)
    assert told("late") == 0
    sweep(at(arrived, long_s - 1))
    assert told("overdue") == 0
    sweep(at(arrived, long_s))
    assert told("overdue") == 0  # the worker is asked first
    sweep(at(arrived, long_s + 180))
    assert told("overdue") == 1
    assignments.finish(going.pk, by=WORKER, now=at(arrived, long_s + 180))
    assert told("overdue") == 0


def test_nobody_is_late_within_three_minutes(mei, now):
    going = accepted(mei, now)
    Offer.objects.update(eta_s=30)
    assignments.depart(going.pk, by=WORKER, now=now)
    sweep(at(now, 179))
    assert told("late") == 0
    sweep(at(now, 180))
    assert told("late") == 1


def test_setting_out_ends_the_notice_that_nobody_did(mei, now):
    going = accepted(mei, now)
    sweep(at(now, 600))
    assignments.depart(going.pk, by=WORKER, now=at(now, 601))
    assert told("not_departed") == 0


def test_falling_away_ends_the_notice_that_somebody_is_late(mei, now):
    going = accepted(mei, now)
    assignments.depart(going.pk, by=WORKER, now=now)
    sweep(at(now, 3600))
    assignments.release(going.pk, by=WORKER, now=at(now, 3601), why="a flat tyre")
    assert told("late") == 0


def test_a_late_worker_is_told_of_until_somebody_acts(mei, now):
    going = accepted(mei, now)
    assignments.depart(going.pk, by=WORKER, now=now)
    for times in range(1, 5):
        sweep(at(now, 3600 + 900 * (times - 1)))
        assert told("late") == times


# --- the confirmation ----------------------------------------------------------------------------


def confirmation(mei: Elder, now: datetime) -> tuple[ServiceRequest, Phone, dict]:
    """A finished visit, and the call about it that rings at Mei's."""
    meal = finished(mei, now)
    sweep(now)
    phone = Phone(cast.MEI_NUMBER)
    (ringing,) = phone.outbox("call")
    assert ringing["purpose"] == "confirm"
    return meal, phone, ringing


def test_one_confirms_and_closes(mei, now):
    meal, phone, ringing = confirmation(mei, now)
    phone.answer(ringing)
    phone.reply(ringing, "1")
    meal.refresh_from_db()
    assert (meal.state, meal.disposition) == ("CLOSED", "met")
    last = meal.events.last()
    assert (last.kind, last.by["kind"], last.by["id"]) == ("request.closed", "elder", mei.pk)
    assert not Deadline.objects.filter(RUNNING, request=meal).exists()


@pytest.mark.parametrize("key", ["0", "", "5"], ids=["zero", "silence", "something else"])
def test_zero_or_silence_puts_a_person_on_it(mei, now, key):
    meal, phone, ringing = confirmation(mei, now)
    phone.answer(ringing)
    heard = phone.reply(ringing, key)
    meal.refresh_from_db()
    assert meal.state == "DONE"
    assert told("not_confirmed") == 1
    assert "enqueue" in {step["verb"] for step in heard}
    assert Call.objects.get(job__purpose="confirm").priority == "urgent"


def test_hanging_up_on_the_person_she_asked_for_is_a_callback(mei, now):
    _, phone, ringing = confirmation(mei, now)
    phone.answer(ringing)
    phone.reply(ringing, "0")
    phone.hang_up()
    assert CallBack.objects.get(reached_at=None).number == cast.MEI_NUMBER


def test_no_answer_puts_a_person_on_it(mei, now):
    meal, _, _ = confirmation(mei, now)
    sweep(at(now, 599))
    assert told("not_confirmed") == 0
    sweep(at(now, 600))
    assert told("not_confirmed") == 1
    sweep(at(now, 900))
    assert told("not_confirmed") == 2
    meal.refresh_from_db()
    assert meal.state == "DONE"  # nothing closes silently


def test_without_a_telephone_a_person_asks(mei, now):
    mei.holdings.all().delete()
    finished(mei, now)
    sweep(now)
    assert told("not_confirmed") == 1


@pytest.mark.parametrize("status", ["away", "in_hospital", "deceased"])
def test_who_is_not_there_is_not_rung_and_a_person_asks(mei, now, status):
    """Her status pauses what we start."""
    mei.status = status
    mei.save()
    finished(mei, now)
    sweep(now)
    assert told("not_confirmed") == 1
    assert not OutboundJob.objects.filter(purpose="confirm").exists()


def test_an_emergency_is_not_confirmed_by_a_call(mei, now):
    workers(cast.sunrise_kitchen(), 1)
    case = cries(mei, now=now)
    sweep(now)
    going = offers.accept(case.offers.get().pk, by=WORKER, now=now)
    assignments.arrive(going.pk, by=WORKER, now=now)
    assignments.finish(going.pk, by=WORKER, now=now)
    sweep(at(now, 300))
    assert not OutboundJob.objects.filter(purpose="confirm").exists()
    assert told("not_confirmed") == 1


def test_one_key_of_an_old_confirmation_closes_nothing_that_was_opened_again(mei, now):
    meal, phone, ringing = confirmation(mei, now)
    phone.answer(ringing)
    closing.reopen(meal.pk, by=actor_of(cast.olive()), now=now, reason="she is still hungry")
    phone.reply(ringing, "1")
    meal.refresh_from_db()
    assert meal.state == "OFFERED"


# --- jobs at their cap ---------------------------------------------------------------------------


def test_when_the_cap_of_a_call_is_reached_a_person_is_told(mei, now):
    meal, phone, _ = confirmation(mei, now)
    for attempt in range(3):
        assert told("unreached") == 0
        ringing = phone.outbox("call")[-1]
        phone.let_ring(ringing)
        OutboundJob.objects.filter(state="queued").update(next_at=timezone.now())
        sweep(at(now, attempt))
        deliver_now()
    assert told("unreached") == 1
    notice = Notice.objects.get(code="unreached")
    assert notice.request == meal
    assert notice.data == {"purpose": "confirm", "to": cast.MEI_NUMBER}
    assert OutboundJob.objects.get(purpose="confirm").attempts == 3


def deliver_now() -> None:
    outbound.deliver_due(now=timezone.now())


def test_a_worker_who_cannot_be_reached_is_no_notice_the_next_one_is_asked(mei, now):
    crew = workers(cast.sunrise_kitchen(), 2)
    case = cries(mei, now=now)
    sweep(now)
    phone = Phone(crew[0].phone)
    for _ in range(3):
        for ringing in phone.outbox("call"):
            if ringing["state"] == "ringing":
                phone.reject(ringing)
        OutboundJob.objects.filter(state="queued").update(next_at=now)
        deliver_now()
    assert told("unreached") == 0
    assert case.offers.filter(state="made").count() == 2


def test_a_ring_back_that_fails_is_told(mei, now):
    case = cries(mei, now=now)
    sweep(now)
    phone = Phone(cast.MEI_NUMBER)
    (ringing,) = phone.outbox("call")
    phone.let_ring(ringing)
    notice = Notice.objects.get(code="unreached")
    assert notice.request == case


def test_gravest_first(mei, now):
    olive = cast.olive()
    finished(mei, now)
    mei.holdings.all().delete()
    sweep(now)
    wants(cast.lan(), now=now, category="repair")
    sweep(now)
    codes = [notice.code for notice in selectors.notices_for(olive)]
    assert codes == ["unfilled", "not_confirmed"]
