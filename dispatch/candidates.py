"""Who could go, best first, and why the others cannot: the register asked for one request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from dispatch import matching
from dispatch.matching import Ranked
from dispatch.models import Assignment, Block, ServiceRequest
from dispatch.states import AssignmentState, OfferState, Priority
from providers import reach
from providers.need import Exclusion, Need

# How many of the nearest able workers are weighed against each other.
WEIGHED = 12
# Among how many of them somebody is looked for whom a person named.
NAMED = 400
# Somebody who let an offer lapse may be asked again after this: she may have been on a ladder.
ASK_AGAIN_S = {Priority.ROUTINE: 900, Priority.URGENT: 300, Priority.EMERGENCY: 120}


@dataclass(frozen=True, slots=True)
class Ranking:
    """`ranked` best first; `exclusions` are {"worker", "code", "params", …} of others near by."""

    ranked: list[Ranked]
    exclusions: list[dict[str, Any]]


NOBODY = Ranking([], [])


def rank(request: ServiceRequest, *, now: datetime, only: int | None = None) -> Ranking:
    """The ranking of this moment; the same rows give the same ranking a year later.

    `only` restricts it to one worker whom a person chose. Without a place nobody can be ranked.
    """
    need = need_of(request, now=now)
    if need is None or request.source == ServiceRequest.Source.CANARY:
        return NOBODY
    reached = reach.nearest(need, k=WEIGHED if only is None else NAMED, now=now)
    ranked = matching.rank(need, reached.candidates, now=now)
    if only is not None:
        ranked = [r for r in ranked if r.candidate.worker_id == only]
    return Ranking(ranked, [_as_json(exclusion) for exclusion in reached.excluded])


def need_of(request: ServiceRequest, *, now: datetime) -> Need | None:
    """What the matching must know about the request; None when nobody knows where it is."""
    if not request.estimate:
        return None
    elder = request.elder
    return Need(
        category=request.category_id,
        priority=request.priority,
        lat=request.estimate["lat"],
        lon=request.estimate["lon"],
        grid=request.grid,
        language=elder.language if elder else "",
        requirements=tuple(elder.requirements if elder else ()),
        blocked_workers=_blocked(request, "worker_id"),
        blocked_providers=_blocked(request, "provider_id"),
        tried=_tried(request, now=now),
        visits=_visits(request),
    )


def _as_json(exclusion: Exclusion) -> dict[str, Any]:
    return {
        "worker": exclusion.worker_id,
        "name": exclusion.name,
        "name_zh": exclusion.name_zh,
        "code": str(exclusion.code),
        "params": dict(exclusion.params),
        "distance_m": round(exclusion.distance_m),
    }


def _blocked(request: ServiceRequest, column: str) -> frozenset[int]:
    rows = Block.objects.filter(elder=request.elder_id, **{f"{column}__isnull": False})
    return frozenset(rows.values_list(column, flat=True)) if request.elder_id else frozenset()


def _tried(request: ServiceRequest, *, now: datetime) -> frozenset[int]:
    """Asked and declined, asked just now, or already going."""
    lately = now - timedelta(seconds=ASK_AGAIN_S[Priority(request.priority)])
    lapsed = Q(state__in=[OfferState.EXPIRED, OfferState.WITHDRAWN], answered_at__gt=lately)
    asked = request.offers.filter(
        Q(state__in=[OfferState.MADE, OfferState.DECLINED, OfferState.ACCEPTED]) | lapsed
    )
    return frozenset(asked.values_list("worker_id", flat=True))


def _visits(request: ServiceRequest) -> dict[int, int]:
    """worker id → finished visits to this elder."""
    if request.elder_id is None:
        return {}
    rows = (
        Assignment.objects.filter(
            request__elder=request.elder_id,
            state=AssignmentState.CLEARED,
            on_scene_at__isnull=False,
        )
        .values("worker_id")
        .annotate(times=Count("id"))
        .values_list("worker_id", "times")
    )
    return dict(rows)
