"""A request in its shape, as much of it as the caller may see."""

from typing import Any, cast

from django.db.models import Prefetch, QuerySet
from django.utils.translation import get_language

from dispatch import matching, reasons, selectors, whereabouts, wording
from dispatch.actors import SYSTEM
from dispatch.api.shapes import (
    Actor,
    AssignmentShape,
    DeadlineShape,
    EstimateShape,
    EventShape,
    ExclusionShape,
    HandoverShape,
    Named,
    OfferShape,
    OwnerShape,
    ReasonShape,
    RequestShape,
    WorkerName,
)
from dispatch.api.sight import Sight
from dispatch.models import Assignment, Deadline, Event, Handover, Offer, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.states import AssignmentState, Kind
from dispatch.timing import ETA_FIX_MAX_AGE_S
from elders.models import Elder, User
from providers.models import Provider, Service, Worker
from tracking import geo

# What an event tells to somebody outside the desk; everything else in it is left out.
TOLD = frozenset({"role", "category", "priority", "source", "from", "to", "disposition"})
TOLD_OF_VISIT = frozenset({"worker", "assignment", "handover", "service", "number", "outcome"})
PLACED = frozenset({"lat", "lon", "accuracy_m", "age_s", "confidence", "text"})
UNDER_WAY = frozenset({AssignmentState.ASSIGNED, AssignmentState.EN_ROUTE})
PRIVATE_ACTORS = frozenset({"elder", "family", "caller", "device"})


def whole(requests: QuerySet[ServiceRequest]) -> QuerySet[ServiceRequest]:
    """The requests with all that `request` tells, in a few queries whatever their number."""
    return requests.select_related("elder__grid", "category", "owner").prefetch_related(
        "also",
        Prefetch("offers", Offer.objects.select_related("worker").order_by("-pk")),
        Prefetch("assignments", Assignment.objects.select_related("worker").order_by("-pk")),
        Prefetch("handovers", Handover.objects.select_related("by").order_by("at")),
        Prefetch("deadlines", Deadline.objects.filter(RUNNING).order_by("due_at")),
    )


def request(row: ServiceRequest, sight: Sight) -> RequestShape:
    sees_elder, sees_place = sight.elder_of(row), sight.place_of(row)
    near = sees_elder or sees_place
    mine = [o for o in row.offers.all() if sight.desk or o.worker_id in sight.workers]
    place = whereabouts.present(row, now=sight.now) if sees_place else None
    return {
        "id": row.pk,
        "number": row.number,
        "state": row.state,
        "priority": row.priority,
        "category": row.category_id,
        "elder": named(row.elder) if row.elder and sees_elder else None,
        "also": [named(elder) for elder in row.also.all()] if sees_elder else [],
        "known_as": row.known_as if sees_elder else "",
        "area": wording.area_of(row, get_language() or "en"),
        "source": row.source,
        "note": row.note if sees_elder else "",
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "owner": _owner(row, sees_elder=sees_elder),
        "estimate": cast(EstimateShape, {"alternative": None, "course": None, **place})
        if place
        else None,
        "offers": [offer(one, sight) for one in mine],
        "exclusions": [exclusion(one) for one in row.exclusions] if sight.desk else [],
        "assignments": [
            assignment(one, sight, row)
            for one in row.assignments.all()
            if near or one.worker_id in sight.workers
        ],
        "handovers": [handover(one) for one in row.handovers.all()] if sees_elder else [],
        "deadlines": [_deadline(one) for one in row.deadlines.all()] if sight.desk else [],
        "disposition": row.disposition,
        "reason": row.reason if sees_elder else "",
        "seq": row.seq,
    }


def offer(row: Offer, sight: Sight) -> OfferShape:
    """An offer for the desk, or for whoever it was made to."""
    return {
        "id": row.pk,
        "request": row.request_id,
        "state": row.state,
        "role": row.role,
        "rank": row.rank,
        "score": row.score,
        "eta_s": row.eta_s,
        "distance_m": row.distance_m,
        "worker": worker(row.worker, phone=True),
        "made_at": row.made_at,
        "expires_at": row.expires_at,
        "answered_at": row.answered_at,
        "reasons": [reason(one) for one in row.reasons],
    }


def assignment(row: Assignment, sight: Sight, request: ServiceRequest) -> AssignmentShape:
    distance_m, age_s = _way(row, request, sight)
    fresh = age_s is not None and age_s <= ETA_FIX_MAX_AGE_S
    known = distance_m is not None and fresh
    return {
        "id": row.pk,
        "request": row.request_id,
        "role": row.role,
        "state": row.state,
        "worker": worker(row.worker, phone=sight.phone_of(row.worker, request)),
        "assigned_at": row.assigned_at,
        "en_route_at": row.en_route_at,
        "on_scene_at": row.on_scene_at,
        "cleared_at": row.cleared_at,
        "eta_s": round(matching.eta_s(distance_m or 0, row.worker.mode)) if known else None,
        "distance_m": None if distance_m is None else round(distance_m),
        "fix_age_s": age_s,
    }


def handover(row: Handover) -> HandoverShape:
    return {
        "id": row.pk,
        "service": row.service,
        "number": row.number,
        "at": row.at,
        "by": str(row.by or SYSTEM.name),
        "reference": row.reference,
        "outcome": row.outcome,
        "ended_at": row.ended_at,
    }


def event(row: Event, sight: Sight, *, sees_elder: bool, sees_place: bool) -> EventShape:
    """Numbers without gaps for everybody; beyond the desk, names and places only as allowed."""
    by = cast(Actor, row.by)
    if sight.desk:
        data = row.data
    else:
        told = TOLD | (TOLD_OF_VISIT if sees_elder else frozenset())
        data = {key: value for key, value in row.data.items() if key in told}
        if row.kind.startswith("offer."):
            data.pop("worker", None)  # who was asked, and did not come, is nobody's business
        if row.kind == Kind.LOCATED and sees_place:
            data = {key: value for key, value in row.data.items() if key in PLACED}
        if not sees_elder and by["kind"] in PRIVATE_ACTORS:
            by = {"kind": by["kind"], "id": None, "name": ""}
    return {"seq": row.seq, "kind": row.kind, "at": row.at, "by": by, "data": data}


def reason(kept: dict[str, Any]) -> ReasonShape:
    text = reasons.reason(kept["code"], kept.get("params", {}))
    return {"code": kept["code"], "text": text, "points": kept["points"]}


def exclusion(kept: dict[str, Any]) -> ExclusionShape:
    name = kept.get("name") or kept.get("name_zh") or ""
    return {
        "worker": {"id": kept["worker"], "name": name, "name_zh": kept.get("name_zh") or name},
        "code": kept["code"],
        "text": reasons.exclusion(kept["code"], kept.get("params", {})),
    }


def named(one: Elder | User | Provider | Service | Worker) -> Named:
    """Both names; an empty one is stood in for by the other."""
    name = one.name or one.name_zh or str(one)
    return {"id": one.pk, "name": name, "name_zh": one.name_zh or name}


def worker(one: Worker, *, phone: bool) -> WorkerName:
    return {**named(one), "phone": one.phone if phone else None}


def _way(row: Assignment, request: ServiceRequest, sight: Sight) -> tuple[float | None, int | None]:
    """Metres from where the worker is to where she is, and how old the worker's position is."""
    to, man = request.estimate, row.worker
    if row.state not in UNDER_WAY or not to or man.lat is None or man.lon is None:
        return None, None
    age_s = round((sight.now - man.position_at).total_seconds()) if man.position_at else None
    return geo.distance_m(man.lat, man.lon, to["lat"], to["lon"]), age_s


def _owner(row: ServiceRequest, *, sees_elder: bool) -> OwnerShape:
    owner = cast(OwnerShape, selectors.owner(row))
    if owner["kind"] == "elder" and not sees_elder:
        return {"kind": "elder", "id": None, "name": ""}
    return owner


def _deadline(row: Deadline) -> DeadlineShape:
    return {"kind": row.kind, "due_at": row.due_at}
