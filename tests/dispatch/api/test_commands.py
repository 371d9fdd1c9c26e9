"""What a device is told to do, and what became of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import cast
from tests.dispatch.api.caller import Caller, code, fields
from tracking import commands
from tracking.models import Device, DeviceCommand, Order

pytestmark = pytest.mark.django_db

PATH = f"devices/{cast.WATCH_ID}/commands"


@pytest.fixture
def watch():
    device = cast.watch(cast.mei())
    device.protocol = "watch"
    device.save()
    return device


@pytest.fixture
def olive():
    return Caller(cast.olive())


def test_the_desk_tells_a_watch_and_sees_what_became_of_it(olive, watch):
    answer = olive.post(PATH, {"order": "interval", "argument": "60"})
    assert answer.status_code == 201
    assert (answer.json()["state"], answer.json()["by"]) == ("queued", "Olive")
    now = timezone.now()
    (due,) = commands.due([watch.device_id], now=now)
    assert commands.claim(due, now=now)
    assert not commands.claim(due, now=now)  # another gateway comes too late
    assert olive.get(PATH).json()["items"][0]["state"] == "sent"
    commands.answered([watch.device_id], "interval", text="done", now=now)
    told = olive.get(PATH).json()["items"][0]
    assert (told["state"], told["answer"]) == ("acknowledged", "done")


def test_what_cannot_be_meant_is_refused(olive, watch):
    wrong = olive.post(PATH, {"order": "interval", "argument": "1"})
    assert wrong.status_code == 422
    assert fields(wrong) == {"argument": "must be between 10 and 65535 seconds"}
    assert olive.post(PATH, {"order": "call"}).status_code == 422
    assert olive.post(PATH, {"order": "explode"}).status_code == 422


@pytest.mark.parametrize(
    ("protocol", "takes"),
    [
        ("watch", ["locate", "ring", "interval", "call"]),
        ("gt06", ["locate", "interval"]),
        ("jt808", ["locate", "ring", "interval", "call"]),
        ("h02", ["interval"]),
    ],
)
def test_a_device_takes_every_order_that_its_protocol_has(olive, watch, protocol, takes):
    Device.objects.update(protocol=protocol)
    arguments = {"interval": "60", "call": "13800000000"}
    watch.refresh_from_db()
    assert commands.possible(watch) == takes
    for order in Order:
        answer = olive.post(PATH, {"order": order, "argument": arguments.get(order, "")})
        assert answer.status_code == (201 if order in takes else 409)
    assert watch.commands.filter(state="queued").count() == len(takes)


def test_what_a_terminal_cannot_be_told_is_refused(olive, watch):
    Device.objects.update(protocol="jt808")
    wrong = olive.post(PATH, {"order": "interval", "argument": "1"})
    assert (wrong.status_code, code(wrong)) == (422, "invalid")
    assert olive.post(PATH, {"order": "call", "argument": "home"}).status_code == 422


@pytest.mark.parametrize("protocol", ["sia", "scaip", "osmand"])
def test_a_device_that_takes_no_orders_is_told_none(olive, watch, protocol):
    Device.objects.update(protocol=protocol)
    answer = olive.post(PATH, {"order": "locate"})
    assert (answer.status_code, code(answer)) == (409, "not_possible")


def test_a_device_is_not_told_without_end(olive, watch):
    for _ in range(commands.MOST_OPEN):
        assert olive.post(PATH, {"order": "ring"}).status_code == 201
    assert code(olive.post(PATH, {"order": "ring"})) == "too_many"


def test_what_nobody_could_send_expires(watch, now):
    made = commands.ask(watch, "ring", by=None, now=now)
    later = now + timedelta(seconds=commands.GOOD_FOR_S)
    assert commands.due([watch.device_id], now=later) == []
    commands.expire(now=later)
    assert DeviceCommand.objects.get(pk=made.pk).state == "expired"


def test_whom_nobody_reaches_keeps_no_order_from_whom_we_reach(watch, now):
    soon = now + timedelta(seconds=commands.GOOD_FOR_S)
    away = Device.objects.bulk_create(
        Device(device_id=f"AWAY{n}") for n in range(commands.AT_ONCE + 1)
    )
    DeviceCommand.objects.bulk_create(
        DeviceCommand(device=device, order="locate", asked_at=now, expires_at=soon)
        for device in away
    )
    made = commands.ask(watch, "ring", by=None, now=now)
    there = [watch.device_id, *(f"HERE{n}" for n in range(40_000))]
    assert commands.due(there, now=now) == [made]
    assert len(commands.due([device.device_id for device in away], now=now)) == commands.AT_ONCE
    assert commands.due([], now=now) == []


def test_an_answer_to_what_was_never_asked_changes_nothing(watch, now):
    commands.answered([watch.device_id], "ring", text="", now=now)
    made = commands.ask(watch, "ring", by=None, now=now)
    commands.answered([watch.device_id], "ring", text="", now=now)
    assert DeviceCommand.objects.get(pk=made.pk).state == "queued"


def test_a_key_typed_in_the_register_is_the_token_of_the_device(client, now):
    from tracking import devices

    device = cast.watch(cast.mei(), "1A2B")
    client.force_login(cast.sol())
    page = f"/admin/tracking/device/{device.pk}/change/"
    form = {
        "device_id": "1A2B",
        "name": "base",
        "protocol": "sia",
        "registered": "on",
        "datum_in": "wgs84",
        "links-TOTAL_FORMS": 0,
        "links-INITIAL_FORMS": 0,
    }
    assert client.post(page, {**form, "key": "too short"}).status_code == 200
    assert client.post(page, {**form, "key": "AB" * 16}).status_code == 302
    device.refresh_from_db()
    assert devices.keys() == {"1A2B": b"\xab" * 16}
    assert devices.is_trusted(device, "ab" * 16)
    assert not devices.is_trusted(device, "")
