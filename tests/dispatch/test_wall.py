"""The wall board: figures, the town on one map, the day's curve."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dispatch import actors, intake, rhythm
from dispatch.models import Outage
from dispatch.pages import townmap
from dispatch.states import Priority
from dispatch.templatetags import wall
from elders.models import Elder, GridCell
from providers.models import Worker
from telephony.models import Call
from telephony.selectors import calls_for
from tests import cast
from tracking.models import Landmark

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 18, 4, 30, tzinfo=UTC)  # a Wednesday, half past twelve in town


@pytest.fixture
def mei() -> Elder:
    return cast.mei()


def ring(at: datetime) -> None:
    Call.objects.create(
        direction=Call.Direction.INBOUND,
        carrier="simulator",
        carrier_ref=f"{at.isoformat()} {Call.objects.count()}",
        from_number=cast.MEI_NUMBER,
        to_number="12349",
        state=Call.State.ENDED,
        opened_at=at,
    )


def want(elder: Elder, priority: Priority, *, now: datetime) -> None:
    intake.open_request(
        elder=elder,
        category="catering",
        priority=priority,
        source="page",
        by=actors.SYSTEM,
        now=now,
    )


def test_today_is_held_against_the_same_weekday_of_four_weeks():
    for week in (1, 2, 3, 4):
        ring(NOON - timedelta(weeks=week))
    ring(NOON - timedelta(weeks=1, hours=-1))
    ring(NOON - timedelta(days=1))  # a Tuesday says nothing of Wednesdays
    ring(NOON - timedelta(weeks=5))
    ring(NOON)
    ring(NOON - timedelta(hours=3))
    told = rhythm.read(Call.objects.all(), now=NOON)
    assert {hour: n for hour, n in enumerate(told.today) if n} == {9: 1, 12: 1}
    assert {hour: n for hour, n in enumerate(told.usual) if n} == {12: 1.0, 13: 0.25}
    assert len(told.today) == 13
    assert (told.so_far, told.usual_so_far) == (2, 1.0)


def test_the_curve_counts_only_calls_that_came_in():
    ring(NOON)
    Call.objects.update(direction=Call.Direction.OUTBOUND)
    assert rhythm.read(Call.objects.all(), now=NOON).so_far == 0


def test_an_emergency_lies_on_top_and_the_load_counts_every_request(mei):
    now = timezone.now()
    want(mei, Priority.EMERGENCY, now=now)
    want(mei, Priority.ROUTINE, now=now)
    shown = townmap.read(cast.olive(), now=now)
    drawn = [layer for _, _, layer, _ in shown["dots"]]
    assert drawn[-2:] == ["request", "emergency"]
    assert [cell["step"] for cell in shown["cells"]] == [townmap.STEPS]
    assert len(shown["cells"][0]["ring"]) == 6


def test_very_many_workers_are_one_dot_a_cell_that_says_how_many(monkeypatch):
    worker = cast.wai(cast.sunrise_kitchen())
    olive = cast.olive()

    def workers() -> list[list[Any]]:
        dots = townmap.read(olive, now=timezone.now())["dots"]
        return [dot for dot in dots if dot[2] == "worker"]

    assert workers() == [[worker.lat, worker.lon, "worker", 1]]
    monkeypatch.setattr(townmap, "MOST_DOTS", 0)
    [(lat, _, _, weight)] = workers()
    assert weight == 1
    assert worker.lat != lat == pytest.approx(worker.lat, abs=0.01)
    Worker.objects.update(on_duty=False)
    assert workers() == []


def test_the_map_names_nobody(client, mei):
    want(mei, Priority.EMERGENCY, now=timezone.now())
    client.force_login(cast.olive())
    told = client.get(reverse("wall-town")).content.decode()
    [found] = re.findall(r'<script id="town" type="application/json">(.*?)</script>', told)
    assert json.loads(found)["cells"]
    for secret in (mei.name, mei.name_zh, cast.MEI_NUMBER, mei.address):
        assert secret not in told


def test_a_desk_of_another_town_sees_none_of_it(mei):
    now = timezone.now()
    want(mei, Priority.EMERGENCY, now=now)
    ring(now)
    Call.objects.update(elder=mei)
    elsewhere = cast.olive()
    elsewhere.grids.add(GridCell.objects.create(code="44", name="Elsewhere", level=1))
    assert not townmap.read(elsewhere, now=now)["cells"]
    assert rhythm.read(calls_for(elsewhere), now=now).so_far == 0


def test_alarms_of_the_day_stand_by_their_gravest_kind(client, mei):
    client.cookies["django_language"] = "en"
    device = cast.watch(mei)
    for words in ("lowBattery,sos", "fall", "sos"):
        client.get("/positions/osmand/", {"id": device.device_id, "alarm": words})
    client.force_login(cast.olive())
    told = " ".join(client.get(reverse("wall-now")).content.decode().split())
    assert '<dt>SOS button</dt><dd class="num">2</dd>' in told
    assert '<dt>Fall</dt><dd class="num">1</dd>' in told


def test_who_cannot_call_for_help_in_an_outage_is_a_layer_until_looked_after(mei):
    about = {"cause": "silent", "scope": "grid", "key": "330106"}
    outage = Outage.objects.create(**about, since=NOON, opened_at=NOON)
    line = outage.elders.create(elder=mei, risk=1)
    sol = cast.sol()
    drawn = townmap.read(sol, now=NOON)["dots"]
    assert [round(mei.lat, 5), round(mei.lon, 5), "outage", 1] in drawn
    type(line).objects.filter(pk=line.pk).update(state="done")
    assert "outage" not in {layer for *_, layer, _ in townmap.read(sol, now=NOON)["dots"]}


def test_community_stations_are_a_layer_for_the_desk():
    Landmark.objects.create(name="Willow Lane Station", lat=30.2741, lon=120.1551, station=True)
    Landmark.objects.create(name="Corner shop", lat=30.2750, lon=120.1560)
    assert townmap.read(cast.sol(), now=NOON)["dots"] == [[30.2741, 120.1551, "station", 1]]
    assert townmap.read(cast.ping(), now=NOON)["dots"] == []
    assert set(townmap.LAYERS) > {"station", "outage", "risk", "load"}


def test_a_town_without_a_call_is_told_so_in_words_and_not_in_dashes(client):
    client.cookies["django_language"] = "en"
    client.force_login(cast.olive())
    figures = client.get(reverse("wall-now")).content.decode()
    assert "No call yet." in figures
    assert "within 15 s" not in figures
    town = client.get(reverse("wall-town")).content.decode()
    assert "No call has come in yet." in town
    assert "<svg" not in town


def test_a_glance_at_the_curve_gives_the_greatest_figure_and_the_last():
    for hours in (4, 4, 4, 3, 1):
        ring(NOON - timedelta(hours=hours))
    drawn = wall.curve(rhythm.read(Call.objects.all(), now=NOON))
    figures = re.findall(r'<text class="(\w*)"[^>]*>(\d+)</text>', drawn)
    assert figures == [("told", "3"), ("", "1"), ("told", "1")]
    assert 'aria-label="Calls today by the hour: 8:00 3, 9:00 1, 11:00 1"' in drawn
