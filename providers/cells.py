"""Where a place lies on the H3 grid, and which cells cover the neighbourhood of a place.

One 64-bit number a worker serves every scale: cells are kept at `FINE`, and because all
descendants of a coarser cell are one unbroken run of numbers, a coarse cell is a range
on the same B-tree. Pure: no database.
"""

import h3.api.numpy_int as h3

FINE = 10  # cells about 130 m across


def cell_of(lat: float, lon: float) -> int:
    """The fine cell a WGS-84 place in degrees lies in."""
    return int(h3.latlng_to_cell(lat, lon, FINE))
