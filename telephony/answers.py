"""What came back from a job we placed: picked up, replied to, or neither."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from telephony import agents, attempts, callbacks, rooms, script
from telephony.errors import CallError
from telephony.events import Reply, Stamp, keep, recall
from telephony.flow import call_flow
from telephony.instructions import Bridge, Enqueue, Gather, Hangup, Instruction, Say, as_json
from telephony.models import Call, CallEvent, OutboundJob, Priority

log = logging.getLogger(__name__)
State = OutboundJob.State
NO_STAMP = Stamp()


def answered(
    job_id: int,
    carrier_ref: str,
    *,
    by_machine: bool = False,
    stamp: Stamp = NO_STAMP,
    now: datetime,
) -> Reply:
    """The leg `carrier_ref` of a job was picked up; this may come before `call` returned.

    `by_machine`: the carrier can tell that it was no person. A machine is left the words of a
    message, once a job; it accepts nothing, hears nothing else, and counts as missed.
    """
    with transaction.atomic():
        job, call = _leg(job_id, carrier_ref, now=now)
        if before := recall(call.carrier, carrier_ref, "answered", stamp):
            return before
        if job.state == State.EXPIRED and call.answered_at is None:
            # It ended in the moment of being picked up: who did so is told, not cut off.
            return Reply(call.pk, call.state, [as_json(step) for step in _too_late(job, call)], 0)
        _must_ring(call)
        if by_machine:
            return _leave_message(job, call, stamp, now=now)
        job.state = State.ANSWERED
        job.save(update_fields=["state"])
        call.state, call.answered_at = Call.State.TALKING, now
        call.save()
        script.take(call, _greeting(job, call, now=now), now=now)
        return keep(call, "answered", {}, _reply(call), stamp, now=now)


def _leave_message(job: OutboundJob, call: Call, stamp: Stamp, *, now: datetime) -> Reply:
    """The words of a message, then the next attempt; the second machine is only hung up on."""
    told = CallEvent.objects.filter(call__job=job, kind="answered", payload__machine=True).exists()
    message = [] if told else script.ask(call, lambda: call_flow().machine(job, call, now=now))
    words = [step for step in message if isinstance(step, Say)]
    script.take(call, [*words, Hangup()], now=now)
    attempts.missed(job, call.carrier_ref, now=now)
    return keep(call, "answered", {"machine": True}, _reply(call), stamp, now=now)


def _too_late(job: OutboundJob, call: Call) -> Sequence[Instruction]:
    """The script's words for who picked up what was over. Nothing is written any more."""
    try:
        return [*call_flow().over(job), Hangup()]
    except Exception:
        log.exception("The script failed on a call that was over", extra={"call": call.pk})
        return [Hangup()]


def unanswered(
    job_id: int, carrier_ref: str, *, how: str, stamp: Stamp = NO_STAMP, now: datetime
) -> Reply:
    """The leg rang in vain; `how` is "no-answer", "reject" or the carrier's own word."""
    with transaction.atomic():
        job, call = _leg(job_id, carrier_ref, now=now)
        if before := recall(call.carrier, carrier_ref, how, stamp):
            return before
        _must_ring(call)
        call.state, call.ended_at = Call.State.ENDED, now
        call.save()
        attempts.missed(job, carrier_ref, now=now)
        script.poke(call)
        return keep(call, how, {}, _reply(call), stamp, now=now)


def replied(job_id: int, digits: str, *, stamp: Stamp = NO_STAMP, now: datetime) -> Reply:
    """A text we sent was answered by keys. CallError("call_over") when nobody waits for it."""
    with transaction.atomic():
        job = _job(job_id)
        if before := recall(job.carrier, job.attempt_key, "reply", stamp):
            return before
        if job.state in (State.PLACING, State.UNKNOWN):
            attempts.placed(job_id, job.carrier_ref, now=now)
        elif job.state != State.DELIVERED:
            raise CallError("call_over", _("This message is no longer waiting for a reply."))
        # Answered while the flow runs: withdrawing the offer it accepts must not end it.
        job.state = State.ANSWERED
        job.save(update_fields=["state"])
        attempts.acknowledge(job)
        said = _ask_about_reply(job, digits, now=now)
        asks_again = any(isinstance(step, Gather) for step in said)
        job.state = State.DELIVERED if asks_again else State.DONE
        job.save(update_fields=["state"])
        reply = Reply(None, job.state, [as_json(step) for step in said], len(said))
        return keep(job, "reply", {"digits": digits}, reply, stamp, now=now)


def undelivered(job_id: int, *, permanent: bool, now: datetime) -> None:
    """The carrier could not deliver a text after all: once more, or a person is told."""
    with transaction.atomic():
        attempts.undelivered(_job(job_id), permanent=permanent, now=now)


def _ask_about_reply(job: OutboundJob, digits: str, *, now: datetime) -> Sequence[Instruction]:
    """The script's answer. One that fails costs nobody's reply: a person rings them."""
    try:
        with transaction.atomic():
            return list(call_flow().job_digits(job, None, digits, now=now))
    except Exception:
        log.exception("The script failed; a person rings back", extra={"job": job.pk})
        callbacks.open_for(
            job.to, reason="script_failed", priority=Priority.URGENT, elder_id=job.elder_id, now=now
        )
        return []


def _greeting(job: OutboundJob, call: Call, *, now: datetime) -> Sequence[Instruction]:
    """The script's first words, the operator who wants to speak with them, or a conversation.

    With an operator the job's own text, if it has one, is read out before they are joined.
    """
    if job.purpose == rooms.CONFERENCE and (bridge := rooms.welcome(job, call, now=now)):
        return bridge
    if job.operator is None:
        return script.ask(call, lambda: call_flow().answered(job, call, now=now))
    if not job.operator.is_active:
        return [Enqueue(job.priority)]
    call.operator, call.claimed_at = job.operator, now
    call.lease_until = script.lease(now)
    call.save(update_fields=["operator", "claimed_at", "lease_until"])
    rooms.enter(call, job.operator, now=now)
    agents.follow(job.operator, now=now)
    words = [Say(job.text, job.language)] if job.text else []
    return [*words, Bridge(to=f"operator:{job.operator.pk}", name=str(job.operator))]


def _leg(job_id: int, carrier_ref: str, *, now: datetime) -> tuple[OutboundJob, Call]:
    """The job and one of its legs, both locked."""
    job = _job(job_id)
    if job.state in (State.PLACING, State.UNKNOWN):
        attempts.placed(job_id, carrier_ref, now=now)
        job.refresh_from_db()
    known = Call.objects.filter(carrier=job.carrier, carrier_ref=carrier_ref)
    call = known.select_for_update(no_key=True).first()
    if call is None or call.job_id != job.pk:
        raise CallError("call_over", _("This call is over."))
    return job, call


def _job(job_id: int) -> OutboundJob:
    job = OutboundJob.objects.select_for_update(no_key=True).filter(pk=job_id).first()
    if job is None:
        raise CallError("not_found", _("There is no such call."), http_status=404)
    return job


def _must_ring(call: Call) -> None:
    if call.is_over:
        raise CallError("call_over", _("This call is over."))
    if call.answered_at:
        raise CallError("already_answered", _("This call was answered already."))


def _reply(call: Call) -> Reply:
    return Reply(call.pk, call.state, call.script_after(0), call.cursor)
