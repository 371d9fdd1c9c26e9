"""A zone as it is drawn: what makes an alarm of it, and when it watches no longer."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from elders.models import Elder
from tracking.models import Zone, ZoneCrossing
from tracking.zoning import Rule, usual_s

HABIT = timedelta(days=28)  # whose absences are her usual ones


def rule_of(zone: Zone, *, now: datetime) -> Rule:
    """Its hours, and how long is too long; where nobody said, longer than she usually is away."""
    longest_s: float | None = zone.longest_s
    if longest_s is None and zone.kind != Zone.Kind.NO_GO:
        longest_s = usual_s(_absences_s(zone, now=now))
    return Rule(zone.wrong_side, zone.watched_from, zone.watched_until, longest_s)


def _absences_s(zone: Zone, *, now: datetime) -> list[float]:
    """How long her devices were outside, each time they came back."""
    rows = ZoneCrossing.objects.filter(zone=zone, at__gt=now - HABIT).order_by("at", "pk")
    left: dict[int, datetime] = {}
    found = []
    for row in rows:
        if not row.entered:
            left[row.device_id] = row.at
        elif row.device_id in left:
            found.append((row.at - left.pop(row.device_id)).total_seconds())
    return found


def begin_again(zone: Zone) -> None:
    """The zone was changed: what was known of who stands where holds no longer."""
    zone.stands.all().delete()


def drawn(elder: Elder) -> list[dict[str, Any]]:
    """Her zones for a map: [{"corners": [[lat, lon], …], "radius_m", "kind", "label"}]."""
    return [
        {
            "corners": zone.corners,
            "radius_m": zone.radius_m,
            "kind": zone.kind,
            "label": str(zone),
        }
        for zone in elder.zones.filter(active=True)
    ]


def switch_off(zone: Zone) -> None:
    """It watches no longer; what it raised stays explained."""
    Zone.objects.filter(pk=zone.pk).update(active=False)
    begin_again(zone)


def crossings_of(elder: Elder) -> QuerySet[ZoneCrossing]:
    """When her devices went into her zones and out, the latest first."""
    return (
        ZoneCrossing.objects.filter(zone__elder=elder)
        .select_related("zone", "device")
        .order_by("-at", "-pk")
    )
