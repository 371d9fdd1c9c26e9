"""What speaks against a fix that is kept: shown beside it, and deciding nothing. Pure.

A clock that cannot be believed is told apart before (`ingest.clock_at`), and (0, 0) is never kept.
"""

from collections.abc import Sequence
from datetime import datetime
from math import cos, hypot, radians
from statistics import median
from typing import NamedTuple

SWAPPED, JUMP, STALE = "swapped", "jump", "stale"

STALE_S = 3600  # told so long after it was measured
FASTEST_MPS = 70.0  # 250 km/h: an express train
ROOM_M = 300.0  # what two fixes may differ by without anybody having moved
UNKNOWN_ACCURACY_M = 100.0
NEAR_M = 50_000.0
DEGREE_M = 111_195.0  # of a great circle: mean radius of the earth 6,371 km


class Point(NamedTuple):
    """A fix, WGS-84."""

    lat: float
    lon: float
    at: datetime
    accuracy_m: float | None = None


def doubt(fix: Point, before: Point | None, *, received_at: datetime) -> str:
    """The gravest of the doubts; "" for none. `before`: the last sound fix of the device."""
    if before and _leaps(before, fix):
        turned = Point(fix.lon, fix.lat, fix.at) if abs(fix.lon) <= 90 else None
        near = turned is not None and roughly_m(before, turned) < NEAR_M
        return SWAPPED if near and roughly_m(before, fix) > 2 * NEAR_M else JUMP
    return STALE if (received_at - fix.at).total_seconds() > STALE_S else ""


def _leaps(one: Point, other: Point) -> bool:
    """Whether nobody can have gone from one to the other in the time between."""
    apart_s = abs((other.at - one.at).total_seconds())
    errors_m = _error_m(one) + _error_m(other)
    return roughly_m(one, other) > ROOM_M + errors_m + FASTEST_MPS * apart_s


def _error_m(point: Point) -> float:
    return UNKNOWN_ACCURACY_M if point.accuracy_m is None else point.accuracy_m


def roughly_m(one: Point, other: Point) -> float:
    """The distance on a sphere as if it were flat there: quick, and good enough to doubt by."""
    east = (other.lon - one.lon + 180) % 360 - 180
    middle = radians((one.lat + other.lat) / 2)
    return DEGREE_M * hypot(other.lat - one.lat, east * cos(middle))


def smooth(track: Sequence[Point], *, window: int = 5) -> list[Point]:
    """The track as a line to look at: the running median of so many points, leaps left out.

    A median keeps corners and lets a single outlier pass without a trace. Never a ground for a
    decision: what a device said stands in its history as it was said.
    """
    kept: list[Point] = []
    for n, point in enumerate(track):
        following = track[n + 1] if n + 1 < len(track) else None
        leapt = bool(kept) and _leaps(kept[-1], point)
        if leapt and (following is None or _leaps(point, following)):
            continue  # a point that neither side can reach; two in a row are a journey
        kept.append(point)
    half = window // 2
    smoothed = []
    for n, point in enumerate(kept):
        reach = min(half, n, len(kept) - 1 - n)  # the same to both sides, so that ends stay ends
        near = kept[n - reach : n + reach + 1]
        lat, lon = median(each.lat for each in near), median(each.lon for each in near)
        smoothed.append(Point(lat, lon, point.at, point.accuracy_m))
    return smoothed
