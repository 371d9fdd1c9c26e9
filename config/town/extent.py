"""The rectangle a town fills, and the flat metres inside it."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from random import Random

METRES_PER_DEGREE = 111_195.0

Point = tuple[float, float]
"""(x, y) metres east and north of the extent's centre, or (u, v) on the unbent plan."""
Place = tuple[float, float]
"""(lat, lon) in WGS-84 degrees."""


def dice(*key: object) -> Random:
    """A source of chance that is the same for the same key, on every machine."""
    return Random(":".join(map(str, key)))  # noqa: S311 — a town, not a secret


@dataclass(frozen=True)
class Extent:
    """South, west, north and east in degrees. Flat metres hold for a few hundred kilometres."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def around(cls, lat: float, lon: float, *, width_m: float, height_m: float) -> Extent:
        """The rectangle of that size with (lat, lon) in its middle."""
        tall = height_m / 2 / METRES_PER_DEGREE
        wide = width_m / 2 / (METRES_PER_DEGREE * cos(radians(lat)))
        return cls(lat - tall, lon - wide, lat + tall, lon + wide)

    @property
    def centre(self) -> Place:
        return (self.south + self.north) / 2, (self.west + self.east) / 2

    @property
    def _metres_per_lon(self) -> float:
        return METRES_PER_DEGREE * cos(radians(self.centre[0]))

    @property
    def width_m(self) -> float:
        return (self.east - self.west) * self._metres_per_lon

    @property
    def height_m(self) -> float:
        return (self.north - self.south) * METRES_PER_DEGREE

    def metres(self, lat: float, lon: float) -> Point:
        """Where a place lies, in metres from the centre."""
        lat0, lon0 = self.centre
        return (lon - lon0) * self._metres_per_lon, (lat - lat0) * METRES_PER_DEGREE

    def place(self, x: float, y: float) -> Place:
        """The place at metres from the centre."""
        lat0, lon0 = self.centre
        return lat0 + y / METRES_PER_DEGREE, lon0 + x / self._metres_per_lon

    def contains(self, lat: float, lon: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lon <= self.east
