"""What people write: a digit answers, STOP stops what we start, all else is read by a person."""

from datetime import timedelta

import pytest

from dispatch import deadlines, summons
from dispatch.models import Notice, Offer, ServiceRequest
from elders.models import Contact
from telephony import outbound, texts
from telephony.models import OptOut, OutboundJob
from tests import cast
from tests.dispatch.town import cries, sweep, wants, workers

pytestmark = pytest.mark.django_db
SIM = "simulator"


@pytest.fixture
def mei():
    return cast.mei()


def write(number, text, *, now, ref=None):
    write.count += 1
    ref = ref or f"t{write.count}"
    return texts.received(SIM, ref, sender=number, text=text, now=now)


write.count = 0


def test_any_word_of_hers_opens_an_urgent_case_that_a_person_reads(mei, now):
    workers(cast.sunrise_kitchen(), 2)
    (answer,) = write(cast.MEI_NUMBER, "我摔倒了 please help", now=now)
    request = ServiceRequest.objects.get()
    assert (request.elder, request.priority, request.source) == (mei, "urgent", "text")
    assert request.note == "我摔倒了 please help"
    assert mei.name_zh not in answer  # whose telephone it is nobody knows
    assert Notice.objects.get().data["text"] == "我摔倒了 please help"


def test_nobody_is_sent_before_a_person_has_read_it_and_the_desk_is_told_again(mei, now):
    workers(cast.sunrise_kitchen(), 2)
    write(cast.MEI_NUMBER, "lunch", now=now)
    for minutes in range(0, 40, 4):
        sweep(now + timedelta(minutes=minutes))
    assert not Offer.objects.exists()
    assert Notice.objects.get(code="unread").times > 1
    assert ServiceRequest.objects.get().deadlines.filter(fired_at=None, cleared_at=None).exists()


def test_another_text_joins_and_is_not_answered_again(mei, now):
    assert write(cast.MEI_NUMBER, "hello", now=now)
    assert write(cast.MEI_NUMBER, "are you there", now=now) == []
    request = ServiceRequest.objects.get()
    assert request.events.filter(kind="request.noted").get().data["text"] == "are you there"
    assert Notice.objects.get(code="text").times == 2


def test_a_text_joins_her_emergency_and_it_sounds_again(mei, now):
    wants(mei, now=now)
    emergency = cries(mei, now=now)
    write(cast.MEI_NUMBER, "hurry", now=now)
    emergency.refresh_from_db()
    assert emergency.sounds == 2
    assert ServiceRequest.objects.count() == 2
    assert Notice.objects.get(code="text").request == emergency


def test_her_son_writes_about_her(mei, now):
    cast.ka_ming(mei)
    write(cast.KA_MING_NUMBER, "mother does not answer", now=now)
    request = ServiceRequest.objects.get()
    assert (request.elder, request.events.first().by["kind"]) == (mei, "family")


def test_a_contact_of_two_elders_makes_one_case_that_names_both(mei, now):
    lan = cast.lan()
    for elder in (mei, lan):
        Contact.objects.create(elder=elder, name="Jo", phone=cast.KA_MING_NUMBER)
    write(cast.KA_MING_NUMBER, "what about them", now=now)
    request = ServiceRequest.objects.get()
    assert set(request.also.all()) == {mei, lan}


def test_a_worker_on_his_way_writes_into_the_case_he_goes_to(mei, now):
    wai = cast.wai(cast.sunrise_kitchen())
    request = wants(mei, now=now)
    sweep(now)
    write(cast.WAI_NUMBER, "1", now=now)
    write(cast.WAI_NUMBER, "flat tyre, 10 minutes late", now=now)
    assert ServiceRequest.objects.get() == request
    assert Notice.objects.get(code="text").data["to"] == wai.name


def test_a_stranger_is_read_too_and_folds_with_himself_alone(now):
    write("+8613700000001", "my neighbour lies in the yard", now=now)
    write("+8613700000001", "number 12", now=now)
    write("+8613700000002", "hello", now=now)
    write("10086", "short codes write as well", now=now)
    write("", "and the withheld", now=now)
    write("", "each by itself", now=now)
    assert ServiceRequest.objects.count() == 5


def test_the_same_text_told_twice_is_one(mei, now):
    first = write(cast.MEI_NUMBER, "hello", now=now, ref="SM1")
    assert write(cast.MEI_NUMBER, "hello", now=now, ref="SM1") == first
    assert Notice.objects.get().times == 1


@pytest.mark.parametrize("digit", ["1", " 1 ", "１", "1.", "#1"])
def test_one_digit_accepts_the_newest_offer(mei, now, digit):
    cast.wai(cast.sunrise_kitchen())
    wants(mei, now=now)
    sweep(now)
    (answer,) = write(cast.WAI_NUMBER, digit, now=now)
    assert Offer.objects.get().state == "accepted"
    assert mei.address in answer


def test_a_digit_after_the_offer_is_over_is_answered_kindly_and_troubles_nobody(mei, now):
    cast.wai(cast.sunrise_kitchen())
    wants(mei, now=now)
    sweep(now)
    later = now + timedelta(minutes=10)
    sweep(later)
    OutboundJob.objects.exclude(state="expired").update(state="expired")
    Offer.objects.update(state="expired")
    (answer,) = write(cast.WAI_NUMBER, "1", now=later)
    assert "taken care of" in answer
    assert not Notice.objects.filter(code="text").exists()


def test_a_second_yes_hears_the_address_again(mei, now):
    cast.wai(cast.sunrise_kitchen())
    wants(mei, now=now)
    sweep(now)
    write(cast.WAI_NUMBER, "1", now=now)
    (answer,) = write(cast.WAI_NUMBER, "1", now=now)
    assert mei.address in answer


def test_who_is_deaf_is_never_only_called(mei, now):
    mei.hearing = "deaf"
    mei.save()
    request = wants(mei, now=now)
    ServiceRequest.objects.update(state="DONE")
    request.refresh_from_db()
    summons.ask_confirmation(request, now=now)
    outbound.deliver_due(now=now)
    assert set(OutboundJob.objects.values_list("kind", flat=True)) == {"call", "text"}
    write(cast.MEI_NUMBER, "1", now=now)
    request.refresh_from_db()
    assert (request.state, request.disposition) == ("CLOSED", "met")


def test_in_an_emergency_who_is_deaf_is_written_to_as_well(mei, now):
    mei.hearing = "deaf"
    mei.save()
    cries(mei, now=now)
    sweep(now)
    kinds = OutboundJob.objects.filter(purpose="ring_back").values_list("kind", flat=True)
    assert set(kinds) == {"call", "text"}


def test_stop_ends_what_we_start_and_start_takes_it_back(mei, now):
    cast.wai(cast.sunrise_kitchen())
    write(cast.WAI_NUMBER, "Stop!", now=now)
    assert not ServiceRequest.objects.exists()
    wants(mei, now=now)
    sweep(now)
    offer_text = OutboundJob.objects.get(kind="text")
    assert offer_text.state == "failed"
    assert OutboundJob.objects.filter(kind="call", state="queued").exists()  # he is rung instead
    write(cast.WAI_NUMBER, "START", now=now)
    assert not OptOut.objects.filter(until=None).exists()


def test_stop_does_not_keep_an_emergency_from_her_contacts(mei, now):
    cast.ka_ming(mei)
    write(cast.KA_MING_NUMBER, "stop", now=now)
    job = outbound.place(
        "text", cast.KA_MING_NUMBER, purpose="contact", priority="emergency", text="!", now=now
    )
    outbound.deliver_due(now=now)
    job.refresh_from_db()
    assert job.state == "delivered"


def test_cancel_is_a_word_for_a_person_and_no_stop(mei, now):
    write(cast.MEI_NUMBER, "cancel", now=now)
    assert not OptOut.objects.exists()
    assert ServiceRequest.objects.exists()


def test_a_digit_with_no_question_open_is_read_by_a_person(mei, now):
    write(cast.MEI_NUMBER, "3", now=now)
    assert ServiceRequest.objects.get().note == "3"


def test_a_text_never_confirms_an_emergency_away(mei, now):
    emergency = cries(mei, now=now)
    deadlines.fire_due(now=now)
    write(cast.MEI_NUMBER, "1", now=now)
    emergency.refresh_from_db()
    assert emergency.is_open
