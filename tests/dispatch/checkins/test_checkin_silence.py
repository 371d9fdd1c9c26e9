"""Two tries, then her contacts, then somebody goes."""

from datetime import timedelta

import pytest

from dispatch.models import (
    CheckIn,
    CheckInEvent,
    Deadline,
    Notice,
    ServiceRequest,
)
from dispatch.models.clock import RUNNING
from elders.models import Contact
from telephony import answers, inbound, outbound
from telephony.models import Call, CallBack, OutboundJob
from tests import cast
from tests.dispatch.checkins.morning import (
    A_FRIEND,
    asked,
    her,
    let_ring,
    pick_up,
    press,
    ringing,
    silent_twice,
    told,
    turn,
)

pytestmark = pytest.mark.django_db


def test_one_says_that_she_is_well(mei, early, morning):
    asked(mei)
    turn(early)
    turn(morning)
    assert her().state == "ringing"
    assert press(cast.MEI_NUMBER, "1", morning) == ["say", "hangup"]
    assert (her().state, told(her())) == ("well", ["rung", "well"])
    turn(morning + timedelta(hours=1))
    assert her().tries == 1
    assert not Deadline.objects.filter(RUNNING).exists()


def test_a_silence_is_an_event_and_goes_on_to_the_contacts_and_a_visit(mei, early, morning):
    cast.ka_ming(mei)
    asked(mei)
    turn(early)
    turn(morning)
    let_ring(cast.MEI_NUMBER, morning)
    assert (her().state, told(her())) == ("waiting", ["rung", "silent"])
    again = morning + timedelta(minutes=10)
    turn(again)
    let_ring(cast.MEI_NUMBER, again)
    assert her().state == "contacts"
    turn(again)
    let_ring(cast.KA_MING_NUMBER, again)
    late = again + timedelta(minutes=10)
    turn(late)
    visit = ServiceRequest.objects.get()
    assert (visit.category_id, visit.priority, visit.source) == ("medical", "urgent", "checkin")
    assert (her().state, her().request) == ("visit", visit)
    assert told(her()) == ["rung", "silent", "rung", "silent", "contacts", "visit"]
    assert Notice.objects.filter(code="checkin_silent", request=visit).exists()


def test_every_step_of_a_silence_has_a_row_that_is_due(mei, early, morning):
    """Nobody tells us anything: the clocks alone lead to the visit."""
    cast.ka_ming(mei)
    asked(mei)
    now = early
    while now < morning + timedelta(hours=1):
        turn(now)
        now += timedelta(seconds=30)
        checkin = CheckIn.objects.first()
        if checkin and checkin.state in ("ringing", "contacts"):
            assert Deadline.objects.filter(RUNNING, checkin=checkin).exists()
    assert her().state == "visit"
    silent_for = ServiceRequest.objects.get().opened_at - CheckInEvent.objects.earliest("at").at
    assert silent_for < timedelta(minutes=30)


def test_without_contacts_somebody_goes_at_once(mei, early, morning):
    asked(mei)
    turn(early)
    turn(morning)
    let_ring(cast.MEI_NUMBER, morning)
    again = morning + timedelta(minutes=10)
    turn(again)
    let_ring(cast.MEI_NUMBER, again)
    assert her().state == "visit"


def test_a_machine_is_no_answer_of_hers(mei, early, morning):
    asked(mei)
    turn(early)
    turn(morning)
    job = ringing(cast.MEI_NUMBER)
    answers.answered(job.pk, job.carrier_ref, by_machine=True, now=morning)
    assert told(her()) == ["rung", "silent"]


def test_who_picks_up_and_says_nothing_has_not_answered(mei, early, morning):
    asked(mei)
    turn(early)
    turn(morning)
    call = pick_up(cast.MEI_NUMBER, morning)
    assert inbound.digits(call, "", now=morning).instructions[-1]["verb"] == "gather"
    assert inbound.digits(call, "", now=morning).state == "ended"
    assert told(her()) == ["rung", "silent"]
    assert not Call.objects.filter(queued_at__isnull=False).exists()


@pytest.mark.parametrize("key", ["0", "2", "7"])
def test_any_other_key_reaches_a_person_at_once(mei, early, morning, key):
    asked(mei)
    turn(early)
    turn(morning)
    assert press(cast.MEI_NUMBER, key, morning)[-1] == "enqueue"
    assert her().state == "person"
    assert Call.objects.get().priority == "urgent"
    inbound.hang_up(Call.objects.get().pk, now=morning)  # before anybody came to the phone
    assert CallBack.objects.get().priority == "urgent"


def test_who_cannot_hear_is_written_to_and_replies(mei, early, morning):
    mei.hearing = "deaf"
    mei.save()
    asked(mei)
    turn(early)
    turn(morning)
    text = OutboundJob.objects.get(kind="text", purpose="checkin")
    answers.replied(text.pk, "1", now=morning)
    assert her().state == "well"
    turn(morning + timedelta(minutes=2))
    assert not OutboundJob.objects.filter(state="ringing").exists()


def test_a_text_that_says_unwell_has_a_person_ring_her_urgently(mei, early, morning):
    mei.reach_by = "text"
    mei.save()
    asked(mei)
    turn(early)
    turn(morning)
    answers.replied(OutboundJob.objects.get(kind="text").pk, "2", now=morning)
    assert (CallBack.objects.get().priority, her().state) == ("urgent", "person")


def test_a_contact_who_has_seen_her_today_ends_it(mei, early, morning):
    cast.ka_ming(mei)
    asked(mei)
    turn(early)
    now = silent_twice(morning)
    press(cast.KA_MING_NUMBER, "1", now)
    assert her().state == "vouched"
    assert her().events.last().data == {"by": cast.KA_MING_NUMBER}
    turn(now + timedelta(hours=1))
    assert not ServiceRequest.objects.exists()


def test_when_no_contact_knows_somebody_goes_without_waiting(mei, early, morning):
    cast.ka_ming(mei)
    Contact.objects.create(elder=mei, order=2, name="Hua", phone=A_FRIEND, agreed_at=early)
    asked(mei)
    turn(early)
    now = silent_twice(morning)
    press(cast.KA_MING_NUMBER, "2", now)
    assert her().state == "contacts"
    outbound.deliver_due(now=now)  # the friend is rung now, not in a minute
    press(A_FRIEND, "2", now)
    assert her().state == "visit"


def test_a_barred_contact_is_not_asked(mei, early, morning):
    Contact.objects.create(elder=mei, name="X", phone=A_FRIEND, agreed_at=early, barred=True)
    asked(mei)
    turn(early)
    silent_twice(morning)
    assert not OutboundJob.objects.filter(to=A_FRIEND).exists()
