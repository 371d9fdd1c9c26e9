"""The whole story over Twilio: from the ring to the confirmed visit, and what an operator does."""

import pytest
from django.utils import timezone

from dispatch import assignments, deadlines, desk
from dispatch.actors import Actor
from dispatch.models import Assignment, ServiceRequest
from telephony import desk as calls
from telephony import outbound, rooms
from telephony.carriers.twilio import errands
from telephony.models import Call, CallBack
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mei():
    elder = cast.mei()
    elder.holdings.update(verified_at=timezone.now())
    return elder


@pytest.fixture
def wai():
    return cast.wai(cast.sunrise_kitchen())


def work():
    deadlines.fire_due(now=timezone.now())
    outbound.deliver_due(now=timezone.now())
    errands.settle()


def taken(twilio, olive):
    """Mei rings and Olive takes it: her leg, the call, and Olive's telephone, which rings."""
    leg = twilio.ring(cast.MEI_NUMBER)
    call = Call.objects.get()
    desk.take(call.pk, by=olive, now=timezone.now())
    errands.settle()
    return leg, call, twilio.legs[-1]


def test_from_the_ring_to_the_confirmed_visit(twilio, mei, wai):
    leg = twilio.ring(cast.MEI_NUMBER)
    assert mei.name_zh in leg.heard[0]
    twilio.press(leg, "2")
    (request,) = ServiceRequest.objects.all()
    assert request.category_id == "housekeeping"
    twilio.hang_up(leg)
    assert Call.objects.get().state == "ended"
    assert not CallBack.objects.exists()
    ServiceRequest.objects.update(category="catering")  # what Sunrise Kitchen can do

    work()
    offered = twilio.texts[-1]
    assert offered["to"] == cast.WAI_NUMBER
    (said,) = twilio.text(cast.WAI_NUMBER, "1")
    assert mei.address_zh in said or mei.address in said
    assignment = Assignment.objects.get()

    by = Actor("worker", wai.pk, wai.name)
    for verb in (assignments.depart, assignments.arrive, assignments.finish):
        verb(assignment.pk, by=by, now=timezone.now())
    work()
    confirm = twilio.ringing(cast.MEI_NUMBER)
    twilio.pick_up(confirm)
    twilio.press(confirm, "1")
    assert confirm.status == "completed"
    request.refresh_from_db()
    assert (request.state, request.disposition) == ("CLOSED", "met")


def test_an_operator_answers_holds_and_hangs_up(twilio, mei):
    olive = cast.olive()
    leg, call, phone = taken(twilio, olive)
    assert leg.room == f"call-{call.pk}"
    assert phone.number == f"client:operator-{olive.pk}"
    twilio.pick_up(phone)
    assert twilio.room(leg.room) == [leg, phone]
    calls.hang_up(call.pk, by=olive, now=timezone.now())
    errands.settle()
    assert leg.status == phone.status == "completed"


def test_the_caller_hangs_up_and_the_operators_telephone_goes_too(twilio, mei):
    olive = cast.olive()
    leg, call, phone = taken(twilio, olive)
    twilio.pick_up(phone)
    twilio.hang_up(leg)
    errands.settle()
    call.refresh_from_db()
    assert call.state == "wrap_up"
    assert phone.status == "completed"


def test_a_call_is_passed_on_and_she_hears_no_gap(twilio, mei):
    olive, sol = cast.olive(), cast.sol()
    leg, call, phone = taken(twilio, olive)
    twilio.pick_up(phone)
    drawn = leg.document
    calls.transfer(call.pk, to=sol, by=olive, now=timezone.now())
    errands.settle()
    assert leg.document is drawn  # nothing was done to her leg
    assert twilio.legs[-1].number == f"client:operator-{sol.pk}"


def test_who_passes_a_call_on_hears_no_more_of_it(twilio, mei):
    olive, sol = cast.olive(), cast.sol()
    _leg, call, hers = taken(twilio, olive)
    twilio.pick_up(hers)
    calls.transfer(call.pk, to=sol, by=olive, now=timezone.now())
    errands.settle()
    assert hers.status == "completed"


def test_120_joins_the_conversation_and_goes_on_when_she_is_cut_off(twilio, mei):
    olive = cast.olive()
    leg, call, phone = taken(twilio, olive)
    twilio.pick_up(phone)
    rooms.add(call.pk, "+8657112000120", by=olive, now=timezone.now())
    outbound.deliver_due(now=timezone.now())
    service = twilio.ringing("+8657112000120")
    twilio.pick_up(service)
    assert set(map(id, twilio.room(f"call-{call.pk}"))) == {id(leg), id(phone), id(service)}
    twilio.hang_up(leg)
    errands.settle()
    assert (phone.status, service.status) == ("in-progress", "in-progress")
    calls.hang_up(call.pk, by=olive, now=timezone.now())
    errands.settle()
    assert (phone.status, service.status) == ("completed", "completed")


def test_a_lost_operators_telephone_ends_nothing(twilio, mei):
    olive = cast.olive()
    leg, call, phone = taken(twilio, olive)
    twilio.pick_up(phone)
    twilio.hang_up(phone)
    errands.settle()
    call.refresh_from_db()
    assert (call.state, call.operator) == ("talking", olive)
    assert leg.status == "in-progress"
    assert leg.room


def test_who_waits_hears_a_sentence_every_turn_and_can_still_press_a_key(twilio, mei):
    leg = twilio.ring(cast.MEI_NUMBER)
    twilio.say_nothing(leg)  # silence after the greeting: a person is coming
    heard = len(leg.heard)
    twilio.say_nothing(leg)
    twilio.say_nothing(leg)
    assert len(leg.heard) == heard + 2
    twilio.press(leg, "3")
    assert Call.objects.get().priority == "urgent"


def test_a_word_that_never_reached_the_leg_is_made_up_for_at_its_next_turn(twilio, mei):
    olive = cast.olive()
    leg = twilio.ring(cast.MEI_NUMBER)
    twilio.say_nothing(leg)
    call = Call.objects.get()
    Call.objects.update(state="claimed", operator=olive)  # the instruction to go there was lost
    twilio.say_nothing(leg)
    assert leg.room == f"call-{call.pk}"
