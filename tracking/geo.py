"""Geometry on WGS-84, in degrees and metres. Pure."""

from typing import NamedTuple

from pyproj import Geod

_EARTH = Geod(ellps="WGS84")
_NOWHERE = 1e-4  # degrees: what a receiver without a fix says, give or take its rounding


class Leg(NamedTuple):
    """How to get from one place to another: `course` in degrees clockwise from north."""

    distance_m: float
    course: float


def is_nowhere(lat: float, lon: float) -> bool:
    """(0, 0) is what a receiver says that has no fix; there is only sea."""
    return abs(lat) < _NOWHERE and abs(lon) < _NOWHERE


def is_on_earth(lat: float, lon: float) -> bool:
    """Whether these are degrees of a place, or of one in the wrong order (`is_swapped`)."""
    return (abs(lat) <= 90 and abs(lon) <= 180) or is_swapped(lat, lon)


def is_swapped(lat: float, lon: float) -> bool:
    """Whether a latitude beyond the poles is a longitude of China. Elsewhere it is a mistake that
    nobody can put right: half of the world has no longitude by which to tell."""
    return 90 < lat <= 135 and 18 <= lon <= 54


def leg(from_lat: float, from_lon: float, to_lat: float, to_lon: float) -> Leg:
    """The shortest way over the ellipsoid."""
    course, _, distance_m = _EARTH.inv(from_lon, from_lat, to_lon, to_lat)
    return Leg(distance_m, course % 360)


def distance_m(from_lat: float, from_lon: float, to_lat: float, to_lon: float) -> float:
    """The length of the shortest way over the ellipsoid."""
    return leg(from_lat, from_lon, to_lat, to_lon).distance_m


def octant(course: float) -> int:
    """Which of the eight winds a course points to: 0 north, 1 north-east … 7 north-west."""
    return round(course / 45) % 8
