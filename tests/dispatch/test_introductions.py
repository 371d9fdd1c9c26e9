"""A worker accepts by telephone while she is still on the line: the two are put through."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch import deadlines, desk
from dispatch.models import Event, Offer, ServiceRequest
from providers.models import Worker
from telephony import desk as calls
from telephony import outbound, rooms
from telephony.errors import CallError
from telephony.models import Call, CallBack, OutboundJob
from tests import cast
from tests.scenarios.phone import Item, Phone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _wai() -> None:
    cast.wai(cast.sunrise_kitchen())
    Worker.objects.update(reach_by="call", languages=["en"])


@pytest.fixture
def mei() -> Phone:
    cast.mei(language="en").holdings.update(verified_at=timezone.now())
    return Phone(cast.MEI_NUMBER)


@pytest.fixture
def wai() -> Phone:
    return Phone(cast.WAI_NUMBER)


def work(after_s: float = 0.0) -> None:
    now = timezone.now() + timedelta(seconds=after_s)
    deadlines.fire_due(now=now)
    outbound.deliver_due(now=now)


def picks_up(wai: Phone) -> None:
    work()
    wai.answer(wai.outbox("call")[-1])


def orders(mei: Phone) -> Call:
    mei.dial()
    mei.press("1")
    return Call.objects.get(direction="inbound")


def there(call: Call) -> list[str]:
    return [party.who for party in rooms.present(call)]


def verbs(heard: list[Item]) -> list[str]:
    return [step["verb"] for step in heard]


def said(heard: list[Item]) -> str:
    return " ".join(step["text"] for step in heard if step["verb"] == "say")


def hers() -> Call:
    return Call.objects.get(direction="inbound")


def theirs() -> Call:
    return Call.objects.get(direction="outbound")


def test_who_stayed_on_the_line_is_put_through_to_the_worker_who_accepts(mei, wai):
    call = orders(mei)
    before = call.cursor
    picks_up(wai)
    heard = wai.press("1")
    assert verbs(heard) == ["say", "say", "bridge"]
    assert heard[-1]["to"] == f"call:{call.pk}"
    assert "12 Willow Lane" in said(heard)
    told, bridge = hers().script_after(before)
    assert "Help is coming" in told["text"]
    assert bridge["to"] == f"call:{call.pk}"
    assert hers().state == "talking"
    assert there(call) == ["Wai Ho"]
    assert not calls.queue().exists()
    assert Offer.objects.get().state == "accepted"


def test_it_stands_in_the_log_of_the_request(mei, wai):
    orders(mei)
    picks_up(wai)
    wai.press("1")
    event = Event.objects.get(kind="request.bridged")
    assert event.by["name"] == "Wai Ho"
    assert event.data["worker"]["name"] == "Wai Ho"
    assert event.data["call"] == hers().pk


def test_the_worker_is_given_no_number_of_hers(mei, wai):
    orders(mei)
    picks_up(wai)
    wai.press("1")
    leg = theirs()
    assert leg.from_number != cast.MEI_NUMBER
    assert cast.MEI_NUMBER not in str(leg.script)
    assert cast.WAI_NUMBER not in str(hers().script)


def test_the_worker_hangs_up_and_she_is_asked_whether_she_needs_more(mei, wai):
    call = orders(mei)
    picks_up(wai)
    wai.press("1")
    before = hers().cursor
    wai.hang_up()
    now_told = hers().script_after(before)
    assert verbs(now_told) == ["say", "gather"]
    assert "hung up" in said(now_told)
    assert hers().state == "ringing"
    assert not rooms.present(call).exists()
    assert verbs(mei.press("")) == ["say", "enqueue"]  # silence ends with a person
    assert calls.queue().get() == call


def test_she_hangs_up_and_the_worker_is_told_so_and_let_go(mei, wai):
    orders(mei)
    picks_up(wai)
    wai.press("1")
    before = theirs().cursor
    mei.hang_up()
    now_told = theirs().script_after(before)
    assert verbs(now_told) == ["say", "hangup"]
    assert "hung up" in said(now_told)
    assert (hers().state, theirs().state) == ("ended", "ended")
    assert OutboundJob.objects.get(kind="call", purpose="offer").state == "done"
    assert not CallBack.objects.exists()
    assert ServiceRequest.objects.get().state == "ASSIGNED"


def test_a_caller_who_hung_up_before_costs_the_worker_nothing(mei, wai):
    orders(mei)
    mei.hang_up()
    picks_up(wai)
    assert verbs(wai.press("1")) == ["say", "hangup"]
    assert not Event.objects.filter(kind="request.bridged").exists()


def test_an_operator_who_has_taken_her_call_keeps_it_and_the_worker_is_told(mei, wai):
    call = orders(mei)
    mei.press("0")
    olive = cast.olive()
    desk.take(call.pk, by=olive, now=timezone.now())
    picks_up(wai)
    heard = wai.press("1")
    assert verbs(heard) == ["say", "say", "hangup"]
    assert "speaking with her" in said(heard)
    assert hers().operator == olive
    assert there(call) == [str(olive)]
    assert Offer.objects.get().state == "accepted"


def test_who_asked_for_a_person_keeps_her_place_and_the_operator_joins_the_two(mei, wai):
    call = orders(mei)
    mei.press("0")
    picks_up(wai)
    assert verbs(wai.press("1"))[-1] == "bridge"
    assert calls.queue().get() == call
    olive = cast.olive()
    desk.take(call.pk, by=olive, now=timezone.now())
    assert there(call) == ["Wai Ho", str(olive)]
    before = hers().cursor
    wai.hang_up()
    assert hers().script_after(before) == []  # she speaks on with Olive
    assert hers().state == "talking"
    mei.hang_up()
    assert hers().state == "wrap_up"


def test_the_operator_ends_it_and_the_worker_is_let_go_as_well(mei, wai):
    call = orders(mei)
    mei.press("0")
    picks_up(wai)
    wai.press("1")
    olive = cast.olive()
    desk.take(call.pk, by=olive, now=timezone.now())
    calls.hang_up(call.pk, by=olive, now=timezone.now())
    assert verbs(theirs().script[-2:]) == ["say", "hangup"]
    assert theirs().state == "ended"


def test_the_worker_hangs_up_and_who_asked_for_a_person_waits_on_in_her_place(mei, wai):
    call = orders(mei)
    mei.press("0")
    since = hers().queued_at
    picks_up(wai)
    wai.press("1")
    wai.hang_up()
    assert verbs(hers().script[-2:]) == ["say", "enqueue"]
    assert calls.queue().get() == call
    assert hers().queued_at == since
    mei.hang_up()
    assert hers().state == "abandoned"  # nobody of ours has spoken with her
    assert CallBack.objects.exists()


def test_nobody_at_the_desk_takes_her_out_of_the_conversation(mei, wai):
    call = orders(mei)
    picks_up(wai)
    wai.press("1")
    with pytest.raises(CallError) as refused:
        desk.take(call.pk, by=cast.olive(), now=timezone.now())
    assert refused.value.code == "spoken_with"
    assert "Wai" in refused.value.message


def test_a_key_pressed_while_they_speak_orders_nothing(mei, wai):
    orders(mei)
    picks_up(wai)
    wai.press("1")
    mei.press("2")
    wai.press("2")
    assert ServiceRequest.objects.count() == 1
    assert Offer.objects.get().state == "accepted"


def test_a_worker_who_accepts_by_text_is_put_through_to_nobody(mei, wai):
    Worker.objects.update(reach_by="text")
    orders(mei)
    work()
    wai.reply(wai.outbox("text")[-1], "1")
    assert Offer.objects.get().state == "accepted"
    assert hers().state == "ringing"


def test_two_carriers_cannot_be_put_through_to_each_other(mei, wai):
    orders(mei)
    picks_up(wai)
    Call.objects.filter(direction="inbound").update(carrier="another")
    assert verbs(wai.press("1")) == ["say", "hangup"]
    assert hers().state == "ringing"
