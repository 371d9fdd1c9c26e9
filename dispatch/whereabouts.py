"""Where to go, as a request keeps it: JSON of an estimate, with its age, error and sentence."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import override

from dispatch.states import Priority
from elders.models import Elder
from tracking import locate
from tracking.locate import Estimate
from tracking.models import Alarm


def of(elder: Elder | None, priority: Priority, *, now: datetime) -> dict[str, Any] | None:
    """A routine visit goes to her home; everything else to where she is believed to be."""
    if elder is None:
        return None
    if priority == Priority.ROUTINE:
        estimate = locate.home(elder) or locate.best_location(elder, now=now)
    else:
        estimate = locate.best_location(elder, now=now)
    return as_json(estimate) if estimate else None


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


def as_json(estimate: Estimate, *, language: str = settings.LANGUAGE_CODE) -> dict[str, Any]:
    """`{"lat", "lon", "accuracy_m", "age_s", "source", "confidence", "text", "alternative"}`."""
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
        "alternative": as_json(other, language=language) if other else None,
    }
