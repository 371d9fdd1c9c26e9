"""GCJ-02 and BD-09: known places, and there and back again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import geo
from tracking.datums import BD09, GCJ02, WGS84, from_wgs84, to_wgs84

# Well within the rectangle, so that a shifted place is still in it.
LATITUDES, LONGITUDES = st.floats(3, 54), st.floats(73.5, 135)


def apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    return geo.distance_m(one[0], one[1], other[0], other[1])


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        # Beijing railway station in the documentation of geoChina, and the example in that of
        # evil_transform for Elixir.
        ((39.90105, 116.42079), (39.90245, 116.42703)),
        ((31.280844, 120.596931), (31.278648624428175, 120.60109998322247)),
    ],
)
def test_known_places_are_where_maps_show_them(wgs84, gcj02):
    assert apart_m(from_wgs84(wgs84[0], wgs84[1], GCJ02), gcj02) < 2
    assert apart_m(to_wgs84(gcj02[0], gcj02[1], GCJ02), wgs84) < 2


def test_baidu_turns_further():
    """Tian'anmen as the coordtransform library has it in its own documentation."""
    gcj02, bd09 = (39.915, 116.404), (39.92133699351022, 116.41036949371029)
    wgs84 = to_wgs84(gcj02[0], gcj02[1], GCJ02)
    assert apart_m(from_wgs84(wgs84[0], wgs84[1], BD09), bd09) < 1
    assert apart_m(to_wgs84(bd09[0], bd09[1], BD09), wgs84) < 1


@given(LATITUDES, LONGITUDES, st.sampled_from([GCJ02, BD09]))
def test_there_and_back_ends_where_it_began(lat, lon, datum):
    shown = from_wgs84(lat, lon, datum)
    assert apart_m(to_wgs84(shown[0], shown[1], datum), (lat, lon)) < 0.01


@given(LATITUDES, LONGITUDES)
def test_the_shift_is_hundreds_of_metres(lat, lon):
    assert 20 < apart_m(from_wgs84(lat, lon, GCJ02), (lat, lon)) < 1_500


@pytest.mark.parametrize("place", [(48.85, 2.29), (-33.9, 151.2), (35.68, 139.69), (0.5, 110)])
@pytest.mark.parametrize("datum", [WGS84, GCJ02, BD09])
def test_outside_china_nothing_moves(place, datum):
    lat, lon = place
    assert to_wgs84(lat, lon, datum) == from_wgs84(lat, lon, datum) == place


@given(LATITUDES, LONGITUDES)
def test_wgs84_is_left_alone(lat, lon):
    assert to_wgs84(lat, lon, WGS84) == (lat, lon)
