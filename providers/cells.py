"""Where a place lies on the H3 grid, and which cells cover the neighbourhood of a place.

One 64-bit number a worker serves every scale: cells are kept at `FINE`, and because all
descendants of a coarser cell are one unbroken run of numbers, a coarse cell is a range
on the same B-tree. Pure: no database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import h3.api.numpy_int as h3
import numpy as np
import numpy.typing as npt
from pyproj import Geod

WGS84 = Geod(ellps="WGS84")
FloatArray = npt.NDArray[np.float64]
FINE = 10  # cells about 130 m across

# H3 resolution and rings of each disk: every level has about twice the area of the one before.
LEVELS = tuple((resolution, rings) for resolution in (9, 8, 7, 6, 5, 4) for rings in (2, 3, 4))
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

    `ranges` are inclusive, in order, and do not touch; None means everywhere.
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
    centre = cell_of(lat, lon, resolution)
    cells = h3.compact_cells(h3.grid_disk(centre, rings))
    ranges = _merged(sorted(_descendants(int(cell)) for cell in cells))
    return Disk(level, ranges, _inradius_m(lat, lon, centre, rings))


def _inradius_m(lat: float, lon: float, centre: int, rings: int) -> float:
    """How far from the place one must go, at least, to leave a disk of so many rings.

    Whoever leaves the disk enters a cell of the next ring.
    """
    outside = [h3.cell_to_latlng(cell) for cell in h3.grid_ring(centre, rings + 1)]
    middle = h3.cell_to_latlng(centre)
    radius_m = BULGE * distances_m(middle, h3.cell_to_boundary(centre)).max()
    return float(distances_m((lat, lon), outside).min() - radius_m)


def distances_m(place: tuple[float, float], others: Sequence[tuple[float, float]]) -> FloatArray:
    """WGS-84 geodesics from one place to many, all in degrees."""
    lats, lons = np.array(others).T
    here = np.full(len(others), place[1]), np.full(len(others), place[0])
    return np.asarray(WGS84.inv(*here, lons, lats)[2])


def _descendants(cell: int) -> tuple[int, int]:
    """First and last number a fine cell inside `cell` can have."""
    resolution = cell >> _RESOLUTION_AT & 0xF
    below = (1 << _DIGIT_BITS * (_FINEST - resolution)) - _UNIT
    first = cell & ~(0xF << _RESOLUTION_AT) | FINE << _RESOLUTION_AT
    return first & ~below, first | below


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted ranges with neighbours joined: fewer probes into the B-tree."""
    joined = ranges[:1]
    for first, last in ranges[1:]:
        if first == joined[-1][1] + _UNIT:
            joined[-1] = joined[-1][0], last
        else:
            joined.append((first, last))
    return joined
