"""Where she is, in words and on the map; who could come and who is coming."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dispatch import whereabouts
from dispatch.matching import Ranked
from dispatch.models import Assignment, ServiceRequest
from dispatch.pages import labels, visit
from dispatch.pages.desk.subject import Subject
from dispatch.states import ACTIVE_ASSIGNMENTS
from dispatch.timing import ETA_FIX_MAX_AGE_S
from tracking import geo, locate

OLD_S = 600  # a fix older than this is only the last known


@dataclass(frozen=True, slots=True)
class Spot:
    """A place she may be at. `fixed_at` is None where nothing was measured."""

    lat: float
    lon: float
    accuracy_m: float | None
    fixed_at: datetime | None
    source: str
    confidence: str

    def is_old(self, *, now: datetime) -> bool:
        """Too old to be where she is now."""
        return self.fixed_at is not None and now - self.fixed_at > timedelta(seconds=OLD_S)

    @property
    def label(self) -> str:
        return labels.label(labels.SOURCES_OF_PLACE, self.source)

    @property
    def error(self) -> str:
        return labels.distance(self.accuracy_m) if self.accuracy_m is not None else ""


@dataclass(frozen=True, slots=True)
class Where:
    """`other` stands beside `best` when both are far apart and a person must decide."""

    best: Spot
    other: Spot | None
    words: str
    apart: str


def find(subject: Subject, *, now: datetime) -> Where | None:
    """Of an elder as she is now; of a stranger as the request has it."""
    if subject.elder:
        found = whereabouts.best(subject.elder, now=now, calling_from=subject.calling_from)
        if found is None:
            return None
        other = _spot(found.alternative) if found.alternative else None
        return Where(_spot(found), other, found.text, _apart(_spot(found), other))
    estimate = subject.request.estimate if subject.request else None
    if not estimate or not subject.request:
        return None
    best = _kept(estimate, subject.request.opened_at)
    other = estimate.get("alternative")
    second = _kept(other, subject.request.opened_at) if other else None
    return Where(best, second, str(estimate.get("text", "")), _apart(best, second))


def coming(subject: Subject) -> list[Assignment]:
    """Everybody who is on the way or there, the responder first."""
    if subject.request is None:
        return []
    return list(
        subject.request.assignments.filter(state__in=ACTIVE_ASSIGNMENTS)
        .select_related("worker__provider", "offer")
        .order_by("role", "id")
    )


def markers(
    where: Where | None, ranked: Iterable[Ranked], going: Iterable[Assignment], *, now: datetime
) -> dict[str, Any]:
    """What `js/map/view.js` draws; every fact of it stands in words beside the map."""
    found = _elder(where, now=now) if where else []
    for number, one in enumerate(ranked, start=1):
        found.append(
            {
                "id": f"worker:{one.candidate.worker_id}",
                "kind": "other",
                "lat": one.candidate.lat,
                "lon": one.candidate.lon,
                "text": str(number),
                "label": f"{labels.named(one.candidate)} · {labels.minutes(one.eta_s)}",
                "picked": number == 1,
            }
        )
    found += [marker for one in going if (marker := _going(one, now=now))]
    return {"markers": found}


def how_far(
    one: Assignment, request: ServiceRequest, where: Where | None, *, now: datetime
) -> dict[str, Any]:
    """Distance and arrival of somebody coming, in words; {} when nothing recent is known.

    The arrival is what the family reads: never from a fix that is over three minutes old.
    """
    worker = one.worker
    if where is None or worker.lat is None or worker.lon is None or worker.position_at is None:
        return {}
    away_m = geo.distance_m(worker.lat, worker.lon, where.best.lat, where.best.lon)
    arrives_at = visit.told(one, request, now=now).arrives_at
    return {
        "distance": labels.distance(away_m),
        "fixed_at": worker.position_at,
        "arrives_at": arrives_at,
    }


def _elder(where: Where, *, now: datetime) -> list[dict[str, Any]]:
    found = [
        {
            "id": "elder",
            "kind": "elder",
            "lat": where.best.lat,
            "lon": where.best.lon,
            "accuracy_m": where.best.accuracy_m or 0,
            "text": "!",
            "label": where.best.label,
            "old": where.best.is_old(now=now),
        }
    ]
    if where.other:
        found.append(
            {
                "id": "elder:other",
                "kind": "station",
                "lat": where.other.lat,
                "lon": where.other.lon,
                "text": "?",
                "label": where.other.label,
                "picked": True,
            }
        )
    return found


def _going(one: Assignment, *, now: datetime) -> dict[str, Any] | None:
    place = one.worker.place
    if place is None:
        return None
    at = one.worker.position_at
    name = labels.named(one.worker)
    return {
        "id": f"worker:{one.worker_id}",
        "kind": "worker",
        "lat": place[0],
        "lon": place[1],
        "text": name[:1],
        "label": name,
        "picked": True,
        "old": at is None or now - at > timedelta(seconds=ETA_FIX_MAX_AGE_S),
    }


def _spot(found: locate.Estimate) -> Spot:
    return Spot(
        found.lat,
        found.lon,
        found.accuracy_m,
        found.fixed_at,
        str(found.source),
        str(found.confidence),
    )


def _kept(estimate: dict[str, Any], at: datetime) -> Spot:
    age_s = estimate.get("age_s")
    return Spot(
        estimate["lat"],
        estimate["lon"],
        estimate.get("accuracy_m"),
        at - timedelta(seconds=age_s) if age_s is not None else None,
        str(estimate.get("source", "")),
        str(estimate.get("confidence", "low")),
    )


def _apart(best: Spot, other: Spot | None) -> str:
    if other is None:
        return ""
    return labels.distance(geo.distance_m(best.lat, best.lon, other.lat, other.lon))
