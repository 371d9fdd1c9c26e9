"""Who is sent may be in danger: the panic button, and a visit from which nobody comes back.

A panic is an emergency without an elder, known by the worker's number. Nothing rings that number
by itself, because a telephone that rings betrays who hides, and nobody is sent into danger
unasked: the desk sounds until a person takes it, who rings, sends or tells 110.
An overdue visit is the clock of ON_SCENE: the worker is rung, then the desk is told, and then,
while nobody knows, 110 is put to the operator, or rung by itself (`OVERDUE_RINGS_POLICE`).
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from dispatch import (
    distress_wording,
    handover_calls,
    handovers,
    intake,
    notices,
    reaching,
    selectors,
    transitions,
    whereabouts,
)
from dispatch.actors import SYSTEM, Actor
from dispatch.models import Assignment, Handover, ServiceRequest
from dispatch.reaching import Message
from dispatch.states import ACTIVE_ASSIGNMENTS, AssignmentState, Kind, Priority
from dispatch.timing import NAG_S, OVERDUE_ANSWER_S, OVERDUE_MORE_S
from providers.models import Worker
from telephony import outbound

FRESH = timedelta(minutes=10)  # an own position older than this says less than where the visit is
CODES = ("overdue", "overdue_police", "overdue_told")
POLICE = "110"


def cry(worker: Worker, *, by: Actor, now: datetime, note: str = "") -> ServiceRequest:
    """The panic button; pressed again it joins the open case, and sounds again."""
    with transaction.atomic():
        visit = _visit_of(worker)
        about = distress_wording.note(worker, visit, language=settings.LANGUAGE_CODE)
        request = intake.open_request(
            elder=None,
            category=intake.DEFAULT_CATEGORY,
            priority=Priority.EMERGENCY,
            source=ServiceRequest.Source.WORKER,
            by=by,
            now=now,
            note=f"{about} {note}".strip(),
            known_as=worker.phone,
            estimate=_place(worker, visit, now=now),
        )
        police = whereabouts.services(request)["police"]
        data = {"name": worker.name, "name_zh": worker.name_zh, "to": worker.phone}
        notices.tell(
            "worker_alarm", level="sos", now=now, request=request, data=data | {"number": police}
        )
        return request


def overdue(request: ServiceRequest, *, rounds: int, now: datetime) -> None:
    """One step further for a visit that lasts too long; the clock is wound for the next."""
    visit = selectors.active_assignment(request)
    if rounds == 0 and visit is not None:
        _ring(visit, now=now)
        _log(request, "worker", now=now)
        transitions.wind(request, now=now, after_s=OVERDUE_ANSWER_S, rounds=1)
        return
    after_s = NAG_S[Priority(request.priority)]
    transitions.wind(request, now=now, after_s=after_s, rounds=max(rounds, 1) + 1)
    if rounds <= 1:
        _log(request, "desk", now=now)
        notices.tell(
            "overdue", level="sos" if request.is_emergency else "warn", now=now, request=request
        )
    else:
        if rounds == 2:
            _log(request, "police", now=now)
        told = _police_told(request, now=now)
        number = told.number if told else whereabouts.services(request)["police"]
        code = "overdue_told" if told else "overdue_police"
        notices.tell(code, level="sos", now=now, request=request, data={"number": number})


def longer(request_id: int, *, by: Actor, now: datetime) -> None:
    """The worker is well and needs longer: asked again after OVERDUE_MORE_S."""
    with transaction.atomic():
        request = transitions.hold(request_id)
        if selectors.active_assignment(request) is None or request.state != "ON_SCENE":
            return
        transitions.advance(request, Kind.OVERDUE, by=by, now=now, data={"step": "well"})
        transitions.wind(request, now=now, after_s=OVERDUE_MORE_S)
        settle(request, now=now)


def settle(request: ServiceRequest, *, now: datetime) -> None:
    """The worker has been heard from: what the house still rings for it ends.

    A hand-over to 110 stays open, and its clock runs, until a person has told them.
    """
    notices.settle(request=request, code__in=CODES, now=now)
    outbound.withdraw(f"overdue:{request.pk}", now=now)
    for handover in request.handovers.filter(service=POLICE, by=None, ended_at=None):
        handover_calls.stop(handover, now=now)


def is_asked(request: ServiceRequest) -> bool:
    """Whether the worker is being asked how the visit goes."""
    return selectors.clock_of(request, rounds__gt=0).exists()


def _ring(visit: Assignment, *, now: datetime) -> None:
    listener = reaching.worker(visit.worker)
    message = Message(
        "overdue",
        f"overdue:{visit.request_id}",
        distress_wording.overdue_call(visit, language=listener.language),
        distress_wording.overdue_text(visit, language=listener.language),
        priority=Priority.URGENT,
        attempts=1,
    )
    reaching.reach(listener, message, at_once=True, now=now)


def _police_told(request: ServiceRequest, *, now: datetime) -> Handover | None:
    """The hand-over to 110: a person's, else, where they have agreed to that, one of the house."""
    told = request.handovers.filter(service=POLICE).last()
    if told is None and settings.OVERDUE_RINGS_POLICE:
        return handovers.begin(request, service=POLICE, by=None, now=now)
    return told


def _log(request: ServiceRequest, step: str, *, now: datetime) -> None:
    transitions.advance(request, Kind.OVERDUE, by=SYSTEM, now=now, data={"step": step})


def _visit_of(worker: Worker) -> Assignment | None:
    """Where the worker is at work: at somebody's first of all."""
    going = Assignment.objects.filter(worker=worker, state__in=ACTIVE_ASSIGNMENTS)
    found = going.select_related("request__elder__grid").order_by("-assigned_at")
    return max(found, key=lambda one: one.state == AssignmentState.ON_SCENE, default=None)


def _place(worker: Worker, visit: Assignment | None, *, now: datetime) -> dict[str, Any] | None:
    """The worker's own fix while it is fresh, else where the visit is, else the last fix."""
    own = None
    if worker.lat is not None and worker.lon is not None and worker.position_at is not None:
        own = {
            "lat": worker.lat,
            "lon": worker.lon,
            "accuracy_m": worker.accuracy_m,
            "age_s": max(0, round((now - worker.position_at).total_seconds())),
            "source": "device",
            "confidence": "low",
            "text": "",
        }
        if now - worker.position_at <= FRESH:
            return own
    if visit is not None and visit.state == AssignmentState.ON_SCENE and visit.request.estimate:
        return {**visit.request.estimate, "alternative": None}
    return own
