"""After downtime: a carrier's own records of calls that we never saw, or never saw end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from elders.models import User
from telephony import agents, callbacks, inbound, rooms, script
from telephony.events import Stamp
from telephony.models import Call, Party, Priority


@dataclass(frozen=True, slots=True)
class Record:
    """One inbound call as the carrier's call log has it. `answered`: a person of ours spoke with
    them without us (the static number, the dialplan's queue)."""

    carrier_ref: str
    from_number: str
    to_number: str
    began_at: datetime
    ended_at: datetime | None
    answered: bool = False


def missed(carrier: str, records: Iterable[Record], *, now: datetime) -> int:
    """Opens a call-back for each caller whom nobody answered while we were away, and ends calls
    that ended meanwhile. Returns how many calls were new. Reading the same log again does nothing.
    """
    return sum(_take(carrier, record, now=now) for record in records)


def joined(call_id: int, *, number: str = "", user: User | None = None, now: datetime) -> None:
    """The carrier by itself has joined a caller with a telephone of ours: she speaks, nobody at
    the desk has the call, and none of them can take her out of it. Saying so twice is once.

    An operator who took the call in that same moment has it no longer.
    """
    with transaction.atomic():
        call = script.locked(call_id)
        if call.is_over or (call.state == Call.State.TALKING and call.operator is None):
            return
        before = call.operator
        call.state, call.answered_at = Call.State.TALKING, call.answered_at or now
        call.operator = call.lease_until = call.silence_at = call.held_at = None
        call.save()
        rooms.give_up(call, before, now=now)
        agents.follow(before, now=now)
        Party.objects.create(
            call=call,
            user=user,
            number=number,
            kind=Party.Kind.OPERATOR if user else Party.Kind.NUMBER,
            asked_at=now,
            joined_at=now,
        )
        script.poke(call)


def spoken_with() -> QuerySet[Call]:
    """Callers whom a carrier has joined with somebody by itself."""
    return Call.objects.filter(
        direction=Call.Direction.INBOUND, state=Call.State.TALKING, operator=None
    )


def _take(carrier: str, record: Record, *, now: datetime) -> bool:
    known = Call.objects.filter(carrier=carrier, carrier_ref=record.carrier_ref).first()
    if known is not None:
        if record.ended_at and not known.is_over:
            inbound.hang_up(known.pk, stamp=Stamp(f"{record.carrier_ref}:log"), now=now)
        return False
    if record.ended_at is None:
        return False  # still ringing somewhere: it comes to us as a call, not as a record
    with transaction.atomic():
        call, is_new = Call.objects.get_or_create(
            carrier=carrier,
            carrier_ref=record.carrier_ref,
            defaults={
                "direction": Call.Direction.INBOUND,
                "from_number": record.from_number,
                "to_number": record.to_number,
                "state": Call.State.ENDED if record.answered else Call.State.ABANDONED,
                "opened_at": record.began_at,
                "ended_at": record.ended_at,
                "answered_at": None,
                "step": {"at": "missed"},
                "priority": Priority.URGENT,
            },
        )
        if is_new and not record.answered and not _heard_since(call):
            callbacks.open_callback(call, reason="missed", now=now)
        script.poke(call)
    return is_new


def _heard_since(call: Call) -> bool:
    """Whether somebody spoke with this number after that call."""
    if not call.from_number:
        return False
    later = Call.objects.filter(from_number=call.from_number, answered_at__gte=call.opened_at)
    return later.exists()
