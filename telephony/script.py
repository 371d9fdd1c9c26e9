"""Giving instructions to a call: asking the flow, writing down what it says, telling the leg."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from telephony.carriers.registry import carrier_named
from telephony.errors import CallError, CarrierError
from telephony.flow import call_flow
from telephony.instructions import (
    Bridge,
    Enqueue,
    Gather,
    Hangup,
    Instruction,
    Record,
    as_json,
    seconds_to_hear,
)
from telephony.models import Call, OutboundJob, Priority

log = logging.getLogger(__name__)

LEASE = 60
"""Seconds that an operator's call stays theirs without a sign of life from their console."""


def lease(now: datetime) -> datetime:
    """When a call in hand goes back to the queue unless the console lives."""
    return now + timedelta(seconds=LEASE)


def poke(call: Call | None) -> None:
    """After commit, have screens look at this call (None: at the call-backs)."""
    transaction.on_commit(partial(call_flow().changed, call), robust=True)


def locked(call_id: int) -> Call:
    """The call, its row locked until commit; its job first, as everywhere.

    `no_key`: rows that refer to it may still be written while it is held, so that whoever holds a
    request and links a call to it never waits for an event that waits for the request.
    """
    rows = Call.objects.select_for_update(no_key=True).filter(pk=call_id)
    call = rows.filter(job=None).first()  # whoever rang in has no job, and never will
    if call is None:
        lock_job_of(call_id)
        call = rows.first()
    if call is None:
        raise CallError("not_found", _("There is no such call."), http_status=404)
    return call


def lock_job_of(call_id: int) -> None:
    """Lock the job of a call that we placed, before anybody touches the call's own row."""
    job_id = Call.objects.filter(pk=call_id).values_list("job_id", flat=True).first()
    if job_id:
        OutboundJob.objects.select_for_update(no_key=True).get(pk=job_id)


def ask(call: Call, question: Callable[[], Sequence[Instruction]]) -> Sequence[Instruction]:
    """The flow's answer. A script that fails never costs the call: it goes to a person."""
    was_settled = call.settled
    try:
        with transaction.atomic():
            answer = list(question())
        if call.settled and not was_settled:
            call.queued_at = None  # she has what she called for: nobody need take the call
        return answer
    except Exception:
        log.exception("The script failed; the caller goes to a person", extra={"call": call.pk})
        heard = call.sequence
        call.refresh_from_db()
        call.sequence, call.silence_at = heard, None
        return [Enqueue(Priority.URGENT)]


def take(call: Call, instructions: Sequence[Instruction], *, now: datetime) -> list[Instruction]:
    """Add instructions to a locked call, do what they mean for its state, and save it.

    Returns what was added: with nothing left to wait for, a caller is queued, and whoever we
    rang is let go.
    """
    given = list(instructions)
    if _leaves_alone(call, given):
        given.append(Enqueue(call.priority) if call.is_inbound else Hangup())
    call.script = [*call.script, *map(as_json, given)]
    for step in given:
        _act(call, step, now=now)
    if given and isinstance(given[-1], Gather) and not call.is_over:
        call.silence_at = now + timedelta(seconds=seconds_to_hear(given))
    call.save()
    poke(call)
    return given


def _leaves_alone(call: Call, given: Sequence[Instruction]) -> bool:
    """Nobody listens, nobody comes, and the line stays open."""
    if call.is_over or call.queued_at or call.operator_id or call.silence_at or in_room(call):
        return False
    return not any(isinstance(step, Gather | Enqueue | Bridge | Record | Hangup) for step in given)


def in_room(call: Call) -> bool:
    """Whether this leg is in a conversation that no operator need have: one that we placed in the
    room of another call, a caller with whoever was put through to her."""
    return "room" in call.step


def _act(call: Call, step: Instruction, *, now: datetime) -> None:
    if isinstance(step, Enqueue):
        if call.operator_id is None:
            call.state = Call.State.RINGING
            call.queued_at = call.queued_at or now
        call.priority = Priority.higher(call.priority, step.priority)
        finish_job(call)
    elif isinstance(step, Bridge):
        finish_job(call)
    elif isinstance(step, Hangup):
        call.state, call.ended_at = Call.State.ENDED, now
        call.silence_at = call.lease_until = None
        finish_job(call)


def finish_job(call: Call) -> None:
    """Whoever we rang is with a person now, or was heard to the end: the job is done."""
    if call.job_id:
        OutboundJob.objects.filter(pk=call.job_id, state=OutboundJob.State.ANSWERED).update(
            state=OutboundJob.State.DONE
        )


def tell(call_id: int, instructions: Sequence[Instruction], *, now: datetime) -> None:
    """Give a live call instructions it did not ask for. A call that is over is left in peace.

    Takes the call's lock: not from a transaction that holds what the flow may be waiting for.
    """
    with transaction.atomic():
        call = locked(call_id)
        if not call.is_over:
            push(call, take(call, instructions, now=now))


def push(call: Call, given: Sequence[Instruction]) -> None:
    """After commit, hand the leg instructions that answer no event of its own."""
    transaction.on_commit(partial(_push, call, given), robust=True)


def end_leg(call: Call) -> None:
    """After commit, have the carrier end the leg; the database has it over already."""
    transaction.on_commit(partial(_hang_up, call), robust=True)


def _push(call: Call, given: Sequence[Instruction]) -> None:
    try:
        carrier_named(call.carrier).push(call, given)
    except CarrierError:
        log.exception("The carrier did not take an instruction", extra={"call": call.pk})


def _hang_up(call: Call) -> None:
    try:
        carrier_named(call.carrier).hang_up(call)
    except CarrierError:
        log.exception("The carrier did not end a leg", extra={"call": call.pk})
