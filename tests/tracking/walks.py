"""Walks as a watch sees them: through the town at her pace, and such as people recorded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import NamedTuple

from config.town import METRES_PER_DEGREE, Place, Town, along, length_m
from tests.infra.traces import Recorded
from tracking.messages import Fix

EVERY_S = 30
PACE_MPS = 0.9  # of somebody of eighty
TUNNEL_S = 240


class Walk(NamedTuple):
    """What the watch measured, in the order it did, and at which moment each."""

    fixes: list[Fix]
    at: list[datetime]
    home: Place


@cache
def _town() -> Town:
    return Town()


def walk(seed: int, *, begins: datetime) -> Walk:
    """To the shop, a rest there, and home again.

    Measured to within metres; nothing underground; once thrown across the town by an echo; some
    that the watch itself doubts; and a while in which its clock is a day ahead, and later unset.
    The last minutes are sound.
    """
    chance = Random(seed)
    home, shop = _town().address(seed), _town().address(seed + 40)
    doors = (home.lat, home.lon), (shop.lat, shop.lon)
    there = _town().route(*doors)
    steps = [n * EVERY_S * PACE_MPS for n in range(int(length_m(there) / EVERY_S / PACE_MPS) + 2)]
    way = [along(there, metres) for metres in steps]
    places = [*way, *[way[-1]] * 20, *reversed(way), *[doors[0]] * 12]
    tunnel = chance.randrange(4, len(way))
    echo, clock = len(way) + chance.randrange(20), len(way) + 20
    fixes, moments = [], []
    for n, place in enumerate(places):
        if 0 <= (n - tunnel) * EVERY_S < TUNNEL_S:
            continue
        at = begins + timedelta(seconds=n * EVERY_S)
        said = _said(n, at, fault=clock)
        error_m = 8000.0 if n == echo else chance.uniform(3, 25)
        lat, lon = _off(place, error_m if n == echo else chance.gauss(0, error_m / 2), chance)
        doubted = n < len(places) - 12 and n != echo and chance.random() < 0.05
        fixes.append(Fix(lat, lon, said, min(error_m, 25.0), valid=not doubted))
        moments.append(at)
    return Walk(fixes, moments, doors[0])


def recorded(points: Sequence[Recorded], *, begins: datetime) -> Walk:
    """What somebody's receiver recorded on the way, as if it had begun at that time; in the middle
    of it the clock is wrong as above."""
    shift, clock = begins - points[0].at, len(points) // 2
    moments = [point.at + shift for point in points]
    fixes = [
        Fix(point.lat, point.lon, _said(n, at, fault=clock))
        for n, (point, at) in enumerate(zip(points, moments, strict=True))
    ]
    return Walk(fixes, moments, (points[-1].lat, points[-1].lon))


def _said(n: int, at: datetime, *, fault: int) -> datetime:
    """What its clock shows: a day ahead from the `fault`-th fix on, then unset, then right."""
    if fault <= n < fault + 4:
        return at + timedelta(days=1)
    if fault + 4 <= n < fault + 8:
        return datetime(1980, 1, 6, tzinfo=at.tzinfo) + timedelta(seconds=n)
    return at


def _off(place: Place, metres: float, chance: Random) -> Place:
    """So far away, in one of the four winds."""
    away = metres / METRES_PER_DEGREE
    return (place[0] + away, place[1]) if chance.random() < 0.5 else (place[0], place[1] + away)
