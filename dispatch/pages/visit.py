"""A visit as everybody outside the desk is shown it: how far it has come, and who comes when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dispatch import matching, whereabouts
from dispatch.models import Assignment, ServiceRequest
from dispatch.pages import labels
from dispatch.states import AssignmentState, Role, State
from dispatch.timing import ETA_FIX_MAX_AGE_S
from providers.models import Worker
from tracking import geo

FAMILY_STEPS = (_("Call"), _("Sent"), _("On way"), _("Arrived"), _("Done"))
ELDER_STEPS = (
    pgettext_lazy("by the elder", "Asked"),
    _("Found"),
    _("On the way"),
    _("Here"),
    _("Done"),
)
WORKER_STEPS = (_("Accepted"), _("On way"), _("There"), _("Done"))
REACHED = {
    State.ASSIGNED: 1,
    State.EN_ROUTE: 2,
    State.ON_SCENE: 3,
    State.DONE: 4,
    State.CLOSED: 5,
}
UNDER_WAY = frozenset({AssignmentState.ASSIGNED, AssignmentState.EN_ROUTE})


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    done: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """Who comes, or is there. `arrives_at` only while the fix is fresh, until `good_until`."""

    assignment: Assignment
    worker: Worker
    visits: int  # finished ones before this
    fixed_at: datetime | None = None
    old: bool = True
    distance: str = ""
    arrives_at: datetime | None = None
    good_until: datetime | None = None
    minutes: int = 0
    hidden: bool = False  # on no map, where her own place is told coarsely

    @property
    def is_under_way(self) -> bool:
        return self.assignment.state in UNDER_WAY


def steps(request: ServiceRequest, names: Sequence[Any] = FAMILY_STEPS) -> list[Step]:
    """The line of progress; empty where there is none to show."""
    if request.state == State.CANCELLED:
        return []
    at = REACHED.get(State(request.state), 0)
    if request.state == State.CLOSED and attending(request) is None:
        return []  # settled without a visit
    return line(names, at)


def line(names: Sequence[Any], at: int) -> list[Step]:
    return [Step(str(name), done=n < at, current=n == at) for n, name in enumerate(names)]


def attending(request: ServiceRequest) -> Assignment | None:
    """The responder who comes, is there, or was."""
    return (
        request.assignments.filter(role=Role.RESPONDER)
        .exclude(state=AssignmentState.RELEASED)
        .select_related("worker__provider", "offer")
        .order_by("-pk")
        .first()
    )


def coming(request: ServiceRequest, *, now: datetime) -> Coming | None:
    """Who is with it, how far away, and when they are to be expected."""
    assignment = attending(request)
    if assignment is None:
        return None
    return told(assignment, request, now=now)


def told(assignment: Assignment, request: ServiceRequest, *, now: datetime) -> Coming:
    worker = assignment.worker
    visits = _visits(worker, request)
    to, at = whereabouts.present(request, now=now), worker.position_at
    if assignment.state not in UNDER_WAY or worker.lat is None or worker.lon is None:
        return Coming(assignment, worker, visits, fixed_at=at, old=_old(at, now=now))
    away_m = geo.distance_m(worker.lat, worker.lon, to["lat"], to["lon"]) if to else None
    distance = labels.distance(away_m) if away_m is not None else ""
    if at is None or away_m is None or _old(at, now=now):
        return Coming(assignment, worker, visits, fixed_at=at, distance=distance)
    waits_s = matching.SET_OFF_S if assignment.state == AssignmentState.ASSIGNED else 0
    arrives_at = at + timedelta(seconds=waits_s + matching.eta_s(away_m, worker.mode))
    return Coming(
        assignment,
        worker,
        visits,
        fixed_at=at,
        old=False,
        distance=distance,
        arrives_at=arrives_at,
        good_until=at + timedelta(seconds=ETA_FIX_MAX_AGE_S),
        minutes=max(1, -(-round((arrives_at - now).total_seconds()) // 60)),
    )


def pin(coming: Coming, text: str) -> dict[str, Any] | None:
    """The worker on the map."""
    worker = coming.worker
    if worker.lat is None or worker.lon is None:
        return None
    return {
        "id": f"worker:{worker.pk}",
        "kind": "worker",
        "lat": worker.lat,
        "lon": worker.lon,
        "text": text,
        "old": coming.old,
    }


def _old(at: datetime | None, *, now: datetime) -> bool:
    return at is None or now - at > timedelta(seconds=ETA_FIX_MAX_AGE_S)


def _visits(worker: Worker, request: ServiceRequest) -> int:
    if request.elder_id is None:
        return 0
    return (
        Assignment.objects.filter(
            worker=worker,
            request__elder=request.elder_id,
            state=AssignmentState.CLEARED,
            on_scene_at__isnull=False,
        )
        .exclude(request=request.pk)
        .count()
    )
