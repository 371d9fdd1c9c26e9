"""A device as an operator sees it: heard, said, told, and where it was."""

from datetime import timedelta

import pytest
from django.test import Client

from dispatch.models import Trouble
from elders.models import AccessEntry
from tests import cast
from tracking.messages import Fix, Message
from tracking.models import Device, DeviceCommand, Protocol
from tracking.reception import Sender, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def watch() -> Device:
    watch = cast.watch(cast.mei())
    Device.objects.filter(pk=watch.pk).update(protocol=Protocol.WATCH)
    watch.refresh_from_db()
    return watch


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(cast.olive())
    client.cookies["django_language"] = "en"
    return client


def test_what_it_said_stands_there_with_what_speaks_against_it(watch, desk, now):
    def say(lat: float, age_s: float, **more: object) -> None:
        fix = Fix(lat, 120.1551, now - timedelta(seconds=age_s), 10)
        message = Message(watch.device_id, fix=fix, **more)
        receive([message], sender=Sender(Protocol.WATCH), now=now)

    say(30.2741, 60, battery=77)
    say(32.2741, 30)
    say(30.2741, -3600)
    receive(
        [Message(watch.device_id, kinds=("low_battery",))],
        sender=Sender(Protocol.WATCH),
        now=now,
    )
    assert Trouble.objects.get().cause == "low_battery"
    page = desk.get(f"/console/devices/{watch.pk}/").content.decode()
    for words in ("77%", "too far from the one before", "ahead of ours", "Low battery", "Mei Chen"):
        assert words in page, words
    assert "still" in page  # the trouble is open
    assert AccessEntry.objects.filter(what="device").exists()


def test_an_order_is_sent_and_stands_there_with_its_state(watch, desk):
    answer = desk.post(
        f"/console/devices/{watch.pk}/tell/", {"order": "interval", "argument": "60"}
    )
    assert answer.status_code == 302
    assert DeviceCommand.objects.get().argument == "60"
    page = desk.get(answer["Location"]).content.decode()
    assert "waiting for the device" in page


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"order": "dance"}, 400), ({"order": "interval", "argument": "soon"}, 422), ({}, 400)],
)
def test_an_order_that_cannot_be_meant_is_refused(watch, desk, typed, status):
    assert desk.post(f"/console/devices/{watch.pk}/tell/", typed).status_code == status
    assert not DeviceCommand.objects.exists()


def test_a_telephone_can_be_told_nothing(desk):
    device = cast.watch(cast.lan(), "telephone")
    page = desk.get(f"/console/devices/{device.pk}/").content.decode()
    assert "This device cannot be told anything." in page
