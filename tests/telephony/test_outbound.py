"""Reaching people: once, with a cap, and a person is told when nobody was reached."""

from datetime import timedelta

import pytest

from telephony import answers, attempts, callbacks, desk, inbound, outbound
from telephony.carriers.simulator.carrier import Simulator
from telephony.errors import CallError
from telephony.events import Reply, Stamp
from telephony.models import Call, OutboundJob, SimulatorItem
from tests.cast import WAI_NUMBER, olive
from tests.telephony.town_carriers import Forgetful

pytestmark = pytest.mark.django_db

CARRIERS = "tests.telephony.town_carriers"


def offer(now, kind="call", subject="offer:17", **more) -> OutboundJob:
    return outbound.place(
        kind, WAI_NUMBER, purpose="offer", subject=subject, now=now, **{"text": "Press 1", **more}
    )


def leg_of(job: OutboundJob) -> str:
    return OutboundJob.objects.get(pk=job.pk).carrier_ref


def state_of(job: OutboundJob) -> str:
    return OutboundJob.objects.get(pk=job.pk).state


def pick_up(job: OutboundJob, now) -> Reply:
    return answers.answered(job.pk, leg_of(job), now=now)


def on_the_line(job: OutboundJob, now) -> int:
    call = pick_up(job, now).call
    assert call
    return call


def test_a_call_rings_and_a_text_is_delivered(now):
    call, text = offer(now), offer(now, "text")
    assert outbound.deliver_due(now=now) == 2
    assert (state_of(call), state_of(text)) == ("ringing", "delivered")
    leg = Call.objects.get()
    assert (leg.direction, leg.purpose, leg.to_number) == ("outbound", "offer", WAI_NUMBER)
    assert (leg.job, leg.state, leg.from_number) == (call, "ringing", "12349")


def test_a_job_is_delivered_once(now):
    offer(now)
    outbound.deliver_due(now=now)
    assert outbound.deliver_due(now=now) == 0
    assert SimulatorItem.objects.count() == 1


def test_the_same_key_is_the_same_job(now):
    assert offer(now, key="offer:17:call") == offer(now, key="offer:17:call")
    assert offer(now) != offer(now)


def test_a_later_job_waits_for_its_time(now):
    offer(now, at=now + timedelta(minutes=1))
    assert outbound.deliver_due(now=now) == 0
    assert outbound.deliver_due(now=now + timedelta(minutes=1)) == 1


def test_an_emergency_is_delivered_first(now):
    routine, emergency = offer(now), offer(now, priority="emergency")
    assert outbound.deliver_due(now=now, limit=1) == 1
    assert (state_of(emergency), state_of(routine)) == ("ringing", "queued")


def test_calls_that_wait_for_a_line_keep_no_text_waiting(now, settings):
    settings.CARRIERS = [f"{CARRIERS}.Full"]
    for n in range(3):
        offer(now, subject=f"offer:{n}", priority="emergency")
    text = offer(now, "text")
    assert outbound.deliver_due(now=now, limit=2) == 1
    assert state_of(text) == "delivered"


def test_who_picks_up_hears_the_script_and_accepts_by_key(now, told):
    job = offer(now)
    outbound.deliver_due(now=now)
    reply = pick_up(job, now)
    assert [step["verb"] for step in reply.instructions] == ["say", "gather"]
    assert (reply.state, state_of(job)) == ("talking", "answered")
    thanks = inbound.digits(reply.call or 0, "1", now=now)
    assert ("job_digits", "1") in told
    assert (thanks.state, state_of(job)) == ("ended", "done")
    assert OutboundJob.objects.get().acknowledged_by == WAI_NUMBER


def test_a_call_is_picked_up_once(now):
    job = offer(now)
    outbound.deliver_due(now=now)
    first = answers.answered(job.pk, leg_of(job), stamp=Stamp("up"), now=now)
    assert answers.answered(job.pk, leg_of(job), stamp=Stamp("up"), now=now) == first
    with pytest.raises(CallError) as refused:
        pick_up(job, now)
    assert refused.value.code == "already_answered"


def test_a_reply_to_a_text_accepts(now, told):
    job = offer(now, "text")
    outbound.deliver_due(now=now)
    reply = answers.replied(job.pk, "1", stamp=Stamp("sms-1"), now=now)
    assert (reply.call, reply.state) == (None, "done")
    assert answers.replied(job.pk, "1", stamp=Stamp("sms-1"), now=now) == reply
    assert [keys for kind, keys in told if kind == "job_digits"] == ["1"]
    with pytest.raises(CallError) as refused:
        answers.replied(job.pk, "1", now=now)
    assert refused.value.code == "call_over"


def test_a_slip_of_the_finger_leaves_the_text_open(now):
    job = offer(now, "text")
    outbound.deliver_due(now=now)
    assert answers.replied(job.pk, "7", now=now).state == "delivered"
    assert answers.replied(job.pk, "1", now=now).state == "done"


def test_a_reply_that_breaks_the_script_is_rung_back(now):
    job = offer(now, "text")
    outbound.deliver_due(now=now)
    answers.replied(job.pk, "9", now=now)
    assert callbacks.waiting().get().number == WAI_NUMBER


def test_who_wants_a_person_stands_in_the_queue_and_is_rung_back_after_hanging_up(now):
    job = offer(now)
    outbound.deliver_due(now=now)
    call = on_the_line(job, now)
    inbound.digits(call, "0", now=now)
    assert [waiting.pk for waiting in desk.queue()] == [call]
    assert state_of(job) == "done"
    assert inbound.hang_up(call, now=now).state == "abandoned"
    assert callbacks.waiting().get().number == WAI_NUMBER


def test_silence_after_picking_up_is_told_to_the_script(now):
    job = offer(now)
    outbound.deliver_due(now=now)
    call = on_the_line(job, now)
    assert inbound.fall_silent(now=now + timedelta(seconds=30)) == 1
    assert [waiting.pk for waiting in desk.queue()] == [call]


def test_who_hangs_up_on_the_script_is_not_rung_back(now, told):
    job = offer(now)
    outbound.deliver_due(now=now)
    assert inbound.hang_up(on_the_line(job, now), now=now).state == "ended"
    assert ("hung_up", "ended") in told
    assert state_of(job) == "done"
    assert not callbacks.waiting().exists()


def test_in_vain_it_rings_again_until_the_cap_and_then_a_person_is_told(now, told):
    job = offer(now, max_attempts=2)
    outbound.deliver_due(now=now)
    answers.unanswered(job.pk, leg_of(job), how="no-answer", now=now)
    assert (state_of(job), outbound.deliver_due(now=now)) == ("queued", 0)
    later = now + timedelta(seconds=attempts.RETRY_S)
    assert outbound.deliver_due(now=later) == 1
    answers.unanswered(job.pk, leg_of(job), how="reject", now=later)
    assert state_of(job) == "failed"
    assert told.count(("job_failed", job.pk)) == 1
    assert Call.objects.filter(state="ended").count() == 2


def test_a_leg_of_an_earlier_attempt_cannot_be_picked_up(now):
    job = offer(now)
    outbound.deliver_due(now=now)
    earlier = leg_of(job)
    answers.unanswered(job.pk, earlier, how="no-answer", now=now)
    outbound.deliver_due(now=now + timedelta(minutes=1))
    with pytest.raises(CallError) as refused:
        answers.answered(job.pk, earlier, now=now)
    assert refused.value.code == "call_over"


def test_when_even_telling_fails_the_number_is_on_the_list(now):
    job = outbound.place("call", WAI_NUMBER, purpose="broken", max_attempts=1, now=now)
    outbound.deliver_due(now=now)
    answers.unanswered(job.pk, leg_of(job), how="no-answer", now=now)
    assert state_of(job) == "failed"
    assert callbacks.waiting().get().reason == "unreached"


def test_a_withdrawn_offer_ends_its_call_and_its_text(now):
    jobs = [offer(now), offer(now, "text"), offer(now, at=now + timedelta(hours=1))]
    other = offer(now, subject="offer:18")
    outbound.deliver_due(now=now)
    outbound.withdraw("offer:17", now=now)
    assert [state_of(job) for job in jobs] == ["expired"] * 3
    assert state_of(other) == "ringing"
    assert Call.objects.get(job=jobs[0]).state == "ended"


def test_who_picks_up_in_the_moment_it_ends_is_told_so_kindly(now):
    job = offer(now)
    outbound.deliver_due(now=now)
    outbound.withdraw("offer:17", now=now)
    late = pick_up(job, now)
    assert [step["verb"] for step in late.instructions] == ["say", "hangup"]
    assert late.instructions[0]["text"] == "Thank you, it is over"
    assert (late.state, state_of(job), Call.objects.get().answered_at) == ("ended", "expired", None)


def test_a_machine_is_left_a_message_once_and_counts_as_missed(now, told):
    job = offer(now)
    outbound.deliver_due(now=now)
    first = answers.answered(job.pk, leg_of(job), by_machine=True, now=now)
    assert [step["verb"] for step in first.instructions] == ["say", "hangup"]
    assert (first.state, state_of(job)) == ("ended", "queued")
    assert OutboundJob.objects.get().acknowledged_by == ""
    again = now + timedelta(seconds=attempts.RETRY_S)
    outbound.deliver_due(now=again)
    second = answers.answered(job.pk, leg_of(job), by_machine=True, now=again)
    assert [step["verb"] for step in second.instructions] == ["hangup"]


def test_a_machine_at_the_cap_is_told_to_a_person_and_no_operator_is_put_through(now, told):
    job = offer(now, max_attempts=1, operator=olive())
    outbound.deliver_due(now=now)
    reply = answers.answered(job.pk, leg_of(job), by_machine=True, now=now)
    assert "bridge" not in [step["verb"] for step in reply.instructions]
    assert state_of(job) == "failed"
    assert ("job_failed", job.pk) in told


def test_the_text_of_an_operators_call_is_read_out_before_they_are_joined(now):
    job = offer(now, operator=olive())
    outbound.deliver_due(now=now)
    heard = pick_up(job, now).instructions
    assert [step["verb"] for step in heard] == ["say", "bridge"]
    assert heard[0]["text"] == job.text


def test_who_is_on_the_line_when_the_offer_is_withdrawn_may_finish(now):
    job = offer(now)
    outbound.deliver_due(now=now)
    call = on_the_line(job, now)
    outbound.withdraw("offer:17", now=now)
    assert Call.objects.get().state == "talking"
    assert inbound.digits(call, "7", now=now).state == "talking"
    outbound.expire(now=now + timedelta(seconds=outbound.GRACE_S))
    assert (state_of(job), Call.objects.get().state) == ("expired", "ended")


def test_an_expired_job_ends_by_itself(now):
    job = offer(now, expires_at=now + timedelta(seconds=45))
    outbound.deliver_due(now=now)
    outbound.deliver_due(now=now + timedelta(seconds=45))
    assert (state_of(job), Call.objects.get().state) == ("expired", "ended")


def test_an_operator_is_put_through_to_who_picks_up(now):
    operator = olive()
    job = offer(now, operator=operator, text="")
    outbound.deliver_due(now=now)
    reply = pick_up(job, now)
    assert [step["verb"] for step in reply.instructions] == ["bridge"]
    call = Call.objects.get()
    assert (call.operator, call.state, call.answered_at) == (operator, "talking", now)
    assert state_of(job) == "done"
    assert desk.hang_up(call.pk, by=operator, now=now).state == "wrap_up"


def test_without_a_carrier_a_person_is_told_at_the_cap(now, settings, told):
    settings.CARRIERS = []
    job = offer(now, max_attempts=1)
    assert outbound.deliver_due(now=now) == 0
    assert (state_of(job), told[-1]) == ("failed", ("job_failed", job.pk))


def test_a_refusal_for_now_is_tried_again(now, settings):
    settings.CARRIERS = [f"{CARRIERS}.Refusing"]
    job = offer(now)
    outbound.deliver_due(now=now)
    assert state_of(job) == "queued"


def test_a_refusal_for_good_is_not_tried_again(now, settings, told):
    settings.CARRIERS = [f"{CARRIERS}.Barred"]
    job = offer(now)
    outbound.deliver_due(now=now)
    assert (state_of(job), told[-1]) == ("failed", ("job_failed", job.pk))


def test_a_job_of_unknown_fate_is_never_placed_again(now, settings, told):
    settings.CARRIERS = [f"{CARRIERS}.Forgetful"]
    Forgetful.rung.clear()
    job = offer(now)
    for seconds in range(0, 300, 60):
        outbound.deliver_due(now=now + timedelta(seconds=seconds))
    assert (state_of(job), Forgetful.rung) == ("unknown", [f"{job.pk}:1"])
    outbound.deliver_due(now=now + timedelta(seconds=attempts.GIVE_UP_S))
    assert (state_of(job), Forgetful.rung) == ("failed", [f"{job.pk}:1"])
    assert told[-1] == ("job_failed", job.pk)


def test_a_job_that_was_placed_after_all_rings(now, settings):
    settings.CARRIERS = [f"{CARRIERS}.ForgetfulButPlaced"]
    job = offer(now)
    outbound.deliver_due(now=now)
    outbound.deliver_due(now=now + timedelta(seconds=1))
    assert (state_of(job), leg_of(job)) == ("ringing", "leg-1")
    assert Call.objects.get().carrier_ref == "leg-1"


def test_a_job_that_was_never_placed_is_placed_again(now, settings):
    settings.CARRIERS = [f"{CARRIERS}.ForgetfulAndNever"]
    Forgetful.rung.clear()
    job = offer(now)
    outbound.deliver_due(now=now)
    outbound.deliver_due(now=now + timedelta(seconds=1))
    assert Forgetful.rung == [f"{job.pk}:1", f"{job.pk}:2"]


def stopped_in_the_middle(now) -> OutboundJob:
    """The process died between telling the carrier and writing down that it did."""
    job = offer(now)
    OutboundJob.objects.update(state="placing", attempts=1, placing_at=now, carrier="simulator")
    job.refresh_from_db()
    return job


def test_after_a_crash_a_call_that_was_placed_is_not_placed_twice(now):
    job = stopped_in_the_middle(now)
    Simulator().call(job)
    later = now + timedelta(seconds=attempts.DOUBT_S)
    outbound.deliver_due(now=later)
    assert (state_of(job), SimulatorItem.objects.count()) == ("ringing", 1)


def test_after_a_crash_a_call_that_was_not_placed_is_placed(now):
    job = stopped_in_the_middle(now)
    later = now + timedelta(seconds=attempts.DOUBT_S)
    assert outbound.deliver_due(now=later) == 1
    assert (state_of(job), SimulatorItem.objects.count()) == ("ringing", 1)


def test_who_picks_up_before_we_wrote_down_that_it_rings_is_heard(now):
    job = stopped_in_the_middle(now)
    leg = Simulator().call(job)
    assert answers.answered(job.pk, leg, now=now).state == "talking"
    assert attempts.placed(job.pk, leg, now=now) == Call.objects.get()
    assert state_of(job) == "answered"


def test_a_leg_placed_after_the_offer_was_withdrawn_is_ended(now):
    job = stopped_in_the_middle(now)
    leg = Simulator().call(job)
    outbound.withdraw("offer:17", now=now)
    attempts.placed(job.pk, leg, now=now)
    assert (state_of(job), Call.objects.get().state) == ("expired", "ended")


def test_a_carrier_that_cannot_be_told_costs_nothing_that_stands(
    now, settings, django_capture_on_commit_callbacks
):
    inbound.incoming("refusing", "leg-1", from_number=WAI_NUMBER, to_number="12349", now=now)
    call = Call.objects.get().pk
    settings.CARRIERS = [f"{CARRIERS}.Refusing"]
    operator = olive()
    with django_capture_on_commit_callbacks(execute=True):
        desk.claim(call, by=operator, now=now)
        desk.hang_up(call, by=operator, now=now)
    assert Call.objects.get().state == "wrap_up"
