"""Reaching people their way: the ladder, and who climbs how far."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import ladder, reaching, summons
from dispatch.ladder import CALL, ORDER, PUSH, STEP_S, TEXT, climb
from dispatch.models import Notice, Offer
from dispatch.states import Priority
from elders.models import Contact, Elder
from telephony import answers, inbound, outbound
from telephony.models import CallBack, OutboundJob
from tests import cast
from tests.dispatch.town import cries, sweep, wants, workers

A_FRIEND = "+8613800000031"


@given(st.sampled_from(ORDER), st.frozensets(st.sampled_from(ORDER)), st.booleans())
def test_nobody_is_reached_twice_the_same_way_and_always_somehow(prefers, ways, at_once):
    rungs = climb(prefers, ways=ways, at_once=at_once)
    assert bool(rungs) == bool(ways)
    assert len({rung.way for rung in rungs}) == len(rungs)
    assert [rung.after_s for rung in rungs] == sorted(rung.after_s for rung in rungs)
    assert not at_once or all(rung.after_s == 0 for rung in rungs)


def test_who_prefers_push_and_has_none_begins_with_a_text():
    assert climb(PUSH, ways=[TEXT, CALL]) == [ladder.Rung(TEXT, 0), ladder.Rung(CALL, STEP_S)]
    assert climb(PUSH, ways=ORDER)[0].way == PUSH


pytestmark = pytest.mark.django_db


def placed(**about: object) -> list[tuple[str, float]]:
    """What was placed: kind, and how long after it was placed it is due."""
    jobs = OutboundJob.objects.filter(**about).order_by("next_at", "pk")
    return [(job.kind, (job.next_at - job.created_at).total_seconds()) for job in jobs]


@pytest.fixture
def mei() -> Elder:
    return cast.mei()


@pytest.mark.parametrize(
    ("prefers", "expected"),
    [
        ("push", [("text", 0), ("call", STEP_S)]),
        ("text", [("text", 0), ("call", STEP_S)]),
        ("call", [("text", 0), ("call", 0)]),
    ],
)
def test_a_worker_is_asked_the_way_they_prefer_and_then_rung(mei, now, prefers, expected):
    (worker,) = workers(cast.sunrise_kitchen(), 1)
    worker.reach_by = prefers
    worker.save()
    wants(mei, now=now)
    sweep(now)
    assert placed(to=worker.phone) == expected


def test_an_offer_is_heard_in_the_workers_language_with_what_each_key_does(mei, now):
    worker = cast.wai(cast.sunrise_kitchen())  # his account speaks English
    wants(mei, now=now)
    sweep(now)
    call = OutboundJob.objects.get(to=worker.phone, kind="call")
    assert call.language == "en"
    assert "Press 1 to accept, 2 to decline, 0 to speak with a person" in call.text


def test_an_offer_call_answered_after_it_expired_says_so_kindly(mei, now):
    worker = cast.wai(cast.sunrise_kitchen())
    wants(mei, now=now)
    sweep(now)
    late = now + timedelta(seconds=89)
    outbound.deliver_due(now=late)
    call = OutboundJob.objects.get(to=worker.phone, kind="call")
    heard = answers.answered(call.pk, call.carrier_ref, now=late + timedelta(seconds=1))
    assert [step["verb"] for step in heard.instructions] == ["say", "hangup"]
    assert "taken care of" in heard.instructions[0]["text"]
    assert Offer.objects.get().state == "made"  # its own clock ends it, not the call


def test_a_machine_accepts_no_offer(mei, now):
    worker = cast.wai(cast.sunrise_kitchen())
    wants(mei, now=now)
    sweep(now)
    outbound.deliver_due(now=now + timedelta(seconds=STEP_S))
    call = OutboundJob.objects.get(to=worker.phone, kind="call")
    heard = answers.answered(call.pk, call.carrier_ref, by_machine=True, now=now)
    assert mei.name not in heard.instructions[0]["text"]
    assert "12349" in heard.instructions[0]["text"]
    assert Offer.objects.get().state == "made"


def test_who_cannot_hear_is_written_to_and_never_only_rung(mei, now):
    mei.hearing = Elder.Hearing.DEAF
    mei.save()
    request = wants(mei, now=now)
    assert summons.ask_confirmation(request, now=now)
    assert placed(purpose="confirm") == [("text", 0), ("call", reaching.LATER_S)]
    case = cries(mei, now=now)
    sweep(now)
    assert {kind for kind, _ in placed(subject=f"ring_back:{case.pk}")} == {"text", "call"}
    text = OutboundJob.objects.get(subject=f"ring_back:{case.pk}", kind="text")
    answers.replied(text.pk, "1", now=now)
    assert Notice.objects.get(request=case, code="replied").data["said"] == "1"


def test_in_an_emergency_who_prefers_to_be_written_to_is_rung_and_written_to(mei, now):
    mei.reach_by = "text"
    mei.save()
    case = cries(mei, now=now)
    sweep(now)
    assert placed(subject=f"ring_back:{case.pk}") == [("text", 0), ("call", 0)]


def test_an_elder_is_rung_unless_she_prefers_to_be_written_to(mei, now):
    summons.ask_confirmation(wants(mei, now=now), now=now)
    assert placed(purpose="confirm") == [("call", 0)]
    mei.reach_by = "text"
    mei.save()
    OutboundJob.objects.all().delete()
    summons.ask_confirmation(wants(mei, now=now, category="housekeeping"), now=now)
    assert placed(purpose="confirm") == [("text", 0), ("call", STEP_S)]


def test_nought_in_reply_to_a_text_has_a_person_ring(mei, now):
    worker = cast.wai(cast.sunrise_kitchen())
    wants(mei, now=now, priority=Priority.URGENT)
    sweep(now)
    text = OutboundJob.objects.get(to=worker.phone, kind="text")
    answers.replied(text.pk, "0", now=now)
    callback = CallBack.objects.get()
    assert (callback.number, callback.reason, callback.priority) == (
        worker.phone,
        "asked",
        "urgent",
    )


@pytest.fixture
def friend(mei, now) -> Contact:
    """Mei's second contact, after Ka-Ming."""
    cast.ka_ming(mei)
    return Contact.objects.create(
        elder=mei, order=2, name="Hua", phone=A_FRIEND, agreed_at=now, relation="friend"
    )


def test_a_contact_who_is_going_ends_the_calls_to_the_others(mei, friend, now):
    cries(mei, now=now)
    sweep(now)
    assert placed(to=A_FRIEND) == [("text", 0), ("call", summons.NEXT_CONTACT_S)]
    call = OutboundJob.objects.get(to=cast.KA_MING_NUMBER)
    leg = answers.answered(call.pk, call.carrier_ref, now=now).call
    press(leg, "1", now)
    states = dict(OutboundJob.objects.filter(to=A_FRIEND).values_list("kind", "state"))
    assert states == {"text": "delivered", "call": "expired"}


def test_a_contact_who_cannot_go_has_the_next_rung_at_once(mei, friend, now):
    cries(mei, now=now)
    sweep(now)
    call = OutboundJob.objects.get(to=cast.KA_MING_NUMBER)
    leg = answers.answered(call.pk, call.carrier_ref, now=now).call
    press(leg, "2", now)
    outbound.deliver_due(now=now)
    assert OutboundJob.objects.get(to=A_FRIEND, kind="call").state == "ringing"
    assert not Notice.objects.filter(code="contact_going").exists()


def press(leg: int | None, key: str, now) -> None:

    inbound.digits(leg or 0, key, now=now)
