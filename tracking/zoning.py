"""Zones: how far a fix is outside one, when a crossing is believed, when it is an alarm. Pure.

DESIGN §7: who leaves must be further out than the error of the fix and a margin, and stay so for a
while; so a watch that wavers at a fence tells nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from math import cos, hypot, radians
from statistics import quantiles
from typing import NamedTuple

MARGIN_M = 50.0
DWELL_S = 60.0  # so long apart must two fixes say the same, and none between them the opposite
LONE_S = 900.0  # a single fix that no other follows is believed after so long
ACCURATE_M = 150.0  # a fix with a larger error says of nobody that she is inside
WIDEST_M = 5_000.0  # an error beyond it counts as this: no cell of a town is larger
UNKNOWN_ACCURACY_M = 100.0
LATE_S = 1800.0  # out already when the watched hours begin: an alarm so long into them

USUAL_AT_FIRST_S = 6 * 3600.0
USUAL_FROM = 7  # absences that make a habit
USUAL_LEAST_S = 2 * 3600.0
USUAL_FACTOR = 1.5

Corner = tuple[float, float]


class Side(StrEnum):
    INSIDE = "inside"
    OUTSIDE = "outside"


class Shape(NamedTuple):
    """Corners (latitude, longitude; WGS-84), and how far it reaches beyond them.

    One corner makes a circle, two and more a way, and an area where they are closed.
    """

    corners: tuple[Corner, ...]
    radius_m: float = 0.0
    is_area: bool = False


class Rule(NamedTuple):
    """What makes an alarm: the `wrong` side, at once between the hours of the town day (the same
    twice: always), at other hours after `longest_s`; None is never."""

    wrong: Side
    watched_from: time
    watched_until: time
    longest_s: float | None


@dataclass(frozen=True, slots=True)
class Stand:
    """On which side somebody is believed to be, since when, and since when fixes say otherwise.

    All instants are the device's. `side` is None before the first fix that says anything.
    """

    side: Side | None = None
    since: datetime | None = None
    seen_at: datetime | None = None
    leaning_since: datetime | None = None


def shape_of(corners: object, radius_m: float) -> Shape:
    """The shape of what was typed; ValueError with the reason."""
    if not isinstance(corners, list | tuple) or not 1 <= len(corners) <= 100:
        raise ValueError("must be a list of 1 to 100 corners")
    found = []
    for corner in corners:
        if not isinstance(corner, list | tuple) or len(corner) != 2:
            raise ValueError("each corner must be [latitude, longitude]")
        lat, lon = corner
        if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in corner):
            raise ValueError("latitude and longitude must be numbers")
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise ValueError("latitude and longitude must be degrees")
        found.append((float(lat), float(lon)))
    if len(found) < 3 and not radius_m:
        raise ValueError("a circle and a way must have a radius")
    return Shape(tuple(found), radius_m, len(found) > 2)


def outside_m(shape: Shape, lat: float, lon: float) -> float:
    """How far a place is from the edge; negative inside."""
    path = [_flat(lat, lon, corner) for corner in shape.corners]
    if shape.is_area:
        path.append(path[0])
    sides = list(pairwise(path)) or [(path[0], path[0])]
    away_m = min(_from_side(one, other) for one, other in sides)
    if shape.is_area and _is_around(sides):
        away_m = -away_m
    return away_m - shape.radius_m


def side_of(shape: Shape, lat: float, lon: float, accuracy_m: float | None) -> Side | None:
    """What a fix says; None where its error leaves it open."""
    error_m = UNKNOWN_ACCURACY_M if accuracy_m is None else min(accuracy_m, WIDEST_M)
    away_m = outside_m(shape, lat, lon)
    if away_m - error_m > MARGIN_M:
        return Side.OUTSIDE
    return Side.INSIDE if away_m <= 0 and error_m <= ACCURATE_M else None


def step(stand: Stand, says: Side | None, at: datetime) -> Stand:
    """How it stands after a fix made at `at`. One that is older than the last changes nothing."""
    if stand.seen_at is not None and at <= stand.seen_at:
        return stand
    stand = replace(stand, seen_at=at)
    if says is None:
        return stand
    if stand.side is None:
        return replace(stand, side=says, since=at)
    if says is stand.side:
        return replace(stand, leaning_since=None)
    if stand.leaning_since is None:
        return replace(stand, leaning_since=at)
    return _believed(stand) if at - stand.leaning_since >= timedelta(seconds=DWELL_S) else stand


def settle(stand: Stand, *, now: datetime) -> Stand:
    """How it stands when nothing has been heard until now: a lone fix is believed in the end."""
    due = leaning_due(stand)
    return _believed(stand) if due and due <= now else stand


def leaning_due(stand: Stand) -> datetime | None:
    return stand.leaning_since and stand.leaning_since + timedelta(seconds=LONE_S)


def alarm_at(rule: Rule, since: datetime, *, crossed: bool, town: tzinfo) -> datetime:
    """When being on the wrong side since then becomes an alarm.

    `crossed`: she was seen going there; who was there when we first looked is given time.
    """
    watched = _watched(rule, since, town)
    at_once = crossed and watched == since
    due = watched if at_once else watched + timedelta(seconds=LATE_S)
    if rule.longest_s is None:
        return due
    return min(due, since + timedelta(seconds=rule.longest_s))


def usual_s(absences_s: Sequence[float]) -> float:
    """How long is longer than usual: half as long again as nine in ten of her absences."""
    if len(absences_s) < USUAL_FROM:
        return USUAL_AT_FIRST_S
    return max(USUAL_LEAST_S, USUAL_FACTOR * quantiles(absences_s, n=10)[-1])


def _believed(stand: Stand) -> Stand:
    other = Side.OUTSIDE if stand.side is Side.INSIDE else Side.INSIDE
    return replace(stand, side=other, since=stand.leaning_since, leaning_since=None)


def _watched(rule: Rule, since: datetime, town: tzinfo) -> datetime:
    """`since` itself where it lies in the watched hours, else when they next begin."""
    begin, end = rule.watched_from, rule.watched_until
    here = since.astimezone(town)
    clock = here.time()
    if begin == end or (begin <= clock < end if begin < end else not end <= clock < begin):
        return since
    day = here.date() + timedelta(days=clock >= begin)
    return datetime.combine(day, begin, town).astimezone(since.tzinfo)


def _flat(lat: float, lon: float, corner: Corner) -> Corner:
    """The corner in metres east and north of the place, on the ellipsoid flattened there.

    The lengths of a degree are the usual series for WGS-84 (e.g. NGA's).
    """
    middle = radians((lat + corner[0]) / 2)
    north_m = 111_132.954 - 559.822 * cos(2 * middle) + 1.175 * cos(4 * middle)
    east_m = 111_412.84 * cos(middle) - 93.5 * cos(3 * middle)
    east = (corner[1] - lon + 180) % 360 - 180  # the shorter way round the earth
    return east * east_m, (corner[0] - lat) * north_m


def _from_side(one: Corner, other: Corner) -> float:
    """How far the origin is from the line between two points."""
    along = other[0] - one[0], other[1] - one[1]
    length2 = along[0] ** 2 + along[1] ** 2
    part = -(one[0] * along[0] + one[1] * along[1]) / length2 if length2 else 0.0
    part = min(1.0, max(0.0, part))
    return hypot(one[0] + part * along[0], one[1] + part * along[1])


def _is_around(sides: Sequence[tuple[Corner, Corner]]) -> bool:
    """Whether the sides run around the origin: a ray to the east meets an odd number of them."""
    met = False
    for (x, y), (u, v) in sides:
        if (y > 0) != (v > 0) and x + (u - x) * -y / (v - y) > 0:
            met = not met
    return met
