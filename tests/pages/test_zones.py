"""Zones as her family and operators see and draw them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from elders.consent import Scope
from elders.models import AccessEntry, User
from tests import cast
from tracking.models import Zone, ZoneCrossing

pytestmark = pytest.mark.django_db
TYPED = {
    "kind": "home",
    "name": "Home",
    "lat": "30.2741",
    "lon": "120.1551",
    "radius_m": "200",
    "watched_from": "21:00",
    "watched_until": "06:30",
    "longest_h": "2.5",
}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def test_her_son_draws_a_zone_when_she_lets_him_know_where_she_is(mei):
    client = signed_in(cast.ka_ming(mei, Scope.WHEREABOUTS))
    answer = client.post(f"/zones/elders/{mei.pk}/", TYPED)
    assert answer.status_code == 302
    zone = Zone.objects.get()
    assert (zone.elder, zone.corners, zone.radius_m) == (mei, [[30.2741, 120.1551]], 200)
    assert (f"{zone.watched_from:%H:%M}", zone.longest_s) == ("21:00", 9000)
    page = client.get(answer["Location"]).content.decode()
    assert "21:00 – 06:30" in page
    assert "At other hours an alarm after 2.5 hours." in page
    assert AccessEntry.objects.filter(elder=mei, purpose="drew a zone").exists()
    assert "Home" in client.get("/family/").content.decode()


def test_without_her_consent_it_is_not_his_and_he_hears_of_no_zone(mei):
    Zone.objects.create(elder=mei, name="the river", corners=[[30.2, 120.1]])
    client = signed_in(cast.ka_ming(mei, Scope.REQUESTS))
    assert client.get(f"/zones/elders/{mei.pk}/").status_code == 404
    assert "river" not in client.get("/family/").content.decode()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("lat", "95"),
        ("radius_m", "5"),
        ("watched_from", "25:00"),
        ("longest_h", "0"),
        ("kind", "x"),
    ],
)
def test_what_cannot_be_meant_is_named_and_kept_on_the_page(mei, field, typed):
    client = signed_in(cast.ka_ming(mei, Scope.WHEREABOUTS))
    answer = client.post(f"/zones/elders/{mei.pk}/", TYPED | {field: typed})
    assert answer.status_code == 400
    assert 'class="error"' in answer.content.decode()
    assert not Zone.objects.exists()


def test_an_operator_switches_one_off_and_it_watches_no_more(mei):
    zone = Zone.objects.create(elder=mei, name="Home", corners=[[mei.lat, mei.lon]])
    watch, now = cast.watch(mei), timezone.now()
    left = now - timedelta(hours=1)
    ZoneCrossing.objects.create(zone=zone, device=watch, entered=False, at=left, noticed_at=now)
    zone.stands.create(device=watch, side="outside", since=left, seen_at=now, due_at=now)
    client = signed_in(cast.olive())
    page = client.get(f"/zones/elders/{mei.pk}/").content.decode()
    assert "outside" in page
    assert client.post(f"/zones/{zone.pk}/off/").status_code == 302
    assert not Zone.objects.filter(active=True).exists()
    assert not zone.stands.exists()
    assert ZoneCrossing.objects.exists()


def test_an_area_is_drawn_by_its_corners_and_stands_on_the_map(mei):
    client = signed_in(cast.ka_ming(mei, Scope.WHEREABOUTS))
    corners = "30.2741, 120.1551\r\n30.2750 120.1551\n30.2750，120.1570\n"
    said = TYPED | {"shape": "area", "corners": corners, "radius_m": "0", "lat": "", "lon": ""}
    assert client.post(f"/zones/elders/{mei.pk}/", said).status_code == 302
    zone = Zone.objects.get()
    assert zone.corners == [[30.2741, 120.1551], [30.275, 120.1551], [30.275, 120.157]]
    page = client.get(f"/zones/elders/{mei.pk}/").content.decode()
    assert '"corners": [[30.2741, 120.1551], [30.275, 120.1551], [30.275, 120.157]]' in page


@pytest.mark.parametrize(
    "said",
    [
        {"shape": "area", "corners": "30.27, 120.15\n30.28, 120.15"},
        {"shape": "area", "corners": "30.27, 120.15\n30.28\n30.29, 120.16"},
        {"shape": "area", "corners": "here\nthere\nnowhere"},
        {"shape": "area", "corners": "nan, 120\n30, 120\n31, 120"},
        {"shape": "circle", "lat": ""},
        {"shape": "circle", "radius_m": "0"},
    ],
)
def test_a_shape_that_is_none_is_named_and_draws_nothing(mei, said):
    client = signed_in(cast.ka_ming(mei, Scope.WHEREABOUTS))
    answer = client.post(f"/zones/elders/{mei.pk}/", TYPED | said)
    assert answer.status_code == 400
    assert 'class="error"' in answer.content.decode()
    assert not Zone.objects.exists()


def test_an_operator_sees_her_zones_on_the_map_of_the_case(mei):
    Zone.objects.create(elder=mei, name="the river", kind="no_go", corners=[[30.2, 120.1]])
    Zone.objects.create(elder=mei, name="gone", corners=[[30.2, 120.1]], active=False)
    page = signed_in(cast.olive()).get(f"/console/sending/?elder={mei.pk}").content.decode()
    assert '"label": "the river"' in page
    assert '"label": "gone"' not in page
