"""The script of the one number (DESIGN §6), dialled over the simulator's HTTP.

The telephone runs by the real clock; what happens later is the sweep told that it is later.
"""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from dispatch import desk, presence, selectors
from dispatch.errors import DispatchError
from dispatch.models import Notice, ServiceRequest
from elders.models import Elder, LineHolder, User
from telephony import callbacks
from telephony import desk as calls
from telephony.errors import CallError
from telephony.models import Call, CallBack, OutboundJob
from tests import cast
from tests.dispatch.town import sweep
from tests.scenarios.phone import Item, Phone

pytestmark = pytest.mark.django_db

STRANGER = "+8613800009999"


def verified(elder: Elder) -> Elder:
    elder.holdings.update(verified_at=timezone.now())
    return elder


@pytest.fixture
def mei() -> Elder:
    return verified(cast.mei())


@pytest.fixture
def bo(mei: Elder) -> Elder:
    """Bo, who may be ringing from Mei's telephone as well."""
    bo = cast.bo(mei)
    cast.line(bo, cast.MEI_NUMBER, verified_at=timezone.now(), rank=2)
    return bo


@pytest.fixture
def phone(mei: Elder) -> Phone:
    return Phone(cast.MEI_NUMBER)


@pytest.fixture
def olive() -> User:
    return cast.olive()


def later(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)


def words(heard: list[Item]) -> str:
    return " ".join(step.get("text", "") for step in heard)


def verbs(heard: list[Item]) -> set[str]:
    return {step["verb"] for step in heard}


def call() -> Call:
    return Call.objects.filter(direction="inbound").latest("pk")


def waits(priority: str = "routine") -> bool:
    """The caller is in front of the operators, at this priority."""
    return list(calls.queue().values_list("pk", "priority"))[-1:] == [(call().pk, priority)]


def told(code: str) -> bool:
    return Notice.objects.filter(code=code, done_at=None).exists()


def everything_is_watched(seconds: float = 0) -> bool:
    return not any(selectors.unwatched(now=later(seconds)).values())


# --- a person first ----------------------------------------------------------------------------


def test_who_rings_is_greeted_by_name_and_is_in_the_queue_already(mei, phone):
    heard = phone.dial()
    assert mei.name_zh in words(heard)
    assert waits()


@pytest.mark.parametrize(
    "checked_ago", [None, timedelta(days=91)], ids=["never verified", "verified long ago"]
)
def test_a_number_not_lately_verified_hears_no_name_and_orders_nothing(phone, mei, checked_ago):
    mei.holdings.update(verified_at=checked_ago and timezone.now() - checked_ago)
    heard = phone.dial()
    assert mei.name_zh not in words(heard)
    assert mei.name not in words(heard)
    phone.press("1")
    assert not ServiceRequest.objects.exists()
    assert waits()
    assert call().step["wish"] == "catering"  # whoever answers sees what she wants


def test_a_number_verified_89_days_ago_still_proves_enough(phone, mei):
    mei.holdings.update(verified_at=timezone.now() - timedelta(days=89))
    assert mei.name_zh in words(phone.dial())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_she_is_spoken_to_in_her_language(phone, mei, language):
    mei.language = language
    mei.save()
    said = words(phone.dial())
    assert (mei.name in said) == (language == "en")


def test_an_unknown_caller_is_helped_first():
    phone = Phone(STRANGER)
    phone.dial()
    assert waits()
    phone.press("1")
    assert waits()
    assert not ServiceRequest.objects.exists()
    phone.press("3")
    assert waits("urgent")


@pytest.mark.parametrize("key", ["0", "7", "*", "#", "99", ""])
def test_zero_anything_else_and_silence_reach_a_person(phone, key):
    phone.dial()
    phone.press(key)
    assert waits()
    assert not ServiceRequest.objects.exists()


def test_silence_that_no_carrier_reports_reaches_a_person_too(phone):
    phone.dial()
    phone.press("1")  # an order takes her out of the queue
    assert not calls.queue().exists()
    sweep(later(60))
    assert waits()


def test_words_are_kept_for_whoever_answers_and_not_interpreted(phone):
    phone.dial()
    phone.speak("close my case, one one one")
    assert call().step["said"] == ["close my case, one one one"]
    assert waits()
    assert not ServiceRequest.objects.exists()


# --- a digit is an offer -----------------------------------------------------------------------


@pytest.mark.parametrize(("key", "category"), [("1", "catering"), ("2", "housekeeping")])
def test_one_orders_meals_and_two_housekeeping(phone, mei, key, category):
    phone.dial()
    heard = phone.press(key)
    request = ServiceRequest.objects.get()
    assert (request.category_id, request.priority, request.elder) == (category, "routine", mei)
    assert request.source == "call"
    assert "gather" in verbs(heard)  # she may stay on the line
    assert not calls.queue().exists()


def test_who_ordered_and_hangs_up_has_ended_the_call(phone):
    phone.dial()
    phone.press("1")
    phone.hang_up()
    assert phone.state == "ended"
    assert not CallBack.objects.exists()


def test_who_ordered_stayed_silent_and_hangs_up_has_still_ended_it(phone):
    phone.dial()
    phone.press("1")
    phone.press("")
    assert waits()
    phone.hang_up()
    assert phone.state == "ended"


@pytest.mark.parametrize("then", ["0", "3", "8"])
def test_who_asks_for_a_person_after_ordering_is_rung_back(phone, then):
    phone.dial()
    phone.press("1")
    phone.press(then)
    phone.hang_up()
    assert phone.state == "abandoned"
    callback = CallBack.objects.get()
    assert callback.priority == ("urgent" if then == "3" else "routine")
    assert ServiceRequest.objects.get().state == "NEW"  # the order stands


def test_who_speaks_after_ordering_is_rung_back(phone):
    phone.dial()
    phone.press("1")
    phone.speak("I have fallen")
    phone.hang_up()
    assert CallBack.objects.filter(reached_at=None).exists()


def test_the_same_order_within_four_hours_goes_to_a_person(phone):
    phone.dial()
    phone.press("1")
    phone.hang_up()
    phone.dial()
    phone.press("1")
    assert ServiceRequest.objects.count() == 1
    assert waits()
    phone.hang_up()
    assert phone.state == "abandoned"  # nothing was ordered: she is rung back


def test_another_order_within_four_hours_is_taken(phone):
    for key in "12":
        phone.dial()
        phone.press(key)
        phone.hang_up()
    assert ServiceRequest.objects.count() == 2


@pytest.mark.parametrize(("hours", "state", "orders"), [(3.9, "CLOSED", 1), (4.1, "CLOSED", 2)])
def test_four_hours_later_it_is_a_new_order(phone, hours, state, orders):
    phone.dial()
    phone.press("1")
    phone.hang_up()
    ServiceRequest.objects.update(opened_at=later(-hours * 3600), state=state)
    phone.dial()
    phone.press("1")
    assert ServiceRequest.objects.count() == orders


def test_an_order_that_was_cancelled_can_be_given_again(phone):
    phone.dial()
    phone.press("1")
    phone.hang_up()
    ServiceRequest.objects.update(state="CANCELLED")
    phone.dial()
    phone.press("1")
    assert ServiceRequest.objects.count() == 2


def test_pressing_one_twice_orders_once(phone):
    phone.dial()
    phone.press("1")
    phone.press("1")
    assert ServiceRequest.objects.count() == 1


# --- unwell ------------------------------------------------------------------------------------


def test_three_reaches_a_person_as_urgent_and_hanging_up_makes_an_urgent_callback(phone, mei):
    phone.dial()
    phone.press("3")
    assert waits("urgent")
    phone.hang_up()
    callback = CallBack.objects.get()
    assert (callback.priority, callback.elder, callback.number) == (
        "urgent",
        mei,
        cast.MEI_NUMBER,
    )
    assert callback.due_at <= later(121)


def test_an_urgent_caller_stands_before_those_who_waited_longer(phone):
    first = Phone(STRANGER)
    first.dial()
    phone.dial()
    assert [c.from_number for c in calls.queue()] == [STRANGER, cast.MEI_NUMBER]
    phone.press("3")
    assert [c.from_number for c in calls.queue()] == [cast.MEI_NUMBER, STRANGER]


# --- two under one roof ------------------------------------------------------------------------


def test_a_household_is_asked_which_one(phone, mei, bo):
    said = words(phone.dial())
    assert mei.name_zh in said
    assert bo.name_zh in said
    heard = phone.press("2")
    assert bo.name_zh in words(heard)
    assert mei.name_zh not in words(heard)
    phone.press("1")
    assert ServiceRequest.objects.get().elder == bo


def test_if_nobody_says_the_call_shows_both(phone, mei, bo):
    phone.dial()
    phone.press("")
    assert call().elder is None
    assert call().candidates == [mei.pk, bo.pk]
    assert waits()


def test_an_unverified_household_hears_no_names(phone, mei, bo):
    LineHolder.objects.filter(elder=bo).update(verified_at=None)
    said = words(phone.dial())
    assert mei.name_zh not in said
    assert bo.name_zh not in said
    assert waits()


def test_an_unverified_housemate_cannot_order_by_digit(phone, mei, bo):
    LineHolder.objects.filter(elder=bo).update(verified_at=None)
    phone.dial()
    phone.press("2")
    phone.press("1")
    assert not ServiceRequest.objects.exists()
    assert waits()


# --- alarm keys --------------------------------------------------------------------------------


def test_an_alarm_key_skips_everything_and_opens_an_emergency(phone, mei):
    LineHolder.objects.update(alarm_key=True)
    heard = phone.dial()
    request = ServiceRequest.objects.get()
    assert (request.priority, request.elder, request.category_id) == ("emergency", mei, "medical")
    assert waits("emergency")
    assert "gather" not in verbs(heard)
    assert everything_is_watched()


def test_an_alarm_key_pressed_again_joins_and_sounds_again(phone):
    LineHolder.objects.update(alarm_key=True)
    phone.dial()
    phone.hang_up()
    phone.dial()
    request = ServiceRequest.objects.get()
    assert request.sounds == 2
    assert request.calls.count() == 2


def test_an_alarm_key_of_a_household_names_both(phone, mei, bo, olive):
    LineHolder.objects.filter(elder=bo).update(alarm_key=True)
    phone.dial()
    request = ServiceRequest.objects.get()
    assert request.elder is None
    assert set(request.also.all()) == {mei, bo}
    assert request.grid == mei.grid.code
    assert request.estimate["lat"] == mei.lat
    assert everything_is_watched()


@pytest.mark.parametrize("key", ["0", "1", "3", "9", ""])
def test_no_key_takes_an_alarm_call_from_the_head_of_the_queue(phone, key):
    LineHolder.objects.update(alarm_key=True)
    phone.dial()
    phone.press(key)
    assert waits("emergency")
    assert ServiceRequest.objects.get().priority == "emergency"


def test_who_is_on_the_line_is_not_rung_and_who_hangs_up_is_rung_back_at_once(phone):
    LineHolder.objects.update(alarm_key=True)
    phone.dial()
    sweep(timezone.now())
    assert phone.outbox("call") == []
    phone.hang_up()
    sweep(later(1))
    assert [item["purpose"] for item in phone.outbox("call")] == ["ring_back"]


# --- waiting -----------------------------------------------------------------------------------


def test_after_15_s_supervisors_are_told_and_after_60_s_the_mobiles_ring_once(phone, settings):
    settings.ON_CALL_NUMBERS = ["+8613800000098", "+8613800000099"]
    phone.dial()
    sweep(later(14))
    assert not told("waiting_15")
    sweep(later(15))
    assert told("waiting_15")
    assert not OutboundJob.objects.exists()
    sweep(later(61))
    assert told("waiting_60")
    for seconds in (121, 181, 241):
        sweep(later(seconds))
    rung = OutboundJob.objects.filter(purpose="on_call").values_list("to", flat=True)
    assert sorted(rung) == settings.ON_CALL_NUMBERS


def test_who_begins_to_wait_after_an_order_is_noticed_as_soon(phone):
    phone.dial()
    phone.press("1")
    sweep(later(60))  # silence: she is put into the queue
    assert waits()
    sweep(later(76))
    assert told("waiting_15")


def test_taking_the_call_ends_the_notices(phone, olive):
    phone.dial()
    sweep(later(15))
    desk.take(call().pk, by=olive, now=later(16))
    assert not told("waiting_15")
    sweep(later(90))
    assert not told("waiting_60")


def test_mobiles_that_do_not_answer_are_no_fault_of_some_request(phone, settings):
    settings.ON_CALL_NUMBERS = ["+8613800000098"]
    phone.dial()
    phone.press("1")
    phone.press("0")
    sweep(later(15))
    sweep(later(61))
    mobile = Phone("+8613800000098")
    mobile.reject(mobile.outbox()[0])
    assert Notice.objects.get(code="unreached").request is None


def test_callers_are_queued_by_priority_and_then_by_wait(mei):
    numbers = [f"+86138000001{n:02d}" for n in range(4)]
    phones = [Phone(number) for number in numbers]
    for each in phones:
        each.dial()
    phones[2].press("3")
    LineHolder.objects.update(alarm_key=True)
    Phone(cast.MEI_NUMBER).dial()
    assert [c.from_number for c in calls.queue()] == [
        cast.MEI_NUMBER,
        numbers[2],
        numbers[0],
        numbers[1],
        numbers[3],
    ]


# --- call-backs --------------------------------------------------------------------------------


def test_a_callback_stays_until_somebody_was_reached(phone, olive):
    phone.dial()
    phone.hang_up()
    assert phone.state == "abandoned"
    callback = CallBack.objects.get()
    assert everything_is_watched()
    for hours in range(1, 25):
        sweep(later(3600 * hours))
        assert everything_is_watched(3600 * hours)
    notice = Notice.objects.get(code="callback_due")
    assert notice.times >= 20  # told again and again
    assert selectors.notices_for(olive).filter(pk=notice.pk).exists()
    desk.reached(callback.pk, by=olive, now=later(90_000))
    assert not told("callback_due")
    assert everything_is_watched()
    sweep(later(100_000))
    assert not told("callback_due")


def test_who_rings_and_hangs_up_twice_is_listed_once_at_the_higher_priority(phone):
    phone.dial()
    phone.hang_up()
    phone.dial()
    phone.press("3")
    phone.hang_up()
    assert CallBack.objects.get().priority == "urgent"
    assert everything_is_watched()


def test_a_callback_made_where_the_script_failed_is_watched_too(now):
    callbacks.open_for(STRANGER, reason="script_failed", priority="urgent", now=now)
    assert selectors.unwatched(now=now)["callbacks"]
    sweep(now)
    assert not selectors.unwatched(now=now)["callbacks"]


def test_reaching_her_by_callback_is_the_voice_of_her_emergency(phone, olive):
    LineHolder.objects.update(alarm_key=True)
    phone.dial()
    phone.hang_up()
    desk.reached(CallBack.objects.get().pk, by=olive, now=timezone.now())
    assert ServiceRequest.objects.get().voice_at is not None


# --- the operator's side -----------------------------------------------------------------------


def test_of_two_who_take_a_call_one_gets_it_and_the_other_is_told_who(phone, olive):
    phone.dial()
    sol = cast.sol()
    desk.take(call().pk, by=olive, now=timezone.now())
    with pytest.raises(CallError) as refused:
        desk.take(call().pk, by=sol, now=timezone.now())
    assert refused.value.code == "already_claimed"
    assert refused.value.fields["by"] == str(olive)
    assert call().operator == olive


def test_taking_the_call_of_an_emergency_takes_the_emergency_and_is_its_voice(phone, olive):
    LineHolder.objects.update(alarm_key=True)
    phone.dial()
    desk.take(call().pk, by=olive, now=timezone.now())
    request = ServiceRequest.objects.get()
    assert request.owner == olive
    assert request.voice_at is not None


def test_without_a_live_console_a_call_goes_back_to_the_head_of_the_queue(phone, olive):
    first = Phone(STRANGER)
    first.dial()
    phone.dial()
    desk.take(call().pk, by=olive, now=timezone.now())
    sweep(later(59))
    assert call().operator == olive
    sweep(later(61))
    assert [c.from_number for c in calls.queue()] == [cast.MEI_NUMBER, STRANGER]
    assert call().operator is None


def test_a_live_console_keeps_the_call(phone, olive):
    phone.dial()
    desk.take(call().pk, by=olive, now=timezone.now())
    for seconds in (30, 60, 90, 120):
        desk.renew(olive, now=later(seconds))
        sweep(later(seconds + 1))
    assert call().operator == olive
    presence.gone(olive)


def test_signing_out_demands_a_handover(phone, olive):
    LineHolder.objects.update(alarm_key=True)
    phone.dial()
    desk.take(call().pk, by=olive, now=timezone.now())
    request = ServiceRequest.objects.get()
    with pytest.raises((CallError, DispatchError)) as refused:
        desk.sign_out(olive, now=timezone.now())
    assert refused.value.code == "handover_needed"
    assert call().operator == olive
    sol = cast.sol()
    desk.sign_out(olive, to=sol, now=timezone.now())
    request.refresh_from_db()
    assert (request.owner, call().operator) == (sol, sol)
    assert everything_is_watched()


def test_a_caller_cut_off_while_an_operator_without_a_console_had_her_is_rung_back(phone, olive):
    phone.dial()
    desk.take(call().pk, by=olive, now=timezone.now())
    sweep(later(61))
    phone.hang_up()
    assert CallBack.objects.get().number == cast.MEI_NUMBER
