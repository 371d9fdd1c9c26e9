"""OwnTracks over HTTP: who it is, what it says, and what the app is answered."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest

from tests import cast
from tracking import devices
from tracking.models import Alarm, Device, Position

LOCATION = {"_type": "location", "tid": "me", "lat": 30.27, "lon": 120.15, "tst": 1773106200}
AT = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)


def basic(name: str, password: str = "") -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{name}:{password}".encode()).decode()}


def test_a_location_is_kept_in_our_units(deliver):
    watch = cast.watch(cast.mei())
    said = {**LOCATION, "acc": 12, "alt": 40, "vel": 36, "cog": 90, "batt": 71, "bs": 2}
    answer = deliver("owntracks", said, **basic(cast.WATCH_ID))
    assert answer.status_code == 200
    assert answer.json() == []
    position = Position.objects.get()
    assert (position.device, position.fixed_at, position.accuracy_m) == (watch, AT, 12)
    assert (position.speed_mps, position.course, position.altitude_m) == (10, 90, 40)
    watch.refresh_from_db()
    assert (watch.battery, watch.charging) == (71, True)


@pytest.mark.parametrize(
    ("headers", "body", "device_id"),
    [
        (basic("mei"), {}, "mei"),
        ({"X-Limit-U": "mei", "X-Limit-D": "phone"}, {}, "mei/phone"),
        ({**basic("mei"), "X-Limit-U": "other", "X-Limit-D": "phone"}, {}, "mei/phone"),
        ({"X-Limit-D": "phone"}, {}, "phone"),
        ({}, {"topic": "owntracks/mei/phone"}, "mei/phone"),
        ({}, {}, "me"),
    ],
)
def test_a_stranger_is_named_as_far_as_anything_names_it(deliver, headers, body, device_id):
    assert deliver("owntracks", {**LOCATION, **body}, **headers).status_code == 200
    assert Device.objects.get().device_id == device_id


@pytest.mark.parametrize(
    "headers",
    [
        basic(cast.WATCH_ID),
        {"X-Limit-U": cast.WATCH_ID, "X-Limit-D": "phone"},
        {"X-Limit-U": "mei", "X-Limit-D": cast.WATCH_ID},
        {**basic("mei"), "X-Limit-D": cast.WATCH_ID},
    ],
)
def test_the_register_decides_which_name_is_the_devices(deliver, headers):
    watch = cast.watch(cast.mei())
    assert deliver("owntracks", LOCATION, **headers).status_code == 200
    assert Position.objects.get().device == watch


def test_the_password_is_the_devices_token(deliver):
    watch = cast.watch(cast.mei())
    token = devices.issue_token(watch)
    Device.objects.update(require_token=True)
    assert deliver("owntracks", LOCATION, **basic(cast.WATCH_ID)).status_code == 401
    assert deliver("owntracks", LOCATION, **basic(cast.WATCH_ID, "wrong")).status_code == 401
    assert deliver("owntracks", LOCATION, **basic(cast.WATCH_ID, token)).status_code == 200
    assert Position.objects.count() == 1


def test_what_is_encrypted_is_refused_with_its_reason(deliver):
    answer = deliver("owntracks", {"_type": "encrypted", "data": "AbC="}, **basic("mei"))
    assert answer.status_code == 400
    assert "encrypted" in answer.json()["error"]["fields"]["_type"]
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ({"_type": "transition", "event": "leave", "desc": "home"}, ["zone_exit"]),
        ({"_type": "transition", "event": "enter"}, ["zone_enter"]),
        ({"_type": "transition"}, ["other"]),
        ({"_type": "lwt"}, ["silent"]),
        ({"_type": "location", "alarm": "sos"}, ["sos"]),
    ],
)
def test_what_is_an_alarm_is_one(deliver, said, kinds):
    cast.watch(cast.mei())
    answer = deliver("owntracks", {**LOCATION, **said}, **basic(cast.WATCH_ID))
    assert answer.status_code == 200
    alarm = Alarm.objects.get()
    assert alarm.kinds == kinds
    assert answer.json()[0]["alarms"] == [alarm.pk]


@pytest.mark.parametrize("kind", ["waypoint", "status", "card", "steps", "cmd"])
def test_whatever_else_it_says_it_lives(deliver, kind):
    watch = cast.watch(cast.mei())
    answer = deliver("owntracks", {"_type": kind, "tid": "me"}, **basic(cast.WATCH_ID))
    assert answer.status_code == 200
    watch.refresh_from_db()
    assert watch.last_heard_at is not None


def test_an_empty_body_says_that_a_friend_was_forgotten(deliver):
    assert deliver("owntracks", "", **basic("mei")).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{", "body"),
        ("7", "body"),
        ({"tid": "me"}, "_type"),
        ({**LOCATION, "lat": "north"}, "lat"),
        ({**LOCATION, "lat": None, "lon": None}, "lat"),
        ({**LOCATION, "tst": "yesterday"}, "tst"),
        ({"_type": "location", "lat": 1, "lon": 2}, "tid"),
    ],
)
def test_what_cannot_be_read_is_named(deliver, body, field):
    headers = {} if field == "tid" else basic("mei")
    answer = deliver("owntracks", body, **headers)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
