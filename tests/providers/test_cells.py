from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.cells import EVERYWHERE, LEVELS, WGS84, cell_of, disk_around

lats = st.floats(-85, 85)
lons = st.floats(-180, 180)


@given(
    lat=lats,
    lon=lons,
    level=st.integers(0, EVERYWHERE - 1),
    bearing=st.floats(0, 360),
    part=st.floats(0, 1),
)
def test_whoever_is_surely_near_lies_in_the_disk(lat, lon, level, bearing, part):
    disk = disk_around(lat, lon, level)
    lon_there, lat_there, _ = WGS84.fwd(lon, lat, bearing, disk.sure_m * part)
    cell = cell_of(lat_there, lon_there)
    assert any(first <= cell <= last for first, last in disk.ranges or [])


@given(lat=lats, lon=lons, level=st.integers(0, EVERYWHERE - 1))
def test_a_disk_is_sure_of_a_good_part_of_itself(lat, lon, level):
    """A bound that were always right and always tiny would widen for ever."""
    edges_m = {10: 75, 9: 200, 8: 530, 7: 1400, 6: 3700, 5: 9850, 4: 26000}  # of an average cell
    resolution, rings = LEVELS[level]
    assert disk_around(lat, lon, level).sure_m > 0.5 * rings * edges_m[resolution]


@pytest.mark.parametrize("level", range(EVERYWHERE))
def test_ranges_are_in_order_and_do_not_touch(level):
    ranges = disk_around(30.2741, 120.1551, level).ranges or []
    assert ranges
    assert all(first <= last for first, last in ranges)
    assert all(before[1] < after[0] for before, after in pairwise(ranges))


def test_levels_widen_to_everywhere():
    sure = [disk_around(30.2741, 120.1551, level).sure_m for level in range(EVERYWHERE + 1)]
    assert sure == sorted(sure)
    assert sure[-1] == inf
