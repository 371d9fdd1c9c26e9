"""What is at a place, in words: of the town's landmarks, or of a geocoder that nobody waits for."""

from datetime import timedelta

import pytest
from django.utils import translation
from geopy.exc import GeocoderTimedOut
from geopy.location import Location

from config import checks
from config.town import Town, landmarks
from tests import cast
from tracking import addresses, locate
from tracking.models import Address, Device, Landmark

pytestmark = pytest.mark.django_db


class Geocoder:
    """Stands where a service of somebody else's would be asked; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, dict[str, object]]] = []
        self.fault: Exception | None = None

    def reverse(self, place: object, **more: object) -> Location | None:
        self.asked.append((place, more))
        if self.fault:
            raise self.fault
        return Location("7 Pear Street", (30.0, 120.0), {})


@pytest.fixture
def geocoder(settings, monkeypatch) -> Geocoder:
    it = Geocoder()
    settings.GEOCODER = "nominatim"
    monkeypatch.setattr(addresses, "geocoder", lambda: it)
    return it


@pytest.fixture
def pear_street() -> Landmark:
    return Landmark.objects.create(
        name="7 Pear Street",
        name_zh="梨街7号",
        area="Chengxi Community",
        area_zh="城西社区",
        lat=30.2790,
        lon=120.1551,
    )


def near(lat: float = 30.2786, lon: float = 120.1551) -> str:
    return addresses.near(lat, lon)


def test_the_nearest_landmark_names_a_place_in_both_languages(pear_street):
    Landmark.objects.create(name="9 Pear Street", lat=30.2798, lon=120.1551)
    assert near() == "near 7 Pear Street, Chengxi Community"
    with translation.override("zh-hans"):
        assert "梨街7号" in near()
        assert "城西社区" in near()
    assert near(30.2850) == ""


def test_the_sentence_of_an_estimate_names_the_place(pear_street, now):
    mei = cast.mei()
    watch = cast.watch(mei)
    Device.objects.filter(pk=watch.pk).update(
        lat=30.2786, lon=120.1551, accuracy_m=10, fixed_at=now - timedelta(seconds=40)
    )
    assert locate.best_location(mei, now=now).text == (
        "Seen 40 seconds ago: 500 m north of home (12 Willow Lane), near 7 Pear Street,"
        " Chengxi Community, give or take 10 m. Home is 500 m away: ask."
    )


def test_who_reads_a_place_does_not_wait_and_the_next_one_has_its_address(geocoder, now):
    assert near() == ""
    assert geocoder.asked == []
    assert addresses.sweep(now=now) == 1
    assert near() == "7 Pear Street"
    ((place, how),) = geocoder.asked
    assert place == (30.2786, 120.1551)
    assert how == {"timeout": addresses.DEADLINE_S, "language": "en"}
    assert addresses.sweep(now=now + timedelta(seconds=5)) == 0  # it is known now


def test_it_is_asked_once_a_second_at_most(geocoder, now):
    near()
    near(30.3)
    assert addresses.sweep(now=now) == 1
    assert addresses.sweep(now=now + timedelta(seconds=0.5)) == 0
    assert addresses.sweep(now=now + timedelta(seconds=2)) == 1


def test_one_that_does_not_answer_is_asked_three_times_and_landmarks_stand_in(
    geocoder, pear_street, now
):
    geocoder.fault = GeocoderTimedOut()
    near()
    for n in range(5):
        addresses.sweep(now=now + timedelta(seconds=5 * n))
    assert len(geocoder.asked) == 3
    assert Address.objects.get().told_at is None
    assert near() == "near 7 Pear Street, Chengxi Community"


def test_baidu_is_asked_in_its_own_datum(settings, geocoder, now):
    settings.GEOCODER = "baiduv3"
    near()
    addresses.sweep(now=now)
    ((place, how),) = geocoder.asked
    assert place[0] - 30.2786 == pytest.approx(0.0036, abs=0.002)
    assert "language" not in how


@pytest.mark.parametrize(
    ("name", "options", "fine"),
    [
        ("", {}, True),
        ("nominatim", {"domain": "127.0.0.1", "scheme": "http"}, True),
        ("baiduv3", {"api_key": "k"}, True),
        ("baiduv3", {}, False),
        ("nobody", {}, False),
    ],
)
def test_a_geocoder_that_cannot_be_is_refused_at_the_start(settings, name, options, fine):
    addresses.geocoder.cache_clear()
    settings.GEOCODER, settings.GEOCODER_OPTIONS = name, options
    found = [one for one in checks.geocoder(None) if "GEOCODER" in one.msg]
    addresses.geocoder.cache_clear()
    assert (found == []) is fine


def test_a_town_has_landmarks_with_their_community():
    landmarks.write(Town(seed=7), 50)
    landmarks.write(Town(seed=7), 50)
    assert Landmark.objects.count() == 50
    one = Landmark.objects.first()
    assert one.area.endswith("Community")
    assert near(one.lat, one.lon) == f"near {one.name}, {one.area}"
