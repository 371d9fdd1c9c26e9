"""Zones: how far out, on which side, when a crossing is believed and when it is an alarm."""

import json
import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import geo, zoning
from tracking.zoning import Rule, Shape, Side, Stand, outside_m, settle, shape_of, side_of, step

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "geofence.jsonl"
TOWN = ZoneInfo("Asia/Shanghai")
HOME = Shape(((30.2741, 120.1551),), 150)
NORTH_M = 1 / 110_870  # degrees of latitude a metre, at 30° north
T0 = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)
NIGHT = Rule(Side.OUTSIDE, time(22), time(6), 3 * 3600)


def vectors() -> list[object]:
    if not VECTORS.exists():
        absent = pytest.mark.skip(reason=f"not run: {VECTORS.name} of shared/vectors is not here")
        return [pytest.param(None, marks=absent)]
    rows = [json.loads(line) for line in VECTORS.read_text("utf-8").splitlines()]
    return [pytest.param(row, id=f"{row['shape']}-{n}") for n, row in enumerate(rows)]


@pytest.mark.parametrize("row", vectors())
def test_every_public_fence_holds_and_is_crossed_as_stated(row):
    numbers = [float(one) for one in re.findall(r"-?\d+\.?\d*", row["wkt_lat_lon"])]
    if row["shape"] == "circle":
        shape = Shape(((numbers[0], numbers[1]),), numbers[2])
    else:
        corners = tuple(zip(numbers[::2], numbers[1::2], strict=True))
        reach = row["polyline_distance_m"] or 0.0
        shape = Shape(corners, reach, is_area=row["shape"] == "polygon")
    if row["op"] == "containsPoint":
        assert (outside_m(shape, *row["args"]) <= 0) is row["expected"]
        return
    lat, lon, to_lat, to_lon = row["args"]
    steps = [n / 2000 for n in range(2001)]
    nearest_m = min(
        outside_m(shape, lat + (to_lat - lat) * part, lon + (to_lon - lon) * part) for part in steps
    )
    length_m = geo.distance_m(lat, lon, to_lat, to_lon)
    assert (nearest_m <= length_m / 2000) is row["expected"]


@given(st.floats(-70, 70), st.floats(-180, 180), st.floats(-0.05, 0.05), st.floats(-0.05, 0.05))
def test_the_distance_to_a_circle_is_the_one_on_the_ellipsoid(lat, lon, north, east):
    exact = geo.distance_m(lat, lon, lat + north, lon + east)
    off = outside_m(Shape(((lat + north, lon + east),), 0), lat, lon)
    assert off == pytest.approx(exact, rel=1e-3, abs=0.5)


def at_m(metres: float, accuracy_m: float | None = 10) -> Side | None:
    return side_of(HOME, 30.2741 + metres * NORTH_M, 120.1551, accuracy_m)


@pytest.mark.parametrize(
    ("metres", "accuracy_m", "side"),
    [
        (0, 10, "inside"),
        (149, 10, "inside"),
        (160, 10, None),  # over the fence, within the margin
        (205, 10, None),
        (215, 10, "outside"),
        (305, 100, "outside"),
        (295, 100, None),  # the error may be all of it
        (0, 151, None),  # too coarse to say that she is back
        (5_000, 60_000, None),
        (5_300, 60_000, "outside"),  # no error hides her for ever
        (290, None, None),
        (305, None, "outside"),
    ],
)
def test_a_fix_says_a_side_only_when_its_error_allows(metres, accuracy_m, side):
    assert at_m(metres, accuracy_m) == side


IN, OUT = Side.INSIDE, Side.OUTSIDE
NOWHERE = Stand()


def walk(*said: tuple[float, Side | None], stand: Stand = NOWHERE) -> Stand:
    for second, says in said:
        stand = step(stand, says, T0 + timedelta(seconds=second))
    return stand


@pytest.mark.parametrize(
    ("said", "side", "since_s"),
    [
        ([(0, IN)], IN, 0),
        ([(0, OUT)], OUT, 0),
        ([(0, IN), (60, OUT)], IN, 0),  # one fix is not believed
        ([(0, IN), (60, OUT), (100, OUT)], IN, 0),  # nor are two in a minute
        ([(0, IN), (60, OUT), (120, OUT)], OUT, 60),  # since the first of them
        ([(0, IN), (60, OUT), (90, IN), (130, OUT)], IN, 0),  # it wavers
        ([(0, IN), (60, OUT), (90, None), (130, OUT)], OUT, 60),  # a coarse one denies nothing
        ([(0, IN), (60, OUT), (30, IN), (120, OUT)], OUT, 60),  # a late one is no news
        ([(0, IN), (600, OUT), (1200, OUT)], OUT, 600),
        ([(0, None)], None, None),
    ],
)
def test_a_crossing_is_believed_when_it_lasts(said, side, since_s):
    stand = walk(*said)
    assert stand.side == side
    assert stand.since == (None if since_s is None else T0 + timedelta(seconds=since_s))


def test_a_lone_fix_is_believed_when_nothing_more_is_heard():
    stand = walk((0, IN), (60, OUT))
    assert settle(stand, now=T0 + timedelta(seconds=959)).side == IN
    gone = settle(stand, now=T0 + timedelta(seconds=960))
    assert (gone.side, gone.since, gone.leaning_since) == (OUT, T0 + timedelta(seconds=60), None)


seconds = st.integers(0, 5_000)
sides = st.sampled_from([IN, OUT, None])


@given(st.lists(st.tuples(seconds, sides), max_size=30))
def test_whatever_is_said_the_stand_is_sound(said):
    stand = Stand()
    for second, says in said:
        at = T0 + timedelta(seconds=second)
        after = step(stand, says, at)
        assert after.seen_at is not None
        assert stand.seen_at is None or after.seen_at >= stand.seen_at
        if stand.side and after.side is not stand.side:  # a crossing was said, and long enough
            assert says is after.side
            assert stand.leaning_since
            assert at - stand.leaning_since >= timedelta(seconds=zoning.DWELL_S)
            assert after.since == stand.leaning_since
        assert after.leaning_since is None or after.side is not None
        stand = after


@given(st.lists(st.tuples(seconds, sides), max_size=20))
def test_told_again_or_late_it_changes_nothing(said):
    stand = walk(*sorted(said, key=lambda one: one[0]))
    assert walk(*said, stand=stand) == stand


@given(st.lists(st.integers(0, 59), min_size=1, max_size=40))
def test_a_watch_that_is_back_within_a_minute_never_leaves(outside_s):
    said: list[tuple[float, Side | None]] = [(0, IN)]
    for n, second in enumerate(outside_s):
        said += [(60 * n + 1 + part * second / 60, OUT) for part in (0, 1)] + [(60 * n + 60, IN)]
    assert walk(*said).side is IN


def town(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=TOWN)


@pytest.mark.parametrize(
    ("since", "crossed", "due"),
    [
        (town(10, 2), True, town(10, 2)),  # at night, at once
        (town(10, 23, 30), True, town(10, 23, 30)),
        (town(10, 2), False, town(10, 2, 30)),  # out when we first looked
        (town(10, 9), True, town(10, 12)),  # by day, after three hours
        (town(10, 20), True, town(10, 22, 30)),  # when the night begins, and a little later
        (town(10, 6), True, town(10, 9)),
    ],
)
def test_it_is_an_alarm_at_night_or_when_she_stays_away(since, crossed, due):
    assert zoning.alarm_at(NIGHT, since.astimezone(UTC), crossed=crossed, town=TOWN) == due


def test_the_same_hour_twice_is_the_whole_day():
    always = replace_hours(NIGHT, time(0), time(0))
    assert zoning.alarm_at(always, town(10, 15), crossed=True, town=TOWN) == town(10, 15)


def test_without_a_longest_only_the_hours_count():
    rule = NIGHT._replace(longest_s=None)
    assert zoning.alarm_at(rule, town(10, 9), crossed=True, town=TOWN) == town(10, 22, 30)


def replace_hours(rule: Rule, begin: time, end: time) -> Rule:
    return rule._replace(watched_from=begin, watched_until=end)


clocks = st.times(timezones=st.none()).map(lambda one: one.replace(microsecond=0))


@given(clocks, clocks, st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.booleans())
def test_being_out_always_becomes_an_alarm_in_time(begin, end, when, crossed):
    since = when.replace(tzinfo=UTC)
    rule = replace_hours(NIGHT, begin, end)._replace(longest_s=None)
    due = zoning.alarm_at(rule, since, crossed=crossed, town=TOWN)
    assert since <= due <= since + timedelta(days=1, seconds=zoning.LATE_S)
    longest = zoning.alarm_at(replace_hours(NIGHT, begin, end), since, crossed=crossed, town=TOWN)
    assert longest <= since + timedelta(hours=3)


def test_longer_than_usual_is_half_as_long_again_as_nine_in_ten():
    assert zoning.usual_s([3600] * 6) == zoning.USUAL_AT_FIRST_S
    assert zoning.usual_s([600] * 20) == zoning.USUAL_LEAST_S
    assert zoning.usual_s([4 * 3600] * 20) == 6 * 3600


@pytest.mark.parametrize(
    ("corners", "radius_m"),
    [
        ([], 100),
        ("30,120", 100),
        ([[30.0]], 100),
        ([[91.0, 120.0]], 100),
        ([[True, 120.0]], 100),
        ([["30", 120.0]], 100),
        ([[30.0, 120.0]], 0),
        ([[float("nan"), 120.0]], 100),
    ],
)
def test_what_is_no_shape_is_refused(corners, radius_m):
    with pytest.raises(ValueError, match=r"must"):
        shape_of(corners, radius_m)
