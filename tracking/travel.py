"""Where somebody is going, from where a device of hers has been."""

from collections.abc import Sequence
from datetime import timedelta

from tracking import doubts, geo
from tracking.doubts import Point
from tracking.models import Device

LOOK_BACK_S = 900.0  # before her last position
LEAST_M = 40.0  # less is no journey


def course_of(device: Device) -> float | None:
    """In degrees clockwise from north, over the last minutes before it was last seen; None where
    it stayed, or nothing is known."""
    if device.fixed_at is None:
        return None
    since = device.fixed_at - timedelta(seconds=LOOK_BACK_S)
    rows = device.positions.filter(fixed_at__range=(since, device.fixed_at), valid=True)
    rows = rows.exclude(doubt__in=(doubts.JUMP, doubts.SWAPPED)).order_by("-fixed_at")[:100]
    track = [
        Point(row.lat, row.lon, row.fixed_at, row.accuracy_m)
        for row in reversed(rows)
        if row.lat is not None and row.lon is not None and row.fixed_at
    ]
    return course(track)


def course(track: Sequence[Point]) -> float | None:
    """From the first to the last of these points, where that is more than their errors."""
    if len(track) < 2:
        return None
    first, last = track[0], track[-1]
    way = geo.leg(first.lat, first.lon, last.lat, last.lon)
    errors_m = sum(point.accuracy_m or 0 for point in (first, last))
    return way.course if way.distance_m > max(LEAST_M, errors_m) else None
