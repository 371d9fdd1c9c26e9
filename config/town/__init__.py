"""A fictional bilingual town of any size around any place: streets, homes, grid cells, base map.

    town = Town(width_m=6000, height_m=5000, seed=7)
    home, shop = town.address(0), town.address(1)
    way = town.route((shop.lat, shop.lon), (home.lat, home.lon))
    point = along(way, 250)                     # 250 m down the way
    cells = list(town.cells())                  # four levels, parents first
    geojson = town.basemap()

The same arguments make the same town on every machine. Pure: no Django, no clock, no files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import cos, hypot, radians
from typing import Any

from config.town.addresses import Address, Addresses
from config.town.basemap import Basemap
from config.town.extent import METRES_PER_DEGREE, Extent, Place
from config.town.grid import Cell, Grid
from config.town.plan import Plan
from config.town.streets import Streets
from config.town.words import Name

ANCHOR: Place = (31.467, 104.679)

__all__ = ["ANCHOR", "Address", "Cell", "Extent", "Name", "Place", "Town", "along", "length_m"]


class Town:
    """Size in metres around an anchor, or an `extent` in degrees; from 2 km to 200 km wide."""

    def __init__(
        self,
        *,
        anchor: Place = ANCHOR,
        width_m: float = 6000,
        height_m: float = 5000,
        extent: Extent | None = None,
        seed: int = 7,
    ) -> None:
        self.extent = extent or Extent.around(*anchor, width_m=width_m, height_m=height_m)
        self.seed = seed
        self.plan = Plan(self.extent, seed)
        self.streets = Streets(self.plan)
        self.grid = Grid(self.extent, seed)
        self._addresses = Addresses(self.plan, self.streets)

    def address(self, n: int) -> Address:
        """The nth address, the same each time; ask for as many as there are people."""
        return self._addresses.nth(n)

    def route(self, start: Place, end: Place) -> list[Place]:
        """The way along streets from one place to another, both ends included."""
        return self.streets.route(start, end)

    def cells(self) -> Iterator[Cell]:
        """The grid cells of all four levels, parents before children."""
        return self.grid.cells()

    def cell_at(self, place: Place) -> str:
        """The code of the level-4 cell that a place lies in."""
        return self.grid.code_at(place)

    def basemap(self) -> dict[str, Any]:
        """The base map as a GeoJSON FeatureCollection."""
        return Basemap(self.plan, self.streets, self.grid).collection()


def length_m(way: Sequence[Place]) -> float:
    """Metres along a way."""
    return sum(_step_m(a, b) for a, b in pairwise(way))


def along(way: Sequence[Place], metres: float) -> Place:
    """The place that many metres down a way; its end when the way is shorter."""
    left = max(0.0, metres)
    for a, b in pairwise(way):
        step = _step_m(a, b)
        if left <= step and step > 0:
            part = left / step
            return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
        left -= step
    return way[-1]


def _step_m(a: Place, b: Place) -> float:
    east = (b[1] - a[1]) * cos(radians((a[0] + b[0]) / 2))
    return METRES_PER_DEGREE * hypot(b[0] - a[0], east)
