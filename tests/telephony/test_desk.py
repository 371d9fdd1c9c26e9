"""The desk: one winner a call, a lease on everything in hand, nobody leaves with a caller."""

from datetime import timedelta

import pytest

from telephony import callbacks, desk, inbound
from telephony.errors import CallError
from telephony.models import Call, CallBack, OutboundJob
from tests.cast import MEI_NUMBER, olive, sol, sunrise_kitchen, wai

pytestmark = pytest.mark.django_db


def ring(now, leg="leg-1", number=MEI_NUMBER) -> int:
    reply = inbound.incoming("simulator", leg, from_number=number, to_number="12349", now=now)
    assert reply.call
    return reply.call


def test_the_first_operator_has_the_call_and_the_second_is_told_who(now):
    call, first, second = ring(now), olive(), sol()
    assert desk.claim(call, by=first, now=now).operator == first
    with pytest.raises(CallError) as refused:
        desk.claim(call, by=second, now=now)
    assert (refused.value.code, refused.value.by) == ("already_claimed", str(first))
    assert refused.value.fields == {"by": str(first)}
    assert Call.objects.get().operator == first


def test_claiming_twice_by_the_same_hand_is_once(now):
    call, operator = ring(now), olive()
    desk.claim(call, by=operator, now=now)
    claimed = desk.claim(call, by=operator, now=now + timedelta(seconds=1))
    assert claimed.claimed_at == now
    assert [step["verb"] for step in claimed.script].count("bridge") == 1


def test_a_call_that_is_over_is_nobodys(now):
    call = ring(now)
    inbound.hang_up(call, now=now)
    with pytest.raises(CallError) as refused:
        desk.claim(call, by=olive(), now=now)
    assert refused.value.code == "call_over"


def test_a_call_that_never_was_is_not_found(now):
    with pytest.raises(CallError) as refused:
        desk.claim(4711, by=olive(), now=now)
    assert refused.value.http_status == 404


def test_the_caller_hears_who_takes_the_call(now):
    call, operator = ring(now), olive()
    desk.claim(call, by=operator, now=now)
    assert Call.objects.get().script[-1]["verb"] == "bridge"
    assert Call.objects.get().script[-1]["name"] == str(operator)


def test_the_wait_ends_when_they_talk(now):
    call, operator = ring(now), olive()
    desk.claim(call, by=operator, now=now)
    talking = desk.talk(call, by=operator, now=now + timedelta(seconds=9))
    assert talking.answered_at == now + timedelta(seconds=9)
    assert not desk.queue().exists()


def test_a_call_is_talked_hung_up_and_wrapped_up(now):
    call, operator = ring(now), olive()
    desk.claim(call, by=operator, now=now)
    desk.talk(call, by=operator, now=now)
    assert desk.hang_up(call, by=operator, now=now).state == "wrap_up"
    done = desk.wrap_up(call, by=operator, disposition="resolved_by_phone", now=now)
    assert (done.state, done.disposition, done.ended_at) == ("ended", "resolved_by_phone", now)
    assert not CallBack.objects.exists()


def test_a_caller_who_hangs_up_while_talking_leaves_the_wrap_up(now):
    call, operator = ring(now), olive()
    desk.claim(call, by=operator, now=now)
    desk.talk(call, by=operator, now=now)
    assert inbound.hang_up(call, now=now).state == "wrap_up"
    assert list(desk.held_by(operator)) == [Call.objects.get()]


def test_a_caller_who_hangs_up_before_a_word_is_rung_back_though_claimed(now):
    call = ring(now)
    desk.claim(call, by=olive(), now=now)
    assert inbound.hang_up(call, now=now).state == "abandoned"
    assert CallBack.objects.count() == 1


def test_only_the_one_who_has_it_may_act_on_a_call(now):
    call = ring(now)
    desk.claim(call, by=olive(), now=now)
    other = sol()
    for act in (desk.talk, desk.hang_up):
        with pytest.raises(CallError) as refused:
            act(call, by=other, now=now)
        assert refused.value.code == "not_yours"


def test_the_queue_goes_by_priority_then_by_wait(now):
    first = ring(now, "leg-1")
    second = ring(now + timedelta(seconds=1), "leg-2")
    unwell = ring(now + timedelta(seconds=2), "leg-3")
    inbound.digits(unwell, "3", now=now + timedelta(seconds=3))
    assert [call.pk for call in desk.queue()] == [unwell, first, second]


def test_without_a_live_console_a_call_returns_to_the_head_of_the_queue(now):
    waiting = ring(now, "leg-1")
    lost = ring(now + timedelta(seconds=5), "leg-2")
    operator = olive()
    desk.claim(lost, by=operator, now=now + timedelta(seconds=6))
    desk.talk(lost, by=operator, now=now + timedelta(seconds=6))
    assert desk.lapse_leases(now=now + timedelta(seconds=65)) == 0
    assert desk.lapse_leases(now=now + timedelta(seconds=66)) == 1
    assert [call.pk for call in desk.queue()] == [lost, waiting]
    assert Call.objects.get(pk=lost).operator is None


def test_a_live_console_keeps_its_calls(now):
    call, operator = ring(now), olive()
    desk.claim(call, by=operator, now=now)
    assert desk.renew_lease(operator, now=now + timedelta(seconds=50)) == 1
    assert desk.lapse_leases(now=now + timedelta(seconds=70)) == 0
    assert Call.objects.get().operator == operator


def test_an_abandoned_wrap_up_is_closed(now):
    call, operator = ring(now), olive()
    desk.claim(call, by=operator, now=now)
    desk.hang_up(call, by=operator, now=now)
    assert desk.lapse_leases(now=now + timedelta(seconds=61)) == 1
    assert Call.objects.get().state == "ended"


def test_a_transferred_call_is_the_colleagues(now):
    call, operator, colleague = ring(now), olive(), sol()
    desk.claim(call, by=operator, now=now)
    desk.talk(call, by=operator, now=now)
    given = desk.transfer(call, to=colleague, by=operator, now=now)
    assert (given.operator, given.state) == (colleague, "claimed")
    assert desk.talk(call, by=colleague, now=now + timedelta(seconds=9)).answered_at == now


def test_a_call_is_not_given_to_somebody_who_is_no_operator(now):
    call, operator = ring(now), olive()
    desk.claim(call, by=operator, now=now)
    worker = wai(sunrise_kitchen()).user
    assert worker
    with pytest.raises(CallError) as refused:
        desk.transfer(call, to=worker, by=operator, now=now)
    assert (refused.value.http_status, list(refused.value.fields)) == (400, ["to"])


def test_nobody_signs_out_with_a_caller_in_hand(now):
    call, operator, colleague = ring(now), olive(), sol()
    desk.claim(call, by=operator, now=now)
    with pytest.raises(CallError) as refused:
        desk.sign_out(operator, now=now)
    assert refused.value.code == "handover_needed"
    desk.sign_out(operator, to=colleague, now=now)
    assert Call.objects.get().operator == colleague


def test_signing_out_closes_what_is_only_wrapped_up(now):
    call, operator = ring(now), olive()
    desk.claim(call, by=operator, now=now)
    desk.hang_up(call, by=operator, now=now)
    desk.sign_out(operator, now=now)
    assert Call.objects.get().state == "ended"


def test_an_operator_speaks_by_typing(now):
    call, operator = ring(now), olive()
    desk.claim(call, by=operator, now=now)
    desk.say(call, "Are you hurt?", by=operator, now=now)
    assert Call.objects.get().script[-1]["text"] == "Are you hurt?"


def test_a_number_stands_on_the_call_back_list_once_and_rises(now):
    inbound.hang_up(ring(now, "leg-1"), now=now)
    second = ring(now, "leg-2")
    inbound.digits(second, "3", now=now)
    inbound.hang_up(second, now=now + timedelta(seconds=30))
    callback = CallBack.objects.get()
    assert (callback.priority, callback.call_id) == ("urgent", second)
    assert callback.due_at == now + timedelta(seconds=150)


def test_a_call_back_stays_until_a_person_reached_them(now):
    inbound.hang_up(ring(now), now=now)
    callback, operator = callbacks.waiting().get(), olive()
    callbacks.tried(callback.pk, now=now)
    assert callbacks.waiting().get().attempts == 1
    callbacks.reached(callback.pk, by=operator, outcome="pressed by mistake", now=now)
    assert not callbacks.waiting().exists()
    with pytest.raises(CallError) as refused:
        callbacks.reached(callback.pk, by=sol(), now=now)
    assert (refused.value.code, refused.value.by) == ("already_reached", str(operator))


def test_after_they_were_reached_the_same_number_may_be_listed_again(now):
    inbound.hang_up(ring(now, "leg-1"), now=now)
    callbacks.reached(callbacks.waiting().get().pk, by=olive(), now=now)
    inbound.hang_up(ring(now, "leg-2"), now=now)
    assert callbacks.waiting().count() == 1


def test_ringing_back_is_a_call_that_puts_the_operator_through(now):
    inbound.hang_up(ring(now), now=now)
    callback = callbacks.waiting().get()
    job = desk.ring_back(callback.pk, by=olive(), now=now)
    assert (job.kind, job.to, job.purpose) == (OutboundJob.Kind.CALL, MEI_NUMBER, "callback")
    assert job.subject == f"callback:{callback.pk}"
    assert callbacks.waiting().get().attempts == 1
