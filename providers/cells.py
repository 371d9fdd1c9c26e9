"""Where a place lies on the H3 grid, and which cells cover the neighbourhood of a place.

One 64-bit number a worker serves every scale: cells are kept at `FINE`, and because all
descendants of a coarser cell are one unbroken run of numbers, a coarse cell is a range
on the same B-tree. Pure: no database.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import NamedTuple

import h3.api.numpy_int as h3
import numpy as np
import numpy.typing as npt
from pyproj import Geod

WGS84 = Geod(ellps="WGS84")
FloatArray = npt.NDArray[np.float64]
FINE = 10  # cells about 130 m across

# H3 resolution and rings of each disk. More rings of finer cells would fit the circle better and
# fewer be quicker to list; each level has about `GROWTH` times the area of the one before.
RESOLUTIONS, RINGS = (10, 9, 8, 7, 6, 5, 4), (4, 5, 6, 8)
LEVELS = tuple((resolution, rings) for resolution in RESOLUTIONS for rings in RINGS)
GROWTH = 1.6
SPANNED = 4  # so many foreign cells cost less to read than one more range
EVERYWHERE = len(LEVELS)

# A cell here is the union of its descendants, a fractal that bulges from its hexagon: at most
# 1/√7 + 1/7 + … = 0.61 times √3 edges from the centre, 1.053 circumradii. The rest of the
# margin is for the neighbours not being quite the size of the cell that is measured.
BULGE = 1.1

_DIGIT_BITS = 3
_FINEST = 15
_RESOLUTION_AT = 52
_UNIT = 1 << _DIGIT_BITS * (_FINEST - FINE)


@dataclass(frozen=True, slots=True)
class Disk:
    """The cells around a place. Every place nearer than `sure_m` lies in one of `ranges`.

    `ranges` are inclusive, in order, and do not touch; they may hold some cells beyond the disk.
    None means everywhere.
    """

    level: int
    ranges: list[tuple[int, int]] | None
    sure_m: float


def cell_of(lat: float, lon: float, resolution: int = FINE) -> int:
    """The cell a WGS-84 place in degrees lies in."""
    return int(h3.latlng_to_cell(lat, lon, resolution))


def disk_around(lat: float, lon: float, level: int) -> Disk:
    """The disk of a level, from 0 to `EVERYWHERE`, around a place in degrees."""
    if level == EVERYWHERE:
        return Disk(level, None, inf)
    resolution, rings = LEVELS[level]
    shape = _shape(cell_of(lat, lon, resolution), rings)
    # Whoever leaves the disk enters a cell of the next ring.
    sure_m = float(distances_m((lat, lon), shape.next_ring).min()) - shape.radius_m
    return Disk(level, shape.ranges, sure_m)


class Shape(NamedTuple):
    """What every disk around one cell shares."""

    ranges: list[tuple[int, int]]
    next_ring: FloatArray  # the middles of its cells, latitude and longitude in degrees
    radius_m: float  # how far such a cell reaches from its middle


@lru_cache(maxsize=4096)
def _shape(centre: int, rings: int) -> Shape:
    cells = h3.compact_cells(h3.grid_disk(centre, rings))
    resolution = h3.get_resolution(centre)
    gap = (1 << _DIGIT_BITS * (_FINEST - resolution)) * SPANNED + _UNIT
    ranges = _merged(sorted(_descendants(int(cell)) for cell in cells), gap)
    next_ring = np.array([h3.cell_to_latlng(cell) for cell in h3.grid_ring(centre, rings + 1)])
    corners = np.array(h3.cell_to_boundary(centre))
    radius_m = BULGE * float(distances_m(h3.cell_to_latlng(centre), corners).max())
    return Shape(ranges, next_ring, radius_m)


def distances_m(place: tuple[float, float], others: FloatArray) -> FloatArray:
    """WGS-84 geodesics from one place to many rows of latitude and longitude in degrees."""
    here = np.full(len(others), place[1]), np.full(len(others), place[0])
    return np.asarray(WGS84.inv(*here, others[:, 1], others[:, 0])[2])


def _descendants(cell: int) -> tuple[int, int]:
    """First and last number a fine cell inside `cell` can have."""
    resolution = cell >> _RESOLUTION_AT & 0xF
    below = (1 << _DIGIT_BITS * (_FINEST - resolution)) - _UNIT
    first = cell & ~(0xF << _RESOLUTION_AT) | FINE << _RESOLUTION_AT
    return first & ~below, first | below


def _merged(ranges: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Sorted ranges, joined where no more than `gap` lies between two."""
    joined = ranges[:1]
    for first, last in ranges[1:]:
        if first - joined[-1][1] <= gap:
            joined[-1] = joined[-1][0], last
        else:
            joined.append((first, last))
    return joined
