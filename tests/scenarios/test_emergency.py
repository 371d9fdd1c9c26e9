"""Rule 15: what starts by itself when somebody is in danger, side by side, and what people do.

Everything is told to the second: `begins` is when the button was pressed.
"""

from datetime import datetime, timedelta

import pytest

from dispatch import (
    assignments,
    closing,
    desk,
    handovers,
    intake,
    offers,
    ownership,
    selectors,
    voice,
)
from dispatch.actors import Actor, actor_of
from dispatch.errors import DispatchError
from dispatch.models import Notice, ServiceRequest
from dispatch.states import Disposition, State
from elders.models import Contact, Elder, GridCell, ResponsePlan, User
from providers.models import Worker
from telephony.models import Call, OutboundJob
from tests import cast
from tests.dispatch.town import WORKER, cries, sweep, wants, workers
from tests.scenarios.phone import Phone
from tracking.models import Device

pytestmark = pytest.mark.django_db

SECOND_NUMBER = "+8613800000077"
CONTACTS = ["+8613800000021", "+8613800000022", "+8613800000023", "+8613800000024"]


@pytest.fixture
def mei() -> Elder:
    return cast.mei(second_number=SECOND_NUMBER)


@pytest.fixture
def olive() -> User:
    return cast.olive()


@pytest.fixture
def crew() -> list[Worker]:
    return workers(cast.sunrise_kitchen(), 5)


class Minute:
    """The minutes after the button was pressed."""

    def __init__(self, begins: datetime) -> None:
        self.now = begins
        self.begins = begins

    def until(self, seconds: float) -> None:
        """Time goes on to so many seconds after the press, second by second while it matters."""
        end = self.begins + timedelta(seconds=seconds)
        while self.now < end:
            early = self.now - self.begins < timedelta(seconds=100)
            self.now = min(end, self.now + timedelta(seconds=1 if early else 10))
            sweep(self.now)


@pytest.fixture
def clock(now) -> Minute:
    return Minute(now)


def rung(purpose: str) -> list[str]:
    jobs = OutboundJob.objects.filter(purpose=purpose).order_by("pk")
    return list(jobs.values_list("to", flat=True))


def told(request: ServiceRequest, code: str) -> int:
    """How often the desk was told, of what still stands."""
    notice = Notice.objects.filter(request=request, code=code, done_at=None).first()
    return notice.times if notice else 0


def plan(elder: Elder, **said: object) -> None:
    ResponsePlan.objects.update_or_create(elder=elder, defaults=said)


# --- the responder -------------------------------------------------------------------------------


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


# --- the contacts --------------------------------------------------------------------------------


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


# --- a voice -------------------------------------------------------------------------------------


def test_without_a_voice_she_is_rung_within_30_s_then_the_second_number_then_somebody_goes(
    mei, crew, now, clock
):
    plan(mei, send_responder=False)
    case = cries(mei, now=now)
    clock.until(1)
    assert rung("ring_back") == [cast.MEI_NUMBER]
    assert not case.offers.exists()
    clock.until(29)
    assert rung("ring_back") == [cast.MEI_NUMBER]
    clock.until(31)
    assert rung("ring_back") == [cast.MEI_NUMBER, SECOND_NUMBER]
    assert told(case, "no_voice") == 0
    assert not case.offers.exists()
    clock.until(62)
    assert told(case, "no_voice") == 1
    assert case.offers.filter(state="made").count() == 3  # whatever her plan says


def test_a_plan_without_responder_sends_nobody_while_she_can_be_heard(mei, crew, olive, now, clock):
    plan(mei, send_responder=False)
    case = cries(mei, now=now)
    clock.until(20)
    voice.spoke(case.pk, "She is well", by=olive, now=clock.now)
    clock.until(400)
    assert not case.offers.exists()
    assert told(case, "no_voice") == 0
    assert rung("ring_back") == [cast.MEI_NUMBER]


def test_whoever_answers_the_ring_back_is_put_through_to_a_person(mei, olive, now):
    case = cries(mei, now=now)
    sweep(now)
    phone = Phone(cast.MEI_NUMBER)
    (ringing,) = phone.outbox("call")
    heard = phone.answer(ringing)
    assert "enqueue" in {step["verb"] for step in heard}
    call = Call.objects.get(job__purpose="ring_back")
    assert call.priority == "emergency"
    desk.take(call.pk, by=olive, now=now)
    case.refresh_from_db()
    assert (case.voice_at, case.owner) == (now, olive)


def test_an_operator_who_speaks_with_her_and_opens_an_emergency_does_not_ring_her(
    mei, olive, now, clock
):
    Phone(cast.MEI_NUMBER).dial()
    call = Call.objects.get()
    desk.take(call.pk, by=olive, now=now)
    call.refresh_from_db()
    case = cries(mei, now=now, call=call)
    clock.until(40)
    case.refresh_from_db()
    assert rung("ring_back") == []
    assert case.voice_at == now


def test_an_emergency_opened_while_she_waits_on_the_line_rings_her_second_number(mei, now, clock):
    Phone(cast.MEI_NUMBER).dial()
    cries(mei, now=now)
    clock.until(29)
    assert rung("ring_back") == []
    clock.until(31)
    assert rung("ring_back") == [SECOND_NUMBER]


# --- the ambulance -------------------------------------------------------------------------------


def test_a_plan_that_says_always_asks_for_120_at_once_and_until_a_hand_over_stands(
    mei, olive, now, clock
):
    plan(mei, call_ambulance="always")
    case = cries(mei, now=now)
    assert told(case, "call_ambulance") == 1
    clock.until(95)
    assert told(case, "call_ambulance") == 4
    handovers.make(case.pk, service="110", by=olive, now=clock.now)
    clock.until(125)
    assert told(case, "call_ambulance") == 5  # the police are no ambulance
    handovers.make(case.pk, service="120", by=olive, now=clock.now)
    clock.until(300)
    assert told(case, "call_ambulance") == 0


def test_a_plan_that_says_no_voice_asks_for_120_when_nobody_answers(mei, now, clock):
    plan(mei, call_ambulance="no_voice")
    case = cries(mei, now=now)
    clock.until(59)
    assert told(case, "call_ambulance") == 0
    clock.until(62)
    assert told(case, "call_ambulance") == 1


def test_a_plan_that_says_on_advice_asks_for_120_never_by_itself(mei, now, clock):
    plan(mei, call_ambulance="on_advice")
    case = cries(mei, now=now)
    clock.until(200)
    assert told(case, "call_ambulance") == 0


def test_120_never_waits_for_an_offer(mei, crew, olive, now):
    case = cries(mei, now=now)
    handovers.make(case.pk, service="120", by=olive, now=now)
    case.refresh_from_db()
    assert (case.state, case.handovers.count()) == ("NEW", 1)


def test_the_numbers_follow_the_elders_grid_cell_and_not_our_trunk(mei, olive, now):
    GridCell.objects.filter(pk=mei.grid.pk).update(ambulance="0571120", police="0571110")
    plan(mei, call_ambulance="always")
    mei.refresh_from_db()
    case = cries(mei, now=now)
    assert Notice.objects.get(code="call_ambulance").data == {"number": "0571120"}
    numbers = [
        handovers.make(case.pk, service=service, by=olive, now=now).number
        for service in ("120", "110", "119")
    ]
    assert numbers == ["0571120", "0571110", "119"]


def test_a_household_follows_its_grid_cell_too(mei, olive, now):
    GridCell.objects.filter(pk=mei.grid.pk).update(ambulance="0571120")
    plan(mei, call_ambulance="always")
    cries(None, also=[mei, cast.bo(mei)], known_as=cast.MEI_NUMBER, now=now)
    assert Notice.objects.get(code="call_ambulance").data == {"number": "0571120"}


def test_a_households_case_rings_the_contacts_and_sends_somebody(mei, crew, now):
    bo = cast.bo(mei)
    cast.ka_ming(mei)
    Contact.objects.create(elder=bo, name="Ka-Ming", phone=cast.KA_MING_NUMBER, agreed_at=now)
    place = {"lat": mei.lat, "lon": mei.lon, "age_s": None}
    case = cries(None, also=[mei, bo], known_as=cast.MEI_NUMBER, estimate=place, now=now)
    sweep(now)
    assert rung("contact") == [cast.KA_MING_NUMBER]  # once, though he is a contact of both
    assert case.offers.filter(state="made").count() == 3
    assert rung("ring_back") == [cast.MEI_NUMBER]


def test_a_hand_over_is_asked_after_until_it_is_confirmed(mei, olive, now, clock):
    case = cries(mei, now=now)
    handover = handovers.make(case.pk, service="120", by=olive, now=now)
    clock.until(119)
    assert told(case, "handover_unconfirmed") == 0
    clock.until(380)
    assert told(case, "handover_unconfirmed") == 3
    handovers.end(handover.pk, by=olive, now=clock.now, outcome="crew 7 is going")
    clock.until(800)
    assert told(case, "handover_unconfirmed") == 0
    kinds = list(case.events.filter(kind__startswith="handover").values_list("kind", flat=True))
    assert kinds == ["handover.made", "handover.ended"]


# --- the operator --------------------------------------------------------------------------------


def test_an_emergency_nobody_claims_sounds_again_every_30_s(mei, olive, now, clock):
    case = cries(mei, now=now)
    clock.until(95)
    case.refresh_from_db()
    assert told(case, "unclaimed") == 3
    assert case.sounds >= 4  # once when it opened, three times since
    ownership.claim(case.pk, by=olive, now=clock.now)
    case.refresh_from_db()
    before = case.sounds
    for _ in range(6):
        desk.renew(olive, now=clock.now)
        clock.until((clock.now - clock.begins).total_seconds() + 30)
    case.refresh_from_db()
    assert (case.sounds, told(case, "unclaimed")) == (before, 0)


def test_an_owner_without_a_live_console_loses_it_and_it_sounds_again(mei, olive, now, clock):
    case = cries(mei, now=now)
    ownership.claim(case.pk, by=olive, now=now)
    case.refresh_from_db()
    before = case.sounds
    clock.until(61)
    case.refresh_from_db()
    assert case.owner is None
    assert case.sounds > before
    clock.until(92)
    assert told(case, "unclaimed") == 1


def test_of_two_who_claim_one_gets_it_and_the_other_is_told_who(mei, olive, now):
    case = cries(mei, now=now)
    ownership.claim(case.pk, by=olive, now=now)
    with pytest.raises(DispatchError) as refused:
        ownership.claim(case.pk, by=cast.sol(), now=now)
    assert refused.value.code == "already_claimed"
    assert refused.value.extra["by"] == str(olive)


# --- how it ends ---------------------------------------------------------------------------------

SPOKEN = {"resolved_by_phone", "false_alarm", "test", "prank"}


@pytest.mark.parametrize("disposition", [d for d in Disposition if d not in SPOKEN])
def test_closing_demands_evidence(mei, olive, now, disposition):
    case = cries(mei, now=now)
    end = {"by": actor_of(olive), "now": now, "disposition": disposition}
    with pytest.raises(DispatchError) as refused:
        closing.close(case.pk, **end)
    assert (refused.value.http_status, set(refused.value.fields)) == (422, {"seen_by"})
    closing.close(case.pk, seen_by="Ka-Ming", **end)
    last = case.events.last()
    assert last.data["evidence"] == "seen by Ka-Ming"
    assert last.by["name"] == str(olive)


def test_having_spoken_with_her_is_evidence(mei, olive, now):
    case = cries(mei, now=now)
    voice.spoke(case.pk, "She is well", by=olive, now=now)
    closing.close(case.pk, by=actor_of(olive), now=now, disposition=Disposition.MET)
    assert case.events.last().data["evidence"] == "spoken with"


def test_an_arrival_is_evidence_with_a_name(mei, crew, olive, now):
    case = cries(mei, now=now)
    sweep(now)
    there = offers.accept(case.offers.get(worker=crew[0]).pk, by=WORKER, now=now)
    assignments.arrive(there.pk, by=actor_of(olive), now=now, evidence="told by telephone")
    closing.close(case.pk, by=actor_of(olive), now=now, disposition=Disposition.MET)
    assert case.events.last().data["evidence"] == f"seen by {crew[0]}"
    assert case.events.get(kind="assignment.arrived").data["evidence"] == "told by telephone"


def test_a_service_that_has_taken_over_is_evidence_once_it_has_confirmed(mei, olive, now):
    case = cries(mei, now=now)
    handover = handovers.make(case.pk, service="120", by=olive, now=now)
    end = {"by": actor_of(olive), "now": now, "disposition": Disposition.HANDED_OVER}
    with pytest.raises(DispatchError):
        closing.close(case.pk, **end)
    handovers.end(handover.pk, by=olive, now=now, outcome="taken to hospital")
    closing.close(case.pk, **end)
    case.refresh_from_db()
    assert case.state == "CLOSED"


def test_what_was_known_before_it_was_opened_again_is_no_evidence(mei, olive, now):
    case = cries(mei, now=now)
    voice.spoke(case.pk, "She is well", by=olive, now=now)
    end = {"by": actor_of(olive), "disposition": Disposition.MET}
    closing.close(case.pk, now=now, **end)
    later = now + timedelta(minutes=5)
    closing.reopen(case.pk, by=actor_of(olive), now=later, reason="she rings again")
    with pytest.raises(DispatchError):
        closing.close(case.pk, now=later, **end)
    assert not any(selectors.unwatched(now=later).values())


def test_a_visit_before_it_became_an_emergency_is_no_evidence(mei, crew, olive, now):
    meal = wants(mei, now=now)
    sweep(now)
    there = offers.accept(meal.offers.get().pk, by=WORKER, now=now)
    assignments.arrive(there.pk, by=WORKER, now=now)
    assignments.finish(there.pk, by=WORKER, now=now)
    later = now + timedelta(minutes=30)
    intake.escalate(meal.pk, by=actor_of(olive), now=later)
    with pytest.raises(DispatchError):
        closing.close(meal.pk, by=actor_of(olive), now=later, disposition=Disposition.MET)


@pytest.mark.parametrize("kind", ["worker", "elder", "family", "device", "caller", "system"])
def test_nobody_but_an_operator_closes_one(mei, now, kind):
    case = cries(mei, now=now)
    with pytest.raises(DispatchError) as refused:
        closing.close(
            case.pk,
            by=Actor(kind, None, "somebody"),
            now=now,
            disposition=Disposition.FALSE_ALARM,
            seen_by="me",
        )
    assert refused.value.http_status == 403


def test_not_even_an_operator_cancels_one(mei, olive, now):
    case = cries(mei, now=now)
    with pytest.raises(DispatchError) as refused:
        closing.cancel(case.pk, by=actor_of(olive), now=now)
    assert refused.value.code == "emergency"


def test_her_word_after_the_visit_is_taken_down_and_does_not_close_it(mei, crew, now):
    case = cries(mei, now=now)
    sweep(now)
    there = offers.accept(case.offers.get(worker=crew[0]).pk, by=WORKER, now=now)
    assignments.arrive(there.pk, by=WORKER, now=now)
    assignments.finish(there.pk, by=WORKER, now=now)
    closing.confirm(case.pk, by=Actor("elder", mei.pk, "Mei"), now=now)
    case.refresh_from_db()
    assert case.state == State.DONE
    assert case.events.last().kind == "request.confirmed"


# --- becoming one --------------------------------------------------------------------------------


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
