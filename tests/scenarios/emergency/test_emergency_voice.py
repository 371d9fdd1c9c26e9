"""Rule 15: a voice is looked for, and 120 never waits."""

import pytest

from dispatch import (
    desk,
    handovers,
    voice,
)
from dispatch.models import Notice
from elders.models import Contact, GridCell
from telephony.models import Call
from tests import cast
from tests.dispatch.town import cries, sweep
from tests.scenarios.emergency.minutes import SECOND_NUMBER, plan, rung, told
from tests.scenarios.phone import Phone

pytestmark = pytest.mark.django_db


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
