"""The demo town: the same for the same seed, all of one piece, inside its extent."""

import json
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from config.town import ANCHOR, Extent, Town, along, length_m

WORLD = Geod(ellps="WGS84")
sizes = st.sampled_from([(2000, 2000), (6000, 5000), (5000, 9000), (40000, 30000)])
seeds = st.integers(min_value=0, max_value=5)


@cache
def town(size, seed):
    return Town(width_m=size[0], height_m=size[1], seed=seed)


def spot(address):
    return address.lat, address.lon


def test_the_same_seed_makes_the_same_town():
    one, two = Town(seed=11), Town(seed=11)
    assert json.dumps(one.basemap()) == json.dumps(two.basemap())
    assert [one.address(n) for n in range(50)] == [two.address(n) for n in range(50)]
    assert list(one.cells()) == list(two.cells())
    start, end = spot(one.address(3)), spot(one.address(4))
    assert one.route(start, end) == two.route(start, end)


def test_another_seed_makes_another_town():
    assert Town(seed=11).address(0) != Town(seed=12).address(0)


@settings(max_examples=25, deadline=None)
@given(sizes, seeds, st.integers(min_value=0, max_value=500_000))
def test_every_home_lies_inside_the_extent_and_dry(size, seed, n):
    place = town(size, seed)
    home = place.address(n)
    assert place.extent.contains(home.lat, home.lon)
    assert home.number > 0
    assert home.estate.zh in home.text.zh
    assert home.street.en in home.text.en
    assert place.streets.nearest(home.lat, home.lon).off_m < 120


@settings(max_examples=25, deadline=None)
@given(sizes, seeds, st.integers(0, 2000), st.integers(0, 2000))
def test_a_route_follows_streets_from_door_to_door(size, seed, one, other):
    place = town(size, seed)
    start, end = spot(place.address(one)), spot(place.address(other))
    way = place.route(start, end)
    assert way[0] == start
    assert way[-1] == end
    for lat, lon in way[1:-1]:
        assert place.streets.nearest(lat, lon).off_m < 0.5
    _, _, straight_m = WORLD.inv(start[1], start[0], end[1], end[0])
    assert length_m(way) >= straight_m * 0.99
    longest = max((length_m(pair) for pair in pairwise(way)), default=0)
    assert longest < 1.5 * place.plan.step_m


@settings(max_examples=20, deadline=None)
@given(sizes, seeds, st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_a_route_begins_anywhere_even_outside_the_town(size, seed, north, east):
    place = town(size, seed)
    lat, lon = place.extent.centre
    way = place.route((lat + north, lon + east), spot(place.address(0)))
    assert way[0] == (lat + north, lon + east)


@settings(max_examples=30, deadline=None)
@given(sizes, seeds)
def test_the_streets_are_one_piece(size, seed):
    streets = town(size, seed).streets
    first = streets.edges[0][0]
    seen, todo = {first}, [first]
    while todo:
        for node, _ in streets.near[todo.pop()]:
            if node not in seen:
                seen.add(node)
                todo.append(node)
    assert seen == set(streets.near)
    assert len(seen) > 0.8 * len(streets.point)


@settings(max_examples=30, deadline=None)
@given(sizes, seeds)
def test_a_cells_code_begins_with_its_parents(size, seed):
    place = town(size, seed)
    codes = set()
    for cell in place.cells():
        assert cell.code not in codes
        assert cell.level == 1 or cell.parent in codes
        assert cell.name.en
        assert cell.name.zh
        codes.add(cell.code)
        if cell.level == 4:
            assert place.cell_at((cell.lat, cell.lon)) == cell.code
    assert place.cell_at(spot(place.address(5))) in codes
    assert place.cell_at((0.0, 0.0)) in codes


@pytest.mark.parametrize("size", [(6000, 5000), (90000, 80000)])
def test_the_base_map_is_small_and_inside_the_extent(size):
    place = town(size, 7)
    drawn = place.basemap()
    assert len(json.dumps(drawn, ensure_ascii=False, separators=(",", ":")).encode()) < 600_000
    kinds = {feature["properties"]["kind"] for feature in drawn["features"]}
    assert kinds | {"building"} == {"block", "park", "water", "building", "road", "label"}
    for feature in drawn["features"]:
        if feature["properties"]["kind"] == "label" and feature["properties"]["class"] != "water":
            lon, lat = feature["geometry"]["coordinates"]
            assert place.extent.contains(lat, lon)


def test_an_extent_in_degrees_is_filled():
    county = Extent(39.95, -75.7, 40.48, -75.0)
    place = Town(extent=county, seed=2)
    homes = [place.address(n) for n in range(300)]
    assert all(county.contains(home.lat, home.lon) for home in homes)
    assert max(home.lat for home in homes) - min(home.lat for home in homes) > 0.3


def test_going_along_a_way_ends_at_its_end():
    place = Town(seed=3)
    way = place.route(spot(place.address(0)), spot(place.address(1)))
    whole = length_m(way)
    assert along(way, 0) == way[0]
    assert along(way, whole + 50) == way[-1]
    half = along(way, whole / 2)
    assert place.streets.nearest(*half).off_m < 120


def test_the_default_town_lies_at_its_anchor():
    assert Town().extent.centre == pytest.approx(ANCHOR)
