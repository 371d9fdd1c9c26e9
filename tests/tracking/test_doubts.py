"""What speaks against a fix, and a track as a line to look at."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import doubts, geo
from tracking.doubts import Point, doubt, smooth
from tracking.messages import Fix, Message
from tracking.models import Position, Protocol
from tracking.reception import Sender, receive

NOW = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)
HOME = Point(30.2741, 120.1551, NOW - timedelta(seconds=60), 10)
LHASA = Point(29.65, 89.1, NOW - timedelta(seconds=60), 10)


def point(lat: float, lon: float, *, age_s: float = 0, accuracy_m: float | None = 10) -> Point:
    return Point(lat, lon, NOW - timedelta(seconds=age_s), accuracy_m)


@pytest.mark.parametrize(
    ("fix", "before", "said"),
    [
        (point(30.2741, 120.1551), HOME, ""),
        (point(30.2741, 120.1551), None, ""),
        (point(30.2941, 120.1551), HOME, ""),  # two kilometres in a minute, by train
        (point(30.3741, 120.1551), HOME, "jump"),
        (point(31.2741, 120.1551, age_s=3), HOME, "jump"),
        (point(30.3741, 120.1551, accuracy_m=20_000), HOME, ""),
        (point(89.1, 29.65), LHASA, "swapped"),
        (point(30.2741, 120.1551, age_s=3700), None, "stale"),
        (point(30.2741, 120.1551, age_s=3500), None, ""),
    ],
)
def test_a_fix_is_doubted_for_its_reason(fix, before, said):
    assert doubt(fix, before, received_at=NOW) == said


@given(st.floats(-60, 60), st.floats(-170, 170), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_the_rough_distance_is_about_the_exact_one(lat, lon, north, east):
    one, other = point(lat, lon), point(lat + north, lon + east)
    exact = geo.distance_m(one.lat, one.lon, other.lat, other.lon)
    assert doubts.roughly_m(one, other) == pytest.approx(exact, rel=0.01, abs=1)


def test_across_the_date_line_it_is_near():
    assert doubts.roughly_m(point(0, 179.999), point(0, -179.999)) < 300


@pytest.mark.django_db
def test_the_doubt_stands_on_the_position_and_decides_nothing(notebook):
    def hear(lat: float, age_s: float) -> str:
        fix = Fix(lat, 120.15, NOW - timedelta(seconds=age_s), 10)
        receive([Message("watch", fix=fix)], sender=Sender(Protocol.OSMAND), now=NOW)
        position = Position.objects.get(fixed_at=fix.fixed_at)
        assert position.device.fixed_at == fix.fixed_at
        return position.doubt

    assert hear(30.27, 7200) == "stale"
    assert hear(30.27, 60) == ""
    assert hear(32.27, 50) == "jump"


def test_a_latitude_beyond_the_poles_is_turned_round_and_labelled(notebook, db):
    said = (120.15, 30.27)
    message = Message("watch", fix=Fix(*said, NOW, 10))
    receive([message], sender=Sender(Protocol.OSMAND), now=NOW)
    position = Position.objects.get()
    assert (position.lat, position.lon, position.doubt) == (said[1], said[0], "swapped")
    assert (position.device.lat, position.device.lon) == (said[1], said[0])


@pytest.mark.parametrize(
    ("lat", "lon", "kept"),
    [(120.15, 30.27, 1), (120.15, 99, 0), (91, 0, 0), (181, 30, 0), (30.27, 120.15, 1)],
)
def test_over_http_only_what_is_on_earth_either_way_is_taken(send, lat, lon, kept):
    answer = send(id="watch", lat=lat, lon=lon)
    assert answer.status_code == (200 if kept else 400)
    assert Position.objects.count() == kept


def walk(steps: int) -> list[Point]:
    return [point(30.27 + n * 1e-5, 120.15, age_s=10 * (steps - n)) for n in range(steps)]


def test_a_single_outlier_leaves_no_trace_in_the_line():
    track = walk(20)
    wrong = [*track[:10], point(31.5, 121.5, age_s=10 * 10 - 5), *track[10:]]
    assert smooth(wrong) == smooth(track)


def test_a_journey_is_not_an_outlier():
    there = [point(31.27, 121.15, age_s=50 - n) for n in range(10)]
    line = smooth([*walk(20)[:10], *there])
    assert (line[-1].lat, line[-1].lon) == (31.27, 121.15)


@given(st.lists(st.floats(-1e-4, 1e-4), max_size=30))
def test_the_line_stays_within_what_was_said_and_ends_where_it_ended(noise):
    track = [point(30.27 + off, 120.15, age_s=10 * (50 - n)) for n, off in enumerate(noise)]
    line = smooth(track)
    assert len(line) == len(track)
    if track:
        assert (line[0], line[-1]) == (track[0], track[-1])
        assert min(p.lat for p in track) <= min(p.lat for p in line)
        assert max(p.lat for p in line) <= max(p.lat for p in track)
