"""What people write to us: a case in front of a person. Words are never interpreted.

A text joins the newest open case of whoever wrote, an emergency first; else it opens one of its
own, urgent, for which nobody is sent before a person has read it. A number proves nobody: the log
says whose number it was, and nothing that is answered tells who she is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from dispatch import intake, notices, transitions, wording
from dispatch.actors import Actor
from dispatch.models import Assignment, Offer, ServiceRequest
from dispatch.states import ACTIVE_ASSIGNMENTS, OPEN, Kind, OfferState, Priority
from elders import selectors
from elders.models import Contact, Elder
from providers.models import Worker
from telephony.instructions import Instruction, Say
from telephony.models import OutboundJob

# How long after an offer a lone digit is taken for a late answer to it.
LATE_S = 24 * 3600
KEPT = 1000  # characters of one text


@dataclass(frozen=True, slots=True)
class Writer:
    """Whose number it is, as far as the register knows, and which elders it may be about."""

    actor: Actor
    elders: list[Elder]
    language: str
    known_as: str = ""


def received(number: str, text: str, *, now: datetime) -> Sequence[Instruction]:
    """Puts a text in front of a person. Only the first of a case is answered, so that two
    machines never write to each other for ever."""
    if late := _late_answer(number, text, now=now):
        return [late]
    writer = _writer(number, now=now)
    request = _open_case(writer, number)
    if request is None:
        request = _open(writer, text, now=now)
        answer = [Say(wording.read_by_a_person(language=writer.language), writer.language)]
    else:
        _join(request, writer, text, now=now)
        answer = []
    level = "warn" if writer.actor.kind == "worker" else "sos"
    data = {"to": writer.actor.name, "text": text[:KEPT]}
    notices.tell("text", level=level, now=now, request=request, data=data)
    return answer


def _writer(number: str, *, now: datetime) -> Writer:
    callers = selectors.callers(number, now=now)
    if callers:
        elders = [caller.elder for caller in callers]
        alone = elders[0] if len(elders) == 1 else None
        actor = Actor("elder", alone.pk, alone.name) if alone else Actor("caller", None, number)
        return Writer(actor, elders, elders[0].language, "" if alone else number)
    worker = Worker.objects.filter(phone=number).select_related("user").first() if number else None
    if worker:
        language = worker.user.language if worker.user else settings.LANGUAGE_CODE
        return Writer(Actor("worker", worker.pk, worker.name), [], language, f"{worker} {number}")
    contacts = list(Contact.objects.filter(phone=number).select_related("elder")) if number else []
    elders = list({contact.elder_id: contact.elder for contact in contacts}.values())
    if len(elders) == 1:
        return Writer(Actor("family", None, contacts[0].name), elders, elders[0].language)
    return Writer(Actor("caller", None, number), elders, settings.LANGUAGE_CODE, number)


def _open_case(writer: Writer, number: str) -> ServiceRequest | None:
    """The open case that the text belongs to, locked: an emergency before all, then the newest."""
    if writer.actor.kind == "worker":
        going = Assignment.objects.filter(worker=writer.actor.id, state__in=ACTIVE_ASSIGNMENTS)
        about = Q(pk__in=going.values("request")) | Q(known_as=writer.known_as, elder=None)
    elif writer.elders:
        about = Q(elder__in=writer.elders) | Q(also__in=writer.elders)
    elif number:
        about = Q(known_as=writer.known_as, elder=None)
    else:
        return None  # a withheld number is somebody else each time
    cases = ServiceRequest.objects.filter(about, state__in=OPEN)
    emergency = cases.filter(priority=Priority.EMERGENCY).order_by("-pk").first()
    found = emergency or cases.order_by("-pk").first()
    held = transitions.hold(found.pk) if found else None
    return held if held and held.is_open else None


def _open(writer: Writer, text: str, *, now: datetime) -> ServiceRequest:
    alone = writer.elders[0] if len(writer.elders) == 1 else None
    return intake.open_request(
        elder=alone,
        also=[] if alone else writer.elders,
        known_as="" if alone else writer.known_as[:80],
        category=intake.DEFAULT_CATEGORY,
        priority=Priority.URGENT,
        source=ServiceRequest.Source.TEXT,
        by=writer.actor,
        note=text[:KEPT],
        now=now,
    )


def _join(request: ServiceRequest, writer: Writer, text: str, *, now: datetime) -> None:
    """Into the log; an emergency sounds again."""
    wrote = {"text": text[:KEPT], "wrote": writer.actor.name}
    transitions.advance(request, Kind.NOTED, by=writer.actor, now=now, data=wrote)
    if request.is_emergency:
        data = {"by": writer.actor.name}
        sounds = request.sounds + 1
        transitions.advance(
            request, Kind.JOINED, by=writer.actor, now=now, data=data, sounds=sounds
        )


def _late_answer(number: str, text: str, *, now: datetime) -> Say | None:
    """1 or 2 to an offer that has been answered or is over: said kindly, and nobody is troubled."""
    if text.strip() not in ("1", "2"):
        return None
    asked = OutboundJob.objects.filter(
        kind=OutboundJob.Kind.TEXT, to=number, created_at__gt=now - timedelta(seconds=LATE_S)
    ).order_by("-pk")
    job = asked.first()
    if job is None or job.purpose not in ("offer", "withdrawn"):
        return None
    offer = Offer.objects.filter(pk=job.subject.partition(":")[2]).first()
    if offer and offer.state == OfferState.ACCEPTED and text.strip() == "1":
        return Say(wording.accepted(offer, language=job.language), job.language)
    return Say(wording.offer_over(language=job.language), job.language)
