"""A hand-over is a call: the other service hears a summary, then whoever can answer for it.

While she is on the line herself, they join her conversation (`Bridge("call:…")`, the room of her
call); else the operator who handed over is put through, or, where the house rang by itself, the
first who can. The same words go out as a text to where the service reads them.
"""

import re
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from dispatch import emergencies, summaries
from dispatch.models import Handover, ServiceRequest
from elders import ledger
from elders.models import User
from telephony import outbound, rooms
from telephony.models import Call, OutboundJob, Priority

_DIALABLE = re.compile(r"\+?[0-9]{2,15}", re.ASCII)


def ring(handover: Handover, request: ServiceRequest, *, by: User | None, now: datetime) -> None:
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


def waited_for(job: OutboundJob) -> Handover | None:
    """The hand-over, not confirmed yet, of a service that picks up and has nobody to speak with.

    The conversation that it was rung into has ended, or the house rang by itself: it gets the next
    person of ours.
    """
    what, _colon, key = job.subject.partition(":")
    if what == "handover":
        return Handover.objects.filter(pk=int(key), ended_at=None).first()
    if what != "call" or not key.isdigit():
        return None
    about = Q(request__calls__call=int(key))
    if job.elder_id:
        about |= Q(request__elder=job.elder_id)
    still_open = Handover.objects.filter(about, ended_at=None).order_by("-pk")
    return next((one for one in still_open if dialled(one.number) == job.to), None)


def dialled(number: str) -> str:
    """The number as a telephone takes it; "" for what is none."""
    bare = re.sub(r"[ ()-]", "", number)
    return bare if _DIALABLE.fullmatch(bare) else ""


def _her_call(request: ServiceRequest, by: User | None) -> Call | None:
    """The conversation with her, whoever has it; that of `by` before all others."""
    calls = emergencies.lines(request).filter(state__in=Call.HELD, operator__isnull=False)
    return calls.filter(operator=by).first() or calls.first()


def _urgency(request: ServiceRequest) -> str:
    return Priority.higher(request.priority, Priority.URGENT)
