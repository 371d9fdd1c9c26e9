"""Where is she: the estimate, how sure it is, and the sentence an operator reads out."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from elders.models import Elder
from tests import cast
from tracking import devices, geo, weighing
from tracking.locate import Estimate, best_location
from tracking.models import Clock, Device, Position
from tracking.weighing import Sighting

pytestmark = pytest.mark.django_db
HOME = (30.2741, 120.1551)
HALF_A_KILOMETRE_NORTH = HOME[0] + 0.0045
FIXED_LINE = "+8657187654321"


@pytest.fixture
def mei() -> Elder:
    return cast.mei()


def at(watch: Device, now: datetime, *, age_s: float, lat: float = HOME[0], **more: Any) -> None:
    """The watch was last at `lat`, on Mei's longitude, `age_s` ago, give or take ten metres."""
    fixed_at = now - timedelta(seconds=age_s)
    columns = {"lat": lat, "lon": HOME[1], "accuracy_m": 10, "fixed_at": fixed_at, **more}
    Device.objects.filter(pk=watch.pk).update(**columns)


def locate(mei: Elder, now: datetime, **more: Any) -> Estimate:
    estimate = best_location(mei, now=now, **more)
    assert estimate is not None
    return estimate


def said(estimate: Estimate, language: str = "en") -> str:
    with translation.override(language):
        return estimate.text


def test_without_any_word_of_her_she_may_be_at_home(mei, now):
    estimate = locate(mei, now)
    assert (estimate.lat, estimate.lon) == HOME
    assert (estimate.source, estimate.confidence, estimate.age_s) == ("home", "low", None)
    assert said(estimate) == "No recent position. Home: 12 Willow Lane."
    assert "柳巷12号" in said(estimate, "zh-hans")


def test_without_a_home_and_a_fix_nobody_knows(now):
    assert best_location(Elder.objects.create(name="Nobody Knows"), now=now) is None


def test_a_fresh_fix_near_home_is_sure(mei, now):
    at(cast.watch(mei), now, age_s=40)
    estimate = locate(mei, now)
    assert (estimate.source, estimate.confidence, estimate.age_s) == ("device", "high", 40)
    assert estimate.alternative is None
    assert said(estimate) == ("Seen 40 seconds ago: at home, 12 Willow Lane, give or take 10 m.")


def test_a_fix_far_from_home_shows_both(mei, now):
    at(cast.watch(mei), now, age_s=40, lat=HALF_A_KILOMETRE_NORTH)
    estimate = locate(mei, now)
    assert estimate.source == "device"
    assert estimate.alternative is not None
    assert estimate.alternative.source == "home"
    assert said(estimate) == (
        "Seen 40 seconds ago: 500 m north of home (12 Willow Lane), give or take 10 m."
        " Home is 500 m away: ask."
    )


def test_a_fix_older_than_ten_minutes_is_only_the_last_known(mei, now):
    watch = cast.watch(mei)
    at(watch, now, age_s=600)
    assert locate(mei, now).confidence == "high"
    at(watch, now, age_s=601)
    estimate = locate(mei, now)
    assert (estimate.confidence, estimate.is_last_known) == ("low", True)
    assert said(estimate).startswith("Last known, 10 minutes ago: ")


def test_after_half_a_day_home_is_the_better_guess(mei, now):
    at(cast.watch(mei), now, age_s=13 * 3600, lat=HALF_A_KILOMETRE_NORTH)
    estimate = locate(mei, now)
    assert (estimate.source, estimate.confidence) == ("home", "low")
    assert estimate.alternative is not None
    assert said(estimate).endswith("But the device was 500 m away 13 hours ago: ask.")


@pytest.mark.parametrize(
    ("changes", "confidence"),
    [
        ({"accuracy_m": None}, "medium"),
        ({"accuracy_m": 500}, "medium"),
        ({"accuracy_m": 5000}, "low"),
        ({"valid": False}, "low"),
        ({"clock": Clock.AHEAD}, "low"),
    ],
)
def test_a_coarse_or_doubtful_fix_is_less_sure(mei, now, changes, confidence):
    at(cast.watch(mei), now, age_s=40, **changes)
    assert locate(mei, now).confidence == confidence


@pytest.mark.parametrize(
    ("doubt", "confidence"), [("", "high"), ("jump", "low"), ("swapped", "low")]
)
def test_a_fix_that_nobody_may_have_travelled_to_is_not_sure(mei, now, doubt, confidence):
    watch = cast.watch(mei)
    at(watch, now, age_s=40)
    watch.refresh_from_db()
    facts = {"lat": watch.lat, "lon": watch.lon, "accuracy_m": 10, "fixed_at": watch.fixed_at}
    Position.objects.create(device=watch, received_at=now, stored_at=now, doubt=doubt, **facts)
    assert locate(mei, now).confidence == confidence


def test_of_two_devices_the_one_that_leaves_less_doubt_is_believed(mei, now):
    at(cast.watch(mei, "old but exact"), now, age_s=600)
    at(cast.watch(mei, "new"), now, age_s=5, lat=HALF_A_KILOMETRE_NORTH, accuracy_m=20)
    assert locate(mei, now).lat == HALF_A_KILOMETRE_NORTH


def test_where_a_watch_was_before_she_had_it_says_nothing_of_her(mei, now):
    watch = cast.watch(cast.lan())
    at(watch, now, age_s=60, lat=HALF_A_KILOMETRE_NORTH)
    devices.link(watch, elder=mei, now=now - timedelta(seconds=30))
    assert locate(mei, now).source == "home"


def test_a_watch_taken_back_says_nothing_of_her_either(mei, now):
    watch = cast.watch(mei)
    at(watch, now, age_s=60)
    devices.unlink(watch, now=now - timedelta(seconds=10))
    assert locate(mei, now).source == "home"


def test_a_call_from_her_own_fixed_line_says_that_she_is_at_home(mei, now):
    cast.line(mei, FIXED_LINE)
    at(cast.watch(mei), now, age_s=40, lat=HALF_A_KILOMETRE_NORTH)
    estimate = locate(mei, now, calling_from=FIXED_LINE)
    assert (estimate.source, estimate.confidence) == ("line", "medium")
    assert said(estimate) == (
        "Calling from the line at home: 12 Willow Lane."
        " But the device was 500 m away 40 seconds ago: ask."
    )
    Device.objects.update(fixed_at=now - timedelta(hours=2))
    assert locate(mei, now, calling_from=FIXED_LINE).confidence == "high"


@pytest.mark.parametrize("number", [cast.MEI_NUMBER, "", "rubbish", "+8657100000000"])
def test_a_mobile_or_foreign_number_says_nothing_of_where_she_is(mei, now, number):
    assert locate(mei, now, calling_from=number).source == "home"


def test_without_a_home_the_place_is_told_in_degrees(now):
    mei = cast.mei(lat=None, lon=None, address="", address_zh="")
    at(cast.watch(mei), now, age_s=40)
    assert said(locate(mei, now)) == "Seen 40 seconds ago: 30.27410, 120.15510, give or take 10 m."


@given(age_s=st.floats(0, 1e6), older_s=st.floats(1, 1e6), accuracy_m=st.floats(0, 1e5))
def test_doubt_grows_with_age_and_confidence_never_does(age_s, older_s, accuracy_m):
    now = datetime.fromisoformat("2026-03-10T01:30:00+00:00")
    new = Sighting(*HOME, accuracy_m, now - timedelta(seconds=age_s))
    old = Sighting(*HOME, accuracy_m, now - timedelta(seconds=age_s + older_s))
    assert old.doubt_m(now=now) > new.doubt_m(now=now)
    assert min([old, new], key=lambda one: one.doubt_m(now=now)) is new
    order = ["low", "medium", "high"]
    assert order.index(weighing.confidence(old, now=now)) <= order.index(
        weighing.confidence(new, now=now)
    )


def test_geometry_knows_a_kilometre_and_a_compass():
    away = geo.leg(*HOME, HOME[0], HOME[1] + 0.0104)
    assert away.distance_m == pytest.approx(1000, rel=0.01)
    assert geo.octant(away.course) == 2
    assert geo.octant(359) == geo.octant(1) == 0
    assert geo.is_nowhere(0.0, -0.0)
    assert not geo.is_nowhere(0.0, 120.0)
