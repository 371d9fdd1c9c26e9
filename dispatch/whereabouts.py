"""Where to go, as a request keeps it: JSON of an estimate, with its age, error and sentence."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override

from dispatch.models import Assignment, ServiceRequest
from dispatch.states import AssignmentState, Priority
from elders import selectors as register
from elders.models import Elder
from tracking import locate
from tracking.locate import Estimate, Source
from tracking.models import Alarm
from tracking.weighing import STALE_S, Confidence, Sighting


def of(elder: Elder | None, priority: Priority, *, now: datetime) -> dict[str, Any] | None:
    """A routine visit goes to her home; everything else to where she is believed to be."""
    if elder is None:
        return None
    if priority == Priority.ROUTINE:
        estimate = locate.home(elder) or best(elder, now=now)
    else:
        estimate = best(elder, now=now)
    return as_json(estimate) if estimate else None


def services(request: ServiceRequest) -> dict[str, str]:
    """The numbers of "ambulance", "police" and "fire" for this case: where she lives, or, of a
    worker in danger and of whom nobody knows, where it is."""
    known, place = next(iter(request.people), None), request.estimate
    if known is None and place:
        return register.services_near(place["lat"], place["lon"])
    return register.public_services(known)


def best(elder: Elder, *, now: datetime, calling_from: str = "") -> Estimate | None:
    """`locate.best_location`, with where somebody of ours was with her last."""
    visit = _last_visit(elder, now=now)
    return locate.best_location(elder, now=now, calling_from=calling_from, visit=visit)


def _last_visit(elder: Elder, *, now: datetime) -> Sighting | None:
    """Where the last visit met her, until it ended; None when that is long ago."""
    there = Assignment.objects.filter(request__elder=elder, on_scene_at__isnull=False)
    last = there.select_related("request").order_by("-on_scene_at").first()
    place = last.request.estimate if last else None
    if last is None or not place:
        return None
    until = now if last.state == AssignmentState.ON_SCENE else last.cleared_at or last.on_scene_at
    if until is None or now - until > timedelta(seconds=STALE_S):
        return None
    return Sighting(place["lat"], place["lon"], locate.VISIT_ACCURACY_M, until)


def of_household(elders: list[Elder]) -> dict[str, Any] | None:
    """The first registered home among people who share a line."""
    homes = (locate.home(elder) for elder in elders)
    return next((as_json(home) for home in homes if home), None)


def named_by(alarm: Alarm, *, now: datetime) -> dict[str, Any] | None:
    """The place an alarm of a stranger names: shown, and never trusted."""
    if alarm.lat is None or alarm.lon is None:
        return None
    age_s = (now - (alarm.fixed_at or now)).total_seconds()
    return {
        "lat": alarm.lat,
        "lon": alarm.lon,
        "accuracy_m": alarm.accuracy_m,
        "age_s": max(0, round(age_s)),
        "source": "device",
        "confidence": "low",
        "text": "",
    }


def present(request: ServiceRequest, *, now: datetime) -> dict[str, Any] | None:
    """Where to go as it stands now, in the language in use, with the age it has by now.

    For an open emergency the best of this moment; else what was known when it was opened.
    """
    if request.elder and request.is_emergency and request.is_open:
        live = best(request.elder, now=now)
        return in_words(live) if live else None
    kept = request.estimate
    if not kept or not request.elder:
        return _aged(kept, request, now=now) if kept else None
    return in_words(_estimate(kept, request.elder, request, now=now))


def in_words(estimate: Estimate) -> dict[str, Any]:
    """`as_json` in the language in use."""
    return as_json(estimate, language=get_language() or settings.LANGUAGE_CODE)


def as_json(estimate: Estimate, *, language: str = settings.LANGUAGE_CODE) -> dict[str, Any]:
    """`{"lat", "lon", "accuracy_m", "age_s", "source", "confidence", "text", "course",
    "alternative"}`."""
    with override(language):
        text = estimate.text
    other = estimate.alternative
    return {
        "lat": estimate.lat,
        "lon": estimate.lon,
        "accuracy_m": estimate.accuracy_m,
        "age_s": None if estimate.age_s is None else round(estimate.age_s),
        "source": str(estimate.source),
        "confidence": str(estimate.confidence),
        "text": text,
        "course": estimate.course,
        "alternative": as_json(other, language=language) if other else None,
    }


def _aged(kept: dict[str, Any], request: ServiceRequest, *, now: datetime) -> dict[str, Any]:
    if kept["age_s"] is None:
        return kept
    return kept | {"age_s": round(kept["age_s"] + (now - request.opened_at).total_seconds())}


def _estimate(
    kept: dict[str, Any], elder: Elder, request: ServiceRequest, *, now: datetime
) -> Estimate:
    """What `as_json` kept, told again: its sentence follows its age and the reader's language."""
    age_s = _aged(kept, request, now=now)["age_s"]
    other = kept.get("alternative")
    return Estimate(
        elder=elder,
        lat=kept["lat"],
        lon=kept["lon"],
        accuracy_m=kept["accuracy_m"],
        fixed_at=None if age_s is None else now - timedelta(seconds=age_s),
        age_s=age_s,
        source=Source(kept["source"]),
        confidence=Confidence(kept["confidence"]),
        course=kept.get("course"),
        alternative=_estimate(other, elder, request, now=now) if other else None,
    )
