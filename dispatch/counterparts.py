"""Whom a caller may be put through to: she, to whom a worker goes, or the worker who goes to her.

A number suggests who calls and never proves it. A name is said only to a number that we have told
it about this very visit. A contact is offered anything only from a number that is known of late to
be theirs, and only where they may know that somebody comes. Reads alone; `connections` acts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from dispatch import connection_wording as words
from dispatch import reaching
from dispatch.actors import Actor
from dispatch.models import Assignment, ServiceRequest
from dispatch.selectors import open_cry
from dispatch.states import ACTIVE_ASSIGNMENTS, OPEN, AssignmentState, Priority
from elders import consent
from elders import selectors as register
from elders.models import Contact, Elder
from telephony.models import Call, OutboundJob, Party

NEAREST = (AssignmentState.ON_SCENE, AssignmentState.EN_ROUTE, AssignmentState.ASSIGNED)
REACHED = (OutboundJob.State.DELIVERED, OutboundJob.State.ANSWERED, OutboundJob.State.DONE)


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A visit whose two sides may speak: who calls, what they are spoken to in, whom we ring.

    `name`: of who is rung, for screens. `offer` is what the caller hears, `tells` what the other.
    """

    visit: Assignment
    by: Actor
    language: str
    to: str
    to_language: str
    name: str
    offer: str
    tells: str
    kind: Party.Kind


def find(number: str, *, visit: int | None = None, now: datetime) -> Counterpart | None:
    """Whom a caller from `number`, no elder's, may be put through to: of several visits the
    nearest, a worker's own before those to people close to them. `visit`: that one, or nobody."""
    if not number:
        return None
    visits = Assignment.objects.filter(
        state__in=ACTIVE_ASSIGNMENTS, request__state__in=OPEN, request__elder__isnull=False
    ).select_related("worker__user", "request__elder", "offer")
    if visit is not None:
        visits = visits.filter(pk=visit)
    own = _nearest(visits.filter(worker__phone=number))
    found = [_from_worker(visit, number) for visit in own] or [
        _from_contact(contact, visit)
        for contact in register.contacts_at(number)
        for visit in _nearest(visits.filter(request__elder=contact.elder_id))
        if _may_know(contact, visit.request, now=now) and open_cry(visit.worker) is None
    ]
    return next((one for one in found if one and one.to not in ("", number)), None)


def may_ring(found: Counterpart) -> bool:
    """Not her, while she is on the telephone with us, or in an emergency in which nobody of ours
    has heard her voice: then her line is kept for that."""
    elder = found.visit.request.elder
    if found.kind != Party.Kind.ELDER:
        return True
    hers = Q(job=None) | Q(job__to__in=register.numbers_of(elder) if elder else [])
    unheard = ServiceRequest.objects.filter(
        elder=elder, state__in=OPEN, priority=Priority.EMERGENCY, voice_at=None
    )
    talks = Call.objects.filter(hers, elder=elder, state__in=Call.LIVE)
    return not talks.exists() and not unheard.exists()


def _nearest(visits: QuerySet[Assignment]) -> list[Assignment]:
    return sorted(visits, key=lambda one: (NEAREST.index(AssignmentState(one.state)), one.pk))


def _from_worker(visit: Assignment, number: str) -> Counterpart | None:
    """Her own first number is rung: the second may be anybody's. Who cannot hear is not rung."""
    elder = visit.request.elder
    if elder is None or elder.status != Elder.Status.PRESENT or elder.hearing == Elder.Hearing.DEAF:
        return None
    language, named = reaching.worker(visit.worker).language, _was_told(visit, number)
    worker = visit.worker.name_in(elder.language) if named else ""
    return Counterpart(
        visit=visit,
        by=Actor("worker", visit.worker_id, visit.worker.name),
        language=language,
        to=elder.holdings.order_by("rank", "id").values_list("line__number", flat=True).first()
        or "",
        to_language=elder.language,
        name=elder.name_in(language),
        offer=words.to_her(elder.name_in(language) if named else "", language=language),
        tells=words.worker_on_the_line(worker, language=elder.language),
        kind=Party.Kind.ELDER,
    )


def _from_contact(contact: Contact, visit: Assignment) -> Counterpart:
    """Without names; whose visit it is, the worker knows since accepting it."""
    language, theirs = reaching.contact(contact).language, reaching.worker(visit.worker)
    return Counterpart(
        visit=visit,
        by=Actor("family", contact.user_id, contact.name),
        language=language,
        to=theirs.phone,
        to_language=theirs.language,
        name=visit.worker.name_in(language),
        offer=words.to_who_comes(language=language),
        tells=words.contact_on_the_line(
            contact.elder.name_in(theirs.language), language=theirs.language
        ),
        kind=Party.Kind.WORKER,
    )


def _was_told(visit: Assignment, number: str) -> bool:
    """Whether that number has accepted this visit, or was sent to it, and so heard her name."""
    jobs = OutboundJob.objects.filter(to=number)
    accepted = Q(subject=f"offer:{visit.offer_id}") & ~Q(acknowledged_by="")
    sent = Q(subject=f"sent:{visit.pk}", state__in=REACHED)
    return jobs.filter(accepted | sent).exists()


def _may_know(contact: Contact, request: ServiceRequest, *, now: datetime) -> bool:
    """They may read it on their page by her consent, or we have told them of it at that number; and
    the number is theirs for sure: they agreed on it, or answered us there, lately."""
    fresh = now - timedelta(days=settings.NUMBER_VERIFIED_DAYS)
    told = OutboundJob.objects.filter(to=contact.phone)
    lately = told.filter(created_at__gte=fresh).exclude(acknowledged_by="")
    if (contact.agreed_at is None or contact.agreed_at < fresh) and not lately.exists():
        return False
    kin = consent.family(contact.elder, consent.Scope.REQUESTS, now=now)
    return (contact.user_id is not None and kin.filter(pk=contact.user_id).exists()) or (
        told.filter(subject=f"contact:{request.pk}", state__in=REACHED).exists()
    )
