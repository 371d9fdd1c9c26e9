"""The demo: what its card says, that it stays so, and that there is always somebody to send."""

import json
import stat
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command

from config import basemap, demo
from config.town import Town, cast
from config.town.seeding import Scale, settle
from dispatch import links, matching
from elders import roles, selectors, tokens
from elders.models import Elder, GridCell, User
from providers import reach
from providers.models import Category
from providers.need import Need
from tracking import devices
from tracking.models import Device

ROLES = ["operator", "supervisor", "provider", "worker", "family", "elder", "station", "auditor"]


@pytest.fixture
def town(db, settings, tmp_path, now):
    """The demo's own town, but that few elders live in it."""
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    town = Town()
    settle(Scale(elders=50), town, now=now)
    cast.arrive(town, now=now)
    basemap.write(town)


@pytest.fixture
def card(town, now):
    demo.write_card(demo.card(now=now))
    return json.loads(demo.card_file().read_text("utf-8"))


def need(elder: dict[str, Any], category: str) -> Need:
    who = Elder.objects.get(pk=elder["id"])
    grid = GridCell.objects.get(elders=who)
    assert who.lat is not None
    assert who.lon is not None
    return Need(category=category, lat=who.lat, lon=who.lon, grid=grid.code, language=who.language)


def test_the_card_has_its_shape(card, now, settings):
    assert card["base_url"] == settings.PUBLIC_BASE_URL
    assert set(ROLES) <= set(card["accounts"])
    assert set(ROLES) <= set(card["api_token"])
    for one in (card["elder"], card["other_elder"]):
        assert {"id", "name", "phone", "device_id", "device_token"} <= set(one)
        known = selectors.callers(one["phone"], now=now)
        assert [(who.elder.pk, who.verified, who.alarm_key) for who in known] == [
            (one["id"], True, False)
        ]
        elder = known[0].elder
        assert elder.household is None
        assert not elder.requests.exists()
        device = Device.objects.get(device_id=one["device_id"])
        assert devices.is_trusted(device, one["device_token"])
        assert device.links.get(until=None).elder == elder
    assert stat.S_IMODE(demo.card_file().stat().st_mode) == 0o600

    people = {
        role: User.objects.get(username=who["username"]) for role, who in card["accounts"].items()
    }
    for role, who in card["accounts"].items():
        assert authenticate(**who) == people[role]
        assert tokens.user_of(card["api_token"][role], now=now) == people[role]
    for role in ("operator", "supervisor", "station", "auditor", "elder", "family"):
        assert roles.Role(role) in roles.of(people[role])
    mei, lan = (Elder.objects.get(pk=card[key]["id"]) for key in ("elder", "other_elder"))
    assert list(selectors.elders_for(people["family"], now=now)) == [mei]
    assert list(selectors.elders_for(people["other_family"], now=now)) == [lan]
    assert people["worker"].worker.provider.staff.get() == people["provider"]
    assert people["worker"].worker.provider.name == "Sunrise Kitchen"

    token = card["links"]["track"].rstrip("/").rpartition("/")[2]
    link = links.find(token, now=now)
    assert link is not None
    assert link.elder == mei


def test_a_restart_keeps_ids_and_tokens_and_makes_no_second_town(card, now, settings):
    elders = Elder.objects.count()
    call_command("seed_town", demo=True, verbosity=0)
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:8123"
    later = demo.card(now=now + timedelta(days=200))
    assert Elder.objects.count() == elders
    assert later["links"]["track"].startswith("http://127.0.0.1:8123/track/")
    old_address = json.dumps(later).replace("http://127.0.0.1:8123", card["base_url"])
    assert json.loads(old_address) == card
    who = selectors.callers(card["elder"]["phone"], now=now + timedelta(days=200))
    assert who[0].verified

    demo.card_file().unlink()
    anew = demo.card(now=now)
    assert anew["elder"]["id"] == card["elder"]["id"]
    assert anew["api_token"]["operator"] != card["api_token"]["operator"]


def test_at_every_hour_each_category_has_three_free_workers_in_reach_of_both(card, now):
    begin = now.replace(hour=0)
    short = []
    for hour in range(24):
        at = begin + timedelta(days=hour % 7, hours=hour)
        for category in Category.objects.values_list("code", flat=True):
            for elder in (card["elder"], card["other_elder"]):
                found = reach.nearest(need(elder, category), k=3, now=at)
                if len(found.candidates) < 3:
                    short.append((at, category, elder["name"], len(found.candidates)))
    assert short == []


def test_meis_meals_are_offered_to_wai_first(card, now):
    wanted = need(card["elder"], "catering")
    for hours in (0, 12):
        at = now + timedelta(hours=hours)
        found = reach.nearest(wanted, k=12, now=at)
        best = matching.rank(wanted, found.candidates, now=at)[0]
        assert best.candidate.name == "Ho Wai"


def test_the_map_is_served_and_kept(card, client):
    first = client.get("/basemap.json")
    assert first.status_code == 200
    assert json.loads(first.content)["type"] == "FeatureCollection"
    again = client.get("/basemap.json", headers={"If-Modified-Since": first["Last-Modified"]})
    assert again.status_code == 304


@pytest.mark.django_db
def test_a_town_without_a_map_says_so(client, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    assert client.get("/basemap.json").status_code == 404
