"""Rule 15: what starts by itself when somebody is in danger, side by side."""

from datetime import datetime, timedelta

import pytest

from dispatch import (
    closing,
    desk,
    intake,
    offers,
)
from dispatch.actors import actor_of
from dispatch.errors import DispatchError
from elders.models import Contact
from providers.models import Worker
from telephony.models import Call, OutboundJob
from tests import cast
from tests.dispatch.town import WORKER, cries, sweep, wants
from tests.scenarios.emergency.minutes import CONTACTS, plan, rung, told
from tests.scenarios.phone import Phone
from tracking.models import Device

pytestmark = pytest.mark.django_db


def test_the_best_three_are_asked_at_once_by_text_and_call(mei, crew, now):
    case = cries(mei, now=now)
    sweep(now)
    asked = case.offers.filter(state="made").order_by("rank")
    assert [offer.worker for offer in asked] == crew[:3]
    for worker in crew[:3]:
        jobs = OutboundJob.objects.filter(to=worker.phone)
        assert set(jobs.values_list("kind", flat=True)) == {"call", "text"}
        assert not jobs.filter(next_at__gt=now).exists()


def test_the_first_acceptance_wins_and_the_others_are_withdrawn_and_told_by_text(mei, crew, now):
    case = cries(mei, now=now)
    sweep(now)
    second = Phone(crew[1].phone)
    (ringing,) = second.outbox("call")
    case.offers.update(expires_at=datetime.max.replace(tzinfo=now.tzinfo))  # runs by the real clock
    second.answer(ringing)
    second.reply(ringing, "1")
    case.refresh_from_db()
    assert case.state == "ASSIGNED"
    assert case.assignments.get().worker == crew[1]
    states = dict(case.offers.values_list("worker", "state"))
    assert states == {
        crew[0].pk: "withdrawn",
        crew[1].pk: "accepted",
        crew[2].pk: "withdrawn",
    }
    assert sorted(rung("withdrawn")) == [crew[0].phone, crew[2].phone]
    texts = OutboundJob.objects.filter(purpose="withdrawn")
    assert {job.kind for job in texts} == {"text"}
    assert not OutboundJob.objects.filter(
        purpose="offer", to=crew[0].phone, state__in=OutboundJob.UNDER_WAY
    ).exists()
    assert list(Worker.objects.order_by("pk").values_list("free", flat=True)) == [1, 0, 1, 1, 1]


def test_who_comes_second_is_told_that_it_is_taken(mei, crew, now):
    case = cries(mei, now=now)
    sweep(now)
    first, second, _ = case.offers.order_by("rank")
    offers.accept(first.pk, by=WORKER, now=now)
    with pytest.raises(DispatchError) as refused:
        offers.accept(second.pk, by=WORKER, now=now)
    assert (refused.value.code, refused.value.http_status) == ("already_taken", 409)


def test_three_are_always_asked_however_many_decline(mei, crew, now):
    case = cries(mei, now=now)
    sweep(now)
    offers.decline(case.offers.get(worker=crew[0]).pk, by=WORKER, now=now)
    sweep(now)
    assert set(case.offers.filter(state="made").values_list("worker", flat=True)) == {
        worker.pk for worker in crew[1:4]
    }


def test_contacts_are_rung_in_order_as_agreed_and_a_barred_one_never(mei, now, clock):
    facts = [("agreed", now, False), ("asked", None, False), ("barred", now, True), ("2nd", now, 0)]
    for order, (name, agreed, barred) in reversed(list(enumerate(facts))):
        Contact.objects.create(
            elder=mei,
            order=order,
            name=name,
            phone=CONTACTS[order],
            agreed_at=agreed,
            barred=bool(barred),
        )
    cries(mei, now=now)
    clock.until(600)
    jobs = OutboundJob.objects.filter(purpose="contact").order_by("pk")
    assert [(job.to, job.kind) for job in jobs] == [
        (CONTACTS[0], "call"),
        (CONTACTS[3], "text"),
        (CONTACTS[3], "call"),
    ]
    assert not OutboundJob.objects.filter(to__in=[CONTACTS[1], CONTACTS[2]]).exists()


def test_a_plan_that_rings_no_contacts_is_kept(mei, now):
    plan(mei, ring_contacts=False)
    cast.ka_ming(mei)
    cries(mei, now=now)
    assert rung("contact") == []


def test_a_contact_who_is_going_is_told_to_the_desk_and_ends_nothing(mei, now):
    cast.ka_ming(mei)
    case = cries(mei, now=now)
    sweep(now)
    son = Phone(cast.KA_MING_NUMBER)
    (ringing,) = son.outbox("call")
    son.answer(ringing)
    son.reply(ringing, "1")
    assert told(case, "contact_going") == 1
    case.refresh_from_db()
    assert case.is_open
    assert case.voice_at is None


def test_a_contacts_voice_is_not_hers(mei, olive, now):
    cast.ka_ming(mei)
    case = cries(mei, now=now)
    sweep(now)
    son = Phone(cast.KA_MING_NUMBER)
    (ringing,) = son.outbox("call")
    son.answer(ringing)
    son.reply(ringing, "0")
    desk.take(Call.objects.get(job__purpose="contact").pk, by=olive, now=now)
    case.refresh_from_db()
    assert case.owner == olive
    assert case.voice_at is None


def test_escalating_starts_what_an_alarm_starts(mei, crew, olive, now, clock):
    cast.ka_ming(mei)
    meal = wants(mei, now=now)
    sweep(now)
    assert meal.offers.count() == 1
    intake.escalate(meal.pk, by=actor_of(olive), now=now)
    clock.until(1)
    assert meal.offers.filter(state="made").count() == 3
    assert rung("contact") == [cast.KA_MING_NUMBER]
    assert rung("ring_back") == [cast.MEI_NUMBER]
    clock.until(35)
    assert told(meal, "unclaimed") == 1


def test_escalating_hurries_whoever_has_not_set_out(mei, crew, olive, now):
    meal = wants(mei, now=now)
    sweep(now)
    offers.accept(meal.offers.get().pk, by=WORKER, now=now)
    intake.escalate(meal.pk, by=actor_of(olive), now=now)
    due = meal.deadlines.get(kind="state", fired_at=None, cleared_at=None).due_at
    assert due == now + timedelta(seconds=60)


def test_what_has_ended_is_not_escalated(mei, olive, now):
    cast.ka_ming(mei)
    meal = wants(mei, now=now)
    closing.cancel(meal.pk, by=actor_of(olive), now=now)
    with pytest.raises(DispatchError):
        intake.escalate(meal.pk, by=actor_of(olive), now=now)
    assert rung("contact") == []


def test_help_goes_to_where_she_is_by_now_and_not_to_where_the_meal_was_to_go(mei, olive, now):
    watch = cast.watch(mei)
    meal = wants(mei, now=now)
    assert meal.estimate["source"] == "home"
    Device.objects.filter(pk=watch.pk).update(
        lat=30.30, lon=120.20, accuracy_m=8, fixed_at=now, received_at=now, last_heard_at=now
    )
    intake.escalate(meal.pk, by=actor_of(olive), now=now)
    meal.refresh_from_db()
    assert (meal.estimate["lat"], meal.estimate["source"]) == (30.30, "device")
    assert meal.events.filter(kind="request.located").count() == 2
