"""What comes in on a leg, from any carrier: a call, keys, words, silence, a hang-up.

A call we placed speaks through the same verbs once it is up; `telephony.answers` has how it
comes up.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from telephony import agents, attempts, callbacks, pairs, recordings, rooms, script
from telephony.errors import CallError
from telephony.events import Reply, Stamp, keep, recall
from telephony.flow import call_flow
from telephony.instructions import from_json
from telephony.models import Call, Priority

log = logging.getLogger(__name__)

NO_STAMP = Stamp()
HEARD = ("sequence", "silence_at")
"""What every event of a call writes."""


def incoming(
    carrier: str, carrier_ref: str, *, from_number: str, to_number: str, now: datetime
) -> Reply:
    """A leg of `carrier` rings. `from_number` is E.164, or "" when it is withheld.

    The same leg told twice is one call, and gets the first answer again.
    """
    stamp = Stamp(carrier_ref)
    try:
        with transaction.atomic():
            call = Call.objects.create(
                carrier=carrier,
                carrier_ref=carrier_ref,
                direction=Call.Direction.INBOUND,
                from_number=from_number,
                to_number=to_number,
                opened_at=now,
            )
            answer = script.ask(call, lambda: call_flow().incoming(call, now=now))
            script.take(call, answer, now=now)
            said = {"from": from_number, "to": to_number}
            return keep(call, "incoming", said, _reply(call, 0), stamp, now=now)
    except IntegrityError:
        known = Call.objects.filter(carrier=carrier, carrier_ref=carrier_ref).first()
        if known is None:
            raise
    with transaction.atomic():
        call = script.locked(known.pk)
        return recall(carrier, carrier_ref, "incoming", stamp) or _reply(call, 0)


def digits(call_id: int, pressed: str, *, stamp: Stamp = NO_STAMP, now: datetime) -> Reply:
    """Keys were pressed; "" is silence. CallError("call_over") on a dead line."""
    act = partial(_pressed, pressed=pressed, now=now)
    return _handle(call_id, "digits", {"digits": pressed}, act, stamp, now=now)


def speech(call_id: int, text: str, *, stamp: Stamp = NO_STAMP, now: datetime) -> Reply:
    """Words were said (or typed)."""
    act = partial(_said, text=text, now=now)
    return _handle(call_id, "speech", {"text": text}, act, stamp, now=now)


def hang_up(call_id: int, *, stamp: Stamp = NO_STAMP, now: datetime) -> Reply:
    """The other side hung up."""
    return _handle(call_id, "hangup", {}, partial(_hung_up, now=now), stamp, now=now)


def leg_gone(carrier: str, carrier_ref: str, *, now: datetime) -> None:
    """The leg of somebody who rang in is no more. One that is over, or unknown, is left alone."""
    with transaction.atomic():
        rows = Call.objects.select_for_update(no_key=True).order_by()
        call = rows.filter(carrier=carrier, carrier_ref=carrier_ref, job=None).first()
        if call and not call.is_over:
            _heard(call, "hangup", {}, partial(_hung_up, now=now), NO_STAMP, now=now)


def fall_silent(*, now: datetime, limit: int = 100) -> int:
    """Report silence for every call that was asked something and has not answered in time.

    Carriers time a `Gather` themselves; this holds also where they cannot, or forget.
    """
    due = Call.objects.filter(silence_at__lte=now, state__in=Call.LIVE).order_by("silence_at")
    return sum(_fall_silent(pk, now=now) for pk in due.values_list("pk", flat=True)[:limit])


def _fall_silent(call_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        call = script.locked(call_id)
        if call.is_over or call.silence_at is None or call.silence_at > now:
            return False
        reply = digits(call_id, "", now=now)
        script.push(call, [from_json(step) for step in reply.instructions])
    return True


def _handle(
    call_id: int,
    kind: str,
    payload: dict[str, Any],
    act: Callable[[Call], None],
    stamp: Stamp,
    *,
    now: datetime,
) -> Reply:
    """One event of a call: a repeat is answered again, a late one is only kept."""
    with transaction.atomic():
        call = script.locked(call_id)
        if before := recall(call.carrier, call.carrier_ref, kind, stamp):
            return before
        if call.is_over:
            raise CallError("call_over", _("This call is over."))
        return _heard(call, kind, payload, act, stamp, now=now)


def _heard(
    call: Call,
    kind: str,
    payload: dict[str, Any],
    act: Callable[[Call], None],
    stamp: Stamp,
    *,
    now: datetime,
) -> Reply:
    """`act` saves the locked call, with `HEARD` at least."""
    cursor = call.cursor
    if stamp.sequence is None or stamp.sequence > call.sequence:
        call.sequence = call.sequence if stamp.sequence is None else stamp.sequence
        call.silence_at = None
        act(call)
    return keep(call, kind, payload, _reply(call, cursor), stamp, now=now)


def _reply(call: Call, cursor: int) -> Reply:
    return Reply(call.pk, call.state, call.script_after(cursor), call.cursor)


def _pressed(call: Call, *, pressed: str, now: datetime) -> None:
    """Keys go to the script, unless two people are talking."""
    flow, job = call_flow(), call.job
    if call.operator_id or script.in_room(call):
        call.save(update_fields=HEARD)
        return script.poke(call)
    if job is None:
        answer = script.ask(call, lambda: flow.digits(call, pressed, now=now))
    else:
        if pressed:
            attempts.acknowledge(job)
        answer = script.ask(call, lambda: flow.job_digits(job, call, pressed, now=now))
    script.take(call, answer, now=now)
    return None


def _said(call: Call, *, text: str, now: datetime) -> None:
    if call.operator_id or script.in_room(call):
        spoken_in = call if call.operator_id else Call.objects.get(pk=call.step["room"])
        recordings.hear(spoken_in, call.other_number, text)
        call.save(update_fields=HEARD)
        return script.poke(call)
    answer = script.ask(call, lambda: call_flow().speech(call, text, now=now))
    script.take(call, answer, now=now)
    return None


def _hung_up(call: Call, *, now: datetime) -> None:
    call.state, call.ended_at = _last_state(call), now
    writing = call.state == Call.State.WRAP_UP
    call.lease_until = script.lease(now) if writing else None
    call.held_at = None
    call.save(update_fields=[*HEARD, "state", "ended_at", "lease_until", "held_at"])
    _out_of_the_room(call, now=now)
    listed = None
    if call.state == Call.State.ABANDONED:
        listed = callbacks.open_callback(call, reason="abandoned", now=now)
    if call.job and call.answered_at is None:
        attempts.missed(call.job, call.carrier_ref, now=now)
    script.finish_job(call)
    try:
        with transaction.atomic():
            call_flow().hung_up(call, listed, now=now)
    except Exception:
        log.exception("The script failed; the caller is to be rung back", extra={"call": call.pk})
        call.priority = Priority.higher(call.priority, Priority.URGENT)
        callbacks.open_callback(call, reason="script_failed", now=now)
    script.poke(call)


def _out_of_the_room(call: Call, *, now: datetime) -> None:
    """Whoever was rung in is out; where the caller is gone, the operator and the others may go on
    (120 is still on the line) until the operator ends it, except where nobody speaks."""
    if call.job:
        pairs.leave(call, now=now)  # her call before who is in it, as when she hangs up herself
        rooms.unreached(call.job, now=now)
    if not (call.claimed_at or call.answered_at or script.in_room(call)):
        return  # nobody has ever been in it
    if call.state != Call.State.WRAP_UP:
        rooms.close(call, now=now)
    recordings.stop(call, now=now)
    agents.follow(call.operator, now=now)


def _last_state(call: Call) -> Call.State:
    """Heard by an operator: wrap-up. Heard by another person, has what she called for, or never
    asked for one: ended."""
    if call.operator_id and call.state == Call.State.TALKING:
        return Call.State.WRAP_UP
    if call.is_inbound and call.state == Call.State.TALKING:
        return Call.State.ENDED  # a telephone of ours answered without us
    wants_a_person = call.queued_at is not None if not call.is_inbound else not call.settled
    return Call.State.ABANDONED if wants_a_person else Call.State.ENDED
