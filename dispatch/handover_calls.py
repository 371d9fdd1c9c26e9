"""A hand-over is a call: the other service hears a summary, then whoever can answer for it.

While she is on the line herself, they join her conversation (`Bridge("call:…")`, the room of her
call); else the operator who handed over is put through. The same words go out as a text to where
the service reads them.
"""

import re
from datetime import datetime

from django.conf import settings

from dispatch import emergencies, summaries, wording
from dispatch.models import Handover, ServiceRequest
from elders import ledger
from elders.models import User
from telephony import outbound
from telephony.instructions import Bridge, Hangup, Instruction, Say
from telephony.models import Call, OutboundJob, Priority

CONFERENCE = "conference"
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
            purpose=CONFERENCE,
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
            purpose=CONFERENCE,
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


def answered(job: OutboundJob) -> list[Instruction]:
    """Somebody rung into a conversation picked up; one that has ended cannot be joined."""
    what, _colon, key = job.subject.partition(":")
    words: list[Instruction] = [Say(job.text, job.language)] if job.text else []
    room = Call.objects.filter(pk=key, state__in=Call.LIVE) if what == "call" else None
    if room is not None and room.exists():
        return [*words, Bridge(to=job.subject)]
    return [*words, Say(wording.call_over(language=job.language), job.language), Hangup()]


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
