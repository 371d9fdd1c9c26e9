"""A hand-over is a call: the other service hears a summary, then whoever can answer for it.

While she is on the line herself, they join her conversation (`Bridge("call:…")`, the room of her
call); else the operator who handed over is put through. The same words go out as a text to where
the service reads them.
"""

import re
from datetime import datetime

from django.conf import settings

from dispatch import emergencies, summaries
from dispatch.models import Handover, ServiceRequest
from elders import ledger
from elders.models import User
from telephony import outbound, rooms
from telephony.models import Call, OutboundJob, Priority

_DIALABLE = re.compile(r"\+?[0-9]{2,15}", re.ASCII)


def ring(handover: Handover, request: ServiceRequest, *, by: User, now: datetime) -> None:
    """Rings the service and writes to it; a name without a number is for people to ring.

    What is told of her stands in the ledger. Of her health only people speak.
    """
    language = settings.LANGUAGE_CODE
    number = dialled(handover.number)
    summary = summaries.summary(request, language=language)
    room = _her_call(request, by)
    if number:
        outbound.place(
            OutboundJob.Kind.CALL,
            number,
            purpose=rooms.CONFERENCE,
            subject=f"call:{room.pk}" if room else f"handover:{handover.pk}",
            text=summary,
            language=language,
            priority=_urgency(request),
            elder=request.elder,
            operator=None if room else by,
            max_attempts=2,
            now=now,
        )
    written_to = settings.HANDOVER_TEXT_NUMBERS.get(handover.service)
    if not written_to and number.startswith("+"):
        written_to = number
    if written_to:
        outbound.place(
            OutboundJob.Kind.TEXT,
            written_to,
            purpose=rooms.CONFERENCE,
            subject=f"handover:{handover.pk}",
            text=summary,
            language=language,
            priority=_urgency(request),
            elder=request.elder,
            now=now,
        )
    for elder in request.people if number or written_to else []:
        told = f"{handover.service} {handover.number}"
        ledger.record(actor=by, elder=elder, what="handover", purpose=told, now=now)


def stop(handover: Handover, *, now: datetime) -> None:
    """They have confirmed, by whatever way: what still rings for it ends."""
    outbound.withdraw(f"handover:{handover.pk}", kind=OutboundJob.Kind.CALL, now=now)


def dialled(number: str) -> str:
    """The number as a telephone takes it; "" for what is none."""
    bare = re.sub(r"[ ()-]", "", number)
    return bare if _DIALABLE.fullmatch(bare) else ""


def _her_call(request: ServiceRequest, by: User) -> Call | None:
    """The conversation with her, whoever has it; that of `by` before all others."""
    calls = emergencies.lines(request).filter(state__in=Call.HELD, operator__isnull=False)
    return calls.filter(operator=by).first() or calls.first()


def _urgency(request: ServiceRequest) -> str:
    return Priority.higher(request.priority, Priority.URGENT)
