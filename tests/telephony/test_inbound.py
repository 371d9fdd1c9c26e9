"""Calls that come in: nothing is lost, nothing counts twice, silence ends with a person."""

from datetime import timedelta

import pytest

from elders.models import Line, User
from telephony import desk, inbound, script
from telephony.errors import CallError
from telephony.events import Reply, Stamp
from telephony.instructions import Say
from telephony.models import Call, CallBack, CallEvent
from tests.cast import MEI_NUMBER, olive
from tests.telephony.town_script import BROKEN, QUIET

pytestmark = pytest.mark.django_db


def ring(now, number=MEI_NUMBER, leg="leg-1") -> Reply:
    return inbound.incoming("simulator", leg, from_number=number, to_number="12349", now=now)


def dial(now, number=MEI_NUMBER, leg="leg-1") -> int:
    call = ring(now, number, leg).call
    assert call
    return call


def call_of(reply: Reply) -> Call:
    return Call.objects.get(pk=reply.call or 0)


def verbs(reply: Reply) -> list[str]:
    return [step["verb"] for step in reply.instructions]


def test_a_caller_is_greeted_and_stands_in_the_queue(now):
    reply = ring(now)
    call = call_of(reply)
    assert verbs(reply) == ["say", "enqueue", "gather"]
    assert (reply.state, reply.cursor) == ("ringing", 3)
    assert list(desk.queue()) == [call]
    assert (call.opened_at, call.queued_at, call.answered_at) == (now, now, None)


def test_the_same_leg_told_twice_is_one_call_and_one_answer(now):
    assert ring(now) == ring(now + timedelta(seconds=3))
    assert Call.objects.count() == 1


def test_a_key_reaches_the_script_and_its_answer_grows_the_cursor(now, told):
    reply = inbound.digits(dial(now), "2", now=now)
    assert ("digits", "2") in told
    assert verbs(reply) == ["say", "gather"]
    assert reply.cursor == 5
    assert call_of(reply).step == {"asked": "which one"}


def test_a_repeated_event_is_answered_from_the_store_and_asks_nobody(now, told):
    call = dial(now)
    first = inbound.digits(call, "2", stamp=Stamp("evt-1"), now=now)
    inbound.digits(call, "1", now=now)
    told.clear()
    assert inbound.digits(call, "2", stamp=Stamp("evt-1"), now=now) == first
    assert told == []


def test_a_repeated_hang_up_is_answered_as_the_first_was(now):
    call = dial(now)
    first = inbound.hang_up(call, stamp=Stamp("bye"), now=now)
    assert inbound.hang_up(call, stamp=Stamp("bye"), now=now) == first
    assert CallBack.objects.count() == 1


def test_the_same_reference_on_another_call_is_another_event(now, told):
    one, other = dial(now), dial(now, leg="leg-2")
    inbound.digits(one, "1", stamp=Stamp("evt-1"), now=now)
    inbound.digits(other, "3", stamp=Stamp("evt-1"), now=now)
    assert [keys for kind, keys in told if kind == "digits"] == ["1", "3"]


def test_a_late_event_is_kept_and_moves_nothing(now, told):
    call = dial(now)
    inbound.digits(call, "2", stamp=Stamp("a", 5), now=now)
    late = inbound.digits(call, "1", stamp=Stamp("b", 4), now=now)
    assert late.instructions == []
    assert [keys for kind, keys in told if kind == "digits"] == ["2"]
    assert CallEvent.objects.filter(call=call, sequence=4).exists()


def test_a_call_that_is_over_takes_no_more_keys(now):
    call = dial(now)
    inbound.hang_up(call, now=now)
    with pytest.raises(CallError) as refused:
        inbound.digits(call, "1", now=now)
    assert (refused.value.code, refused.value.http_status) == ("call_over", 409)


def test_a_caller_who_hangs_up_unheard_is_rung_back(now, told):
    call = dial(now)
    inbound.hang_up(call, now=now)
    callback = CallBack.objects.get()
    assert (callback.number, callback.call_id) == (MEI_NUMBER, call)
    assert (callback.reason, callback.priority) == ("abandoned", "routine")
    assert Call.objects.get().state == "abandoned"
    assert ("hung_up", "abandoned") in told


def test_a_caller_who_ordered_by_key_and_hangs_up_has_ended_the_call(now):
    call = dial(now)
    inbound.digits(call, "1", now=now)
    assert not desk.queue().exists()
    reply = inbound.hang_up(call, now=now)
    assert reply.state == "ended"
    assert not CallBack.objects.exists()


def test_who_ordered_and_then_waits_for_a_person_is_in_the_queue_again(now):
    call = dial(now)
    inbound.digits(call, "1", now=now)
    later = now + timedelta(seconds=40)
    assert inbound.fall_silent(now=later) == 1
    script.tell(call, [Say("Somebody is coming", "en")], now=later)
    assert desk.queue().get().queued_at == later


def test_feeling_unwell_and_hanging_up_makes_an_urgent_call_back(now):
    call = dial(now)
    inbound.digits(call, "3", now=now)
    inbound.hang_up(call, now=now)
    callback = CallBack.objects.get()
    assert callback.priority == "urgent"
    assert callback.due_at == now + timedelta(seconds=120)


def test_priority_only_rises(now):
    call = dial(now)
    inbound.digits(call, "3", now=now)
    inbound.digits(call, "2", now=now)
    assert Call.objects.get().priority == "urgent"


def test_the_script_may_hang_up(now, told):
    call = dial(now)
    reply = inbound.digits(call, "5", now=now)
    assert (reply.state, verbs(reply)) == ("ended", ["say", "hangup"])
    assert not CallBack.objects.exists()


def test_a_broken_script_puts_the_caller_before_a_person(now):
    reply = ring(now, BROKEN)
    assert verbs(reply) == ["enqueue"]
    assert desk.queue().get().priority == "urgent"


def test_a_script_that_breaks_half_way_leaves_nothing_half_done(now):
    call = dial(now)
    reply = inbound.digits(call, "9", now=now)
    assert verbs(reply) == ["enqueue"]
    assert Call.objects.get().step == {}
    assert not Line.objects.exists()


def test_a_script_that_breaks_at_the_hang_up_gets_the_caller_rung_back(now):
    call = dial(now)
    inbound.digits(call, "1", now=now)
    inbound.digits(call, "2", now=now)
    reply = inbound.hang_up(call, now=now)
    assert reply.state == "ended"
    assert CallBack.objects.get().reason == "script_failed"


def test_a_caller_left_alone_by_the_script_is_queued(now):
    reply = ring(now, QUIET)
    assert verbs(reply) == ["say", "enqueue"]


def test_silence_is_told_to_the_script_once(now, told):
    call = call_of(ring(now))
    assert call.silence_at == now + timedelta(seconds=12 * 0.2 + 8)
    assert inbound.fall_silent(now=now + timedelta(seconds=5)) == 0
    assert inbound.fall_silent(now=now + timedelta(seconds=30)) == 1
    assert inbound.fall_silent(now=now + timedelta(seconds=60)) == 0
    assert [keys for kind, keys in told if kind == "digits"] == [""]


def test_who_pressed_a_key_is_not_silent(now, told):
    call = dial(now)
    inbound.digits(call, "4", now=now)
    assert inbound.fall_silent(now=now + timedelta(hours=1)) == 0


def test_keys_and_words_between_two_people_do_not_reach_the_script(now, told):
    call = dial(now)
    operator: User = olive()
    desk.claim(call, by=operator, now=now)
    desk.talk(call, by=operator, now=now)
    inbound.speech(call, "my back hurts", now=now)
    inbound.digits(call, "1", now=now)
    assert not [kind for kind, _ in told if kind in ("speech", "digits")]
    assert CallEvent.objects.get(kind="speech").payload == {"text": "my back hurts"}


def test_screens_are_told_after_commit(now, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        call = dial(now)
        assert ("changed", call) not in told
    assert ("changed", call) in told


def test_a_withheld_number_is_a_call_like_any_other(now):
    call = dial(now, "")
    inbound.hang_up(call, now=now)
    other = dial(now, "", leg="leg-2")
    inbound.hang_up(other, now=now)
    assert CallBack.objects.filter(number="").count() == 2
