"""Elders, devices, the workforce and the figures."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from dispatch.models import Notice, ServiceRequest
from telephony.models import Call
from tests import cast
from tests.dispatch.api.caller import Caller, fields, wants
from tracking.models import Device, Position

pytestmark = pytest.mark.django_db

DEVICE = {"device_id", "protocol", "elder", "last_heard_at", "position", "alarms"}
POSITION = {
    *("lat", "lon", "fixed_at", "received_at", "accuracy_m", "speed_mps", "course", "valid"),
    "source",
}


@pytest.fixture
def olive():
    return Caller(cast.olive())


def cries(device_id: str, client, **said: object) -> None:
    answer = client.get("/positions/osmand/", {"id": device_id, "alarm": "sos", **said})
    assert answer.status_code == 200


def test_elders_are_found_by_name_and_number(olive):
    mei, _ = cast.mei(), cast.lan()

    def names(q):
        return [one["name"] for one in olive.get("elders", q=q).json()["items"]]

    assert names("陈梅") == ["Mei Chen"]
    assert names("Mei") == ["Mei Chen"]
    assert names("138 0000 0001") == ["Mei Chen"]
    assert names("zzz") == []
    assert set(olive.get("elders").json()["items"][0]) == {
        *("id", "name", "name_zh", "status", "grid")
    }
    record = olive.get(f"elders/{mei.pk}").json()
    assert record["health_summary"] == "diabetes, pacemaker"
    assert record["phones"] == [cast.MEI_NUMBER]
    assert record["plan"]["call_ambulance"] == "no_voice"


def test_contacts_are_in_the_order_to_ring_them(olive):
    mei = cast.mei()
    cast.ka_ming(mei)
    told = olive.get(f"elders/{mei.pk}/contacts").json()["items"]
    assert [(one["name"], one["phone"], one["holds_key"]) for one in told] == [
        ("Ka-Ming Chen", cast.KA_MING_NUMBER, True)
    ]


def test_where_she_is_when_nobody_knows(olive):
    mei = cast.mei(lat=None, lon=None)
    answer = olive.get(f"elders/{mei.pk}/location")
    assert (answer.status_code, list(fields(answer))) == (404, ["location"])


def test_a_device_its_alarm_and_the_case_it_opened(olive, client):
    mei = cast.mei()
    watch = cast.watch(mei)
    cries(watch.device_id, client, lat=30.28, lon=120.16, accuracy=12)
    request = ServiceRequest.objects.get()
    told = olive.get(f"devices/{watch.device_id}").json()
    assert set(told) >= DEVICE
    assert told["elder"] == {"id": mei.pk, "name": "Mei Chen", "name_zh": "陈梅"}
    assert set(told["position"]) == POSITION
    assert told["alarms"][0]["kind"] == "sos"
    assert told["alarms"][0]["request"] == request.pk
    assert olive.get(f"elders/{mei.pk}/devices").json()["items"] == [told]
    assert olive.get("devices").json()["items"] == [told]


def test_an_unknown_device_is_shown_to_the_desk(olive, client):
    cries("never-heard-of", client)
    told = olive.get("devices", registered="false").json()["items"]
    assert [(one["device_id"], one["elder"]) for one in told] == [("never-heard-of", None)]
    assert told[0]["position"] is None
    assert told[0]["alarms"][0]["request"] == ServiceRequest.objects.get().pk


def test_positions_by_the_devices_clock(olive):
    watch = cast.watch(cast.mei())
    start = timezone.now() - timedelta(hours=1)
    for minute in (0, 20, 10):
        at = start + timedelta(minutes=minute)
        Position.objects.create(
            device=watch, lat=30 + minute / 1000, lon=120, fixed_at=at, received_at=at, stored_at=at
        )
    path = f"devices/{watch.device_id}/positions"
    first = olive.get(path, limit=2).json()
    rest = olive.get(path, limit=2, cursor=first["next"]).json()
    assert [one["lat"] for one in first["items"] + rest["items"]] == [30.02, 30.01, 30.0]
    span = {"from": (start + timedelta(minutes=5)).isoformat(), "to": start.isoformat()}
    assert olive.get(path, **span).json()["items"] == []
    span["to"] = (start + timedelta(minutes=15)).isoformat()
    assert [one["lat"] for one in olive.get(path, **span).json()["items"]] == [30.01]


def test_a_track_says_what_was_said_and_beside_it_a_line_to_look_at(olive):
    watch = cast.watch(cast.mei())
    start = timezone.now() - timedelta(minutes=10)
    for step, lat in enumerate([30.0, 30.0001, 31.5, 30.0002, 30.0003]):
        at = start + timedelta(seconds=10 * step)
        Position.objects.create(
            device=watch, lat=lat, lon=120, fixed_at=at, received_at=at, stored_at=at, accuracy_m=9
        )
    Position.objects.filter(lat=31.5).update(doubt="jump")
    items = olive.get(f"devices/{watch.device_id}/positions").json()["items"]
    assert [one["lat"] for one in items] == [30.0003, 30.0002, 31.5, 30.0001, 30.0]
    assert [one["doubt"] for one in items] == ["", "", "jump", "", ""]
    assert [one["shown"] is None for one in items] == [False, False, True, False, False]


@pytest.mark.parametrize("wrong", ["yesterday", "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00"])
def test_an_instant_must_be_one(olive, wrong):
    watch = cast.watch(cast.mei())
    answer = olive.get(f"devices/{watch.device_id}/positions", **{"from": wrong})
    assert (answer.status_code, list(fields(answer))) == (422, ["from"])


def test_family_sees_nothing_from_before_the_watch_was_hers(client):
    mei, lan = cast.mei(), cast.lan()
    watch = cast.watch(mei)
    rose = Caller(cast.rose(lan))
    then = timezone.now() - timedelta(hours=2)
    Device.objects.filter(pk=watch.pk).update(
        lat=30.28, lon=120.16, fixed_at=then, received_at=then
    )
    from tracking import devices

    devices.link(watch, elder=lan, now=timezone.now() - timedelta(hours=1))
    assert rose.get(f"devices/{watch.device_id}").json()["position"] is None


def test_the_workforce(olive):
    wai = cast.wai(cast.sunrise_kitchen(), "catering", "repair")
    told = olive.get("workers", category="repair", on_duty="true").json()["items"]
    assert [(one["id"], one["phone"], one["categories"]) for one in told] == [
        (wai.pk, cast.WAI_NUMBER, ["catering", "repair"])
    ]
    assert olive.get("workers", category="escort").json()["items"] == []
    assert olive.get("providers").json()["items"][0]["name"] == "Sunrise Kitchen"
    wai.provider.services.create(category_id="catering", name="Lunch", price_cents=1500)
    assert olive.get("services", category="catering").json()["items"][0]["price_cents"] == 1500
    assert olive.get(f"providers/{wai.provider_id}").json()["categories"] == ["catering"]
    assert "catering" in {one["code"] for one in olive.get("categories").json()["items"]}
    assert Caller(cast.rose(cast.lan())).get("workers").json()["items"] == []


def call(opened_at: datetime, wait_s: float | None) -> None:
    answered_at = None if wait_s is None else opened_at + timedelta(seconds=wait_s)
    Call.objects.create(
        direction="inbound",
        carrier="simulator",
        carrier_ref=f"{Call.objects.count()}",
        opened_at=opened_at,
        answered_at=answered_at,
        state="ended" if answered_at else "abandoned",
    )


def test_answer_times_in_percentiles_and_shares(olive):
    opened = timezone.now() - timedelta(minutes=30)
    for wait_s in (5, 10, 18, 100, None):
        call(opened, wait_s)
    answer = olive.get("stats").json()["answer"]
    assert (answer["calls"], answer["abandoned"]) == (5, 1)
    assert answer["percentiles_s"] == {"p50": 10, "p90": 100, "p95": 100, "p99": 100}
    assert answer["within"] == {"15": 0.4, "20": 0.6, "60": 0.6, "180": 0.8}


def test_open_late_and_unfilled_by_hour_and_grid(olive):
    mei = cast.mei()
    late, unfilled, closed = wants(mei), wants(mei), wants(mei)
    Notice.objects.create(code="late", request=late, opened_at=timezone.now())
    ServiceRequest.objects.filter(pk=unfilled.pk).update(state="UNFILLED")
    ServiceRequest.objects.filter(pk=closed.pk).update(state="CLOSED")
    told = olive.get("stats").json()
    counts = {"requests": 3, "open": 2, "late": 1, "unfilled": 1}
    assert counts.items() <= told.items()
    assert [one["grid"] for one in told["by_grid"]] == ["330106001002003"]
    assert counts.items() <= told["by_grid"][0].items()
    assert sum(hour["requests"] for hour in told["by_hour"]) == 3


def test_figures_of_nothing_are_null(olive):
    told = olive.get("stats").json()
    assert told["answer"]["within"]["15"] is None
    assert told["by_hour"] == []


def test_a_span_must_be_one(olive):
    answer = olive.get("stats", **{"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"})
    assert (answer.status_code, list(fields(answer))) == (422, ["from"])
