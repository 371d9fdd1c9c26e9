"""Carrier events are idempotent facts: each is kept with the answer it got, under its stamp."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from telephony.models import Call, CallEvent, OutboundJob


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a carrier names an event: its own reference, and its number within the leg.

    Without a reference every event is new. With a sequence, an event numbered below one that
    was already handled is late: it is kept and changes nothing.
    """

    reference: str = ""
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a carrier answers: the state of the call (of the job, for a text), the new
    instructions as `instructions.as_json` writes them, and how many were given so far."""

    call: int | None
    state: str
    instructions: list[dict[str, Any]]
    cursor: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _reference(owner: str, kind: str, stamp: Stamp) -> str:
    return f"{owner}/{kind}/{stamp.reference or uuid4().hex}"


def recall(carrier: str, owner: str, kind: str, stamp: Stamp) -> Reply | None:
    """The answer that this event got before; ask while the owner's row is locked."""
    if not stamp.reference:
        return None
    known = CallEvent.objects.filter(
        carrier=carrier,
        reference=_reference(owner, kind, stamp),
        sequence=stamp.sequence or 0,
    ).first()
    return Reply(**known.answer) if known else None


def keep(
    subject: Call | OutboundJob,
    kind: str,
    payload: dict[str, Any],
    reply: Reply,
    stamp: Stamp,
    *,
    now: datetime,
) -> Reply:
    """Write the event of a call, or of a text, down with its answer."""
    call = subject if isinstance(subject, Call) else None
    job = subject if isinstance(subject, OutboundJob) else None
    owner = call.carrier_ref if call else job.attempt_key if job else ""
    CallEvent.objects.create(
        call=call,
        job=job,
        carrier=subject.carrier,
        reference=_reference(owner, kind, stamp),
        sequence=stamp.sequence or 0,
        kind=kind,
        payload=payload,
        answer=reply.as_json(),
        at=now,
    )
    return reply
