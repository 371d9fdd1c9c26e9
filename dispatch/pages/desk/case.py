"""The open request: how far it is, what runs side by side, its log, and what may be done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dispatch import reasons, selectors, triage, whereabouts
from dispatch.models import Notice, Offer, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.pages import labels
from dispatch.pages.desk import choices, lines, notices, place
from dispatch.pages.desk.folding import folded
from dispatch.pages.desk.subject import Subject
from dispatch.states import OPEN, Disposition, OfferState, State, may_move
from elders import selectors as register
from elders.models import ResponsePlan, User
from telephony.models import Call, OutboundJob
from tracking import wording as spoken
from tracking.models import Alarm, DeviceLink

LATEST = 14  # lines of the log, when rounds are folded; the whole of it has a page of its own
FETCHED = 100  # events from which they are folded
ALARMS = 50  # shown one by one; the others are counted
WAY = [State.NEW, State.ASSIGNED, State.EN_ROUTE, State.ON_SCENE, State.DONE]


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    done: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Strand:
    """One of the things that run side by side in an emergency; `state` is good, bad or open."""

    code: str
    question: str
    answer: str
    state: str


def read(subject: Subject, *, now: datetime) -> dict[str, Any]:
    """The panel of the request that lies open; {} when none does."""
    request = subject.request
    if request is None:
        return {}
    where = place.find(subject, now=now)
    going = [(one, place.how_far(one, request, where, now=now)) for one in place.coming(subject)]
    return {
        "case": request,
        "triage": triage.read(request) if request.is_open else None,
        "answers": labels.ANSWERS.items(),
        "note": note(request),
        "may_cancel": may_move(State(request.state), State.CANCELLED),
        "going": going,
        "asked": asked(request),
        "steps": [] if request.is_emergency else steps(request),
        "strands": strands(request, [one for one, _far in going]) if request.is_emergency else [],
        "handovers": request.handovers.select_related("by").order_by("id"),
        "log": folded(lines.told(request.events.order_by("-seq")[:FETCHED]))[:LATEST],
        "told": [notices.line(n) for n in request.notices.filter(done_at=None).order_by("-id")],
        "clock": request.deadlines.filter(RUNNING, kind="state").first(),
        "dispositions": dispositions(),
        "pressed": request.alarms.filter(alarm__zone=None).exists(),  # not by a fence of ours
        "wearers": wearers(request),
        "needs_witness": request.is_emergency and request.voice_at is None,
    }


def note(request: ServiceRequest) -> str:
    """What was wished; of an alarm, what the device said, and why a zone of ours raised one."""
    if request.source != ServiceRequest.Source.ALARM:
        return request.note
    ours = _alarms(request).filter(zone__isnull=False).select_related("zone").first()
    said = labels.alarms_named(request.note)
    return f"{said}: {spoken.strayed(ours)}" if ours else said


def wearers(request: ServiceRequest) -> list[DeviceLink]:
    """Who has the device by now that cried for somebody who had it at the time: a buffered alarm
    goes to its holder then, and a wrong clock must not keep it from the one now."""
    if request.elder_id is None:
        return []
    devices = request.alarms.values("alarm__device")
    now = DeviceLink.objects.filter(device__in=devices, until=None, elder__isnull=False)
    return list(now.exclude(elder=request.elder_id).select_related("device", "elder"))


def others(user: User, subject: Subject) -> list[ServiceRequest]:
    """What else is open for the same elder."""
    if subject.elder is None:
        return []
    theirs = selectors.requests_for(user).filter(elder=subject.elder, state__in=OPEN)
    return [one for one in theirs if subject.request is None or one.pk != subject.request.pk]


def whole(request: ServiceRequest, *, now: datetime) -> dict[str, Any]:
    """Everything about a request, for its own page."""
    offers = [(one, _offer(one)) for one in _offers(request)]
    return {
        "shown": request,
        "note": note(request),
        "topic": f"request:{request.pk}",
        "log": folded(lines.told(request.events.order_by("seq"))),
        "offered": len(offers),
        "offers": [one for one in offers if one[0].state != OfferState.EXPIRED],
        "in_vain": [one for one in offers if one[0].state == OfferState.EXPIRED],
        "ended": labels.label(labels.DISPOSITIONS, request.disposition),
        "where": whereabouts.present(request, now=now),
        "excluded": [choices.left_out(one) for one in request.exclusions],
        "assignments": [
            (one, list(one.pictures.defer("content")), labels.label(labels.SIGNED, one.signed))
            for one in request.assignments.select_related("worker__provider").order_by("id")
        ],
        "handovers": request.handovers.select_related("by").order_by("id"),
        "clocks": [
            (one.due_at, labels.label(labels.CLOCKS, one.kind))
            for one in request.deadlines.filter(RUNNING).order_by("due_at")
        ],
        "calls": Call.objects.filter(pk__in=request.calls.values("call")).select_related(
            "operator"
        ),
        "alarms": _alarms(request)[:ALARMS],
        "alarms_beyond": max(0, request.alarms.count() - ALARMS),
        "jobs": jobs(request),
        "told": [notices.line(n) for n in _notices(request)],
    }


def _alarms(request: ServiceRequest) -> QuerySet[Alarm]:
    """Those that opened or joined it, the newest first."""
    linked = request.alarms.values("alarm")
    return Alarm.objects.filter(pk__in=linked).select_related("device").order_by("-pk")


def asked(request: ServiceRequest) -> QuerySet[Offer]:
    """Who has been asked and has not answered yet."""
    return request.offers.filter(state=OfferState.MADE).select_related("worker").order_by("id")


def _offers(request: ServiceRequest) -> QuerySet[Offer]:
    return request.offers.select_related("worker__provider").order_by("-id")


def _offer(offer: Offer) -> tuple[str, str]:
    """How it ended, and why this person was asked."""
    why = [reasons.reason(one["code"], one["params"]) for one in offer.reasons]
    return labels.label(labels.OFFERS, offer.state), " · ".join(why)


def calls(request: ServiceRequest) -> QuerySet[Call]:
    """The calls that opened or joined it."""
    linked = request.calls.values("call")
    return Call.objects.filter(pk__in=linked).select_related("operator").order_by("id")


def jobs(request: ServiceRequest) -> QuerySet[OutboundJob]:
    """The calls and texts that were placed about it."""
    about = [
        f"{what}:{request.pk}" for what in ("confirm", "contact", "ring_back", "ring", "overdue")
    ]
    about += [f"offer:{pk}" for pk in request.offers.values_list("pk", flat=True)]
    return OutboundJob.objects.filter(subject__in=about).order_by("id")


def dispositions() -> list[tuple[str, str]]:
    return [(word, labels.label(labels.DISPOSITIONS, word)) for word in Disposition]


def steps(request: ServiceRequest) -> list[Step]:
    """The way a routine request goes; searching, however it goes, is its first step."""
    state = State(request.state)
    at = WAY.index(state) if state in WAY else (0 if request.is_open else len(WAY))
    names = [labels.label(labels.STATES, word) for word in WAY]
    if not at:
        names[0] = labels.label(labels.STATES, state)
    return [Step(name, n < at, n == at) for n, name in enumerate(names)]


def strands(request: ServiceRequest, going: list[Any]) -> list[Strand]:
    """Operator, contacts, responder and ambulance run side by side (rule 15)."""
    return [_voice(request), _contacts(request), _responder(request, going), _ambulance(request)]


def _voice(request: ServiceRequest) -> Strand:
    question = _("Spoken with her?")
    if request.voice_at:
        return Strand("voice", question, _("Yes"), "good")
    silent = request.notices.filter(code="no_voice").exists()
    return Strand("voice", question, _("No answer") if silent else _("Not yet"), "bad")


def _contacts(request: ServiceRequest) -> Strand:
    question = _("Contacts told?")
    going = request.notices.filter(code="contact_going").order_by("-id").first()
    if going:
        name = _contact_name(request, going)
        return Strand("contacts", question, _("%(name)s is going") % {"name": name}, "good")
    told = OutboundJob.objects.filter(subject=f"contact:{request.pk}")
    good = {OutboundJob.State.DELIVERED, OutboundJob.State.ANSWERED, OutboundJob.State.DONE}
    reached = sum(job.state in good for job in told)
    if not told:
        return Strand("contacts", question, _("Nobody to tell"), "open")
    answer = _("%(reached)d of %(all)d reached") % {"reached": reached, "all": len(told)}
    return Strand("contacts", question, answer, "good" if reached else "open")


def _contact_name(request: ServiceRequest, notice: Notice) -> str:
    number = str(notice.data.get("to", ""))
    around = register.contacts(request.elder) if request.elder else []
    return next((c.name_in() for c in around if c.phone == number), number)


def _responder(request: ServiceRequest, going: list[Any]) -> Strand:
    question = _("Somebody on the way?")
    if going:
        words = {"name": labels.named(going[0].worker)}
        there = going[0].on_scene_at is not None
        said = _("%(name)s is there") if there else _("%(name)s")
        return Strand("responder", question, said % words, "good")
    if request.state == State.UNFILLED:
        return Strand("responder", question, _("Nobody found"), "bad")
    if request.state == State.DONE:
        return Strand("responder", question, _("Was there"), "good")
    count = asked(request).count()
    return Strand("responder", question, _("%(count)d asked") % {"count": count}, "open")


def _ambulance(request: ServiceRequest) -> Strand:
    question = _("Ambulance?")
    made = request.handovers.filter(service="120").order_by("-id").first()
    if made and made.ended_at:
        return Strand("ambulance", question, made.outcome, "good")
    if made:
        return Strand("ambulance", question, _("Told, not confirmed"), "open")
    plan = register.plan_of(request.elder) if request.elder else None
    if plan and plan.call_ambulance == ResponsePlan.Ambulance.ALWAYS:
        return Strand("ambulance", question, _("The plan says: always"), "bad")
    return Strand("ambulance", question, _("Not told"), "open")


def _notices(request: ServiceRequest) -> QuerySet[Notice]:
    return request.notices.select_related("request", "callback").order_by("id")
