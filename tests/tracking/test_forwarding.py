"""Positions of many devices at once, and what a Traccar server forwards."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from elders import tokens
from tests import cast
from tracking import devices
from tracking.models import Alarm, Clock, Device, Position

FIX = {"device_id": cast.WATCH_ID, "fixed_at": "2026-03-10T01:30:00Z", "lat": 30.27, "lon": 120.15}
AT = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)


def forwarded(**attributes: object) -> dict[str, object]:
    """A position as Traccar forwards it."""
    return {
        "position": {
            "id": 7,
            "deviceId": 3,
            "protocol": "gt06",
            "deviceTime": "2026-03-10T01:30:00.000+00:00",
            "fixTime": "2026-03-10T01:29:50.000+00:00",
            "valid": True,
            "outdated": False,
            "latitude": 30.27,
            "longitude": 120.15,
            "altitude": 12.0,
            "speed": 10.0,
            "course": 90.0,
            "accuracy": 0.0,
            "attributes": {"batteryLevel": 81, "charge": True, **attributes},
        },
        "device": {"id": 3, "name": "Mei", "uniqueId": cast.WATCH_ID, "status": "online"},
    }


def event(kind: str, **more: object) -> dict[str, object]:
    said = {"id": 1, "type": kind, "eventTime": "2026-03-10T01:30:00.000+00:00", "deviceId": 3}
    return {**forwarded(), "event": {**said, **more}}


# --- a list of our own -----------------------------------------------------------------------


def test_a_list_is_kept_with_all_it_says(deliver, desk_token):
    watch = cast.watch(cast.mei())
    full = {
        **FIX,
        "accuracy_m": 9,
        "altitude_m": 40,
        "speed_mps": 1.2,
        "course": 360,
        "valid": False,
        "battery": 71.4,
        "charging": False,
    }
    answer = deliver("batch", [full, {"device_id": "stranger", "battery": 5}], token=desk_token)
    assert answer.status_code == 200
    assert answer.json() == {"alarms": [], "positions": 1, "warnings": {}}
    position = Position.objects.get()
    assert (position.device, position.fixed_at, position.accuracy_m) == (watch, AT, 9)
    assert (position.altitude_m, position.speed_mps, position.course) == (40, 1.2, 0)
    assert (position.valid, position.battery, position.source) == (False, 71, "batch")
    assert Device.objects.get(device_id="stranger").battery == 5


def test_one_object_is_a_list_of_one(deliver, desk_token):
    assert deliver("batch", FIX, token=desk_token).json()["positions"] == 1


def test_what_is_wrong_is_named_by_its_entry_and_the_rest_is_kept(deliver, desk_token):
    wrong = [FIX, {**FIX, "lat": "north"}, 7, {"lat": 30, "lon": 120}, {**FIX, "lon": None}]
    answer = deliver("batch", wrong, token=desk_token)
    assert answer.status_code == 200
    assert answer.json()["positions"] == 1
    assert set(answer.json()["warnings"]) == {"1.lat", "body", "3.device_id", "4.lon"}


@pytest.mark.parametrize("body", ["", "[]", "{", "7", "null", '"sometext"', "[" * 100_000])
@pytest.mark.parametrize("name", ["batch", "traccar"])
def test_what_is_no_list_is_refused(deliver, desk_token, name, body):
    answer = deliver(name, body, token=desk_token)
    assert answer.status_code == 400
    assert "body" in answer.json()["error"]["fields"]


@pytest.mark.parametrize("name", ["batch", "traccar"])
def test_who_may_not_forward_is_refused_and_makes_no_device(deliver, name):
    rose = cast.rose(cast.lan())
    theirs = tokens.issue(rose, "telephone", now=timezone.now())
    document = FIX if name == "batch" else forwarded()
    for token, status in (("", 401), ("wrong", 401), (theirs, 403)):
        answer = deliver(name, document, token=token)
        assert answer.status_code == status
        assert answer.json()["error"]["fields"] == {"token": "is missing or wrong"}
    assert not Device.objects.exists()


def test_a_device_may_speak_for_itself_with_its_own_token(deliver):
    watch = cast.watch(cast.mei())
    own = devices.issue_token(watch)
    other = Device.objects.create(device_id="other")
    answer = deliver("batch", [FIX, {**FIX, "device_id": other.device_id}], token=own)
    assert answer.json()["positions"] == 1
    assert Position.objects.get().device == watch


@pytest.mark.parametrize("token", ["", "wrong"])
def test_an_alarm_is_taken_from_whomever_it_comes(deliver, notebook, token):
    cast.watch(cast.mei())
    answer = deliver("batch", [{**FIX, "alarm": "sos"}], token=token)
    assert answer.status_code == 200
    assert "token" in answer.json()["warnings"]
    alarm = Alarm.objects.get()
    assert (alarm.kinds, alarm.verified) == (["sos"], False)
    assert notebook.raised_alarms == [alarm.pk]
    assert not Position.objects.exists()


def test_an_alarm_in_a_broken_list_is_committed(deliver, desk_token, notebook):
    broken = b'[{"device_id": "42", "alarm": "sos", "lat": 30'
    assert deliver("batch", broken, token=desk_token).status_code == 200
    assert Alarm.objects.get().device.device_id == "42"


def test_a_wrong_verb_is_told_the_right_one(client):
    answer = client.get("/positions/batch/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


# --- Traccar ---------------------------------------------------------------------------------


def test_a_forwarded_position_is_in_our_units(deliver, desk_token):
    watch = cast.watch(cast.mei())
    assert deliver("traccar", forwarded(), token=desk_token).json()["positions"] == 1
    position = Position.objects.get()
    assert position.fixed_at == datetime(2026, 3, 10, 1, 29, 50, tzinfo=UTC)
    assert position.speed_mps == pytest.approx(5.14444)
    assert (position.accuracy_m, position.battery, position.source) == (None, 81, "traccar")
    watch.refresh_from_db()
    assert (watch.lat, watch.charging) == (30.27, True)


def test_a_list_of_positions_is_taken(deliver, desk_token):
    later = forwarded()
    later["device"] = {"uniqueId": "other"}
    assert deliver("traccar", [forwarded(), later], token=desk_token).json()["positions"] == 2


@pytest.mark.parametrize(
    ("document", "kinds"),
    [
        (forwarded(alarm="sos"), ["sos"]),
        (forwarded(alarm="lowBattery,sos"), ["sos", "low_battery"]),
        (event("alarm", attributes={"alarm": "fallDown"}), ["fall"]),
        (event("alarm", attributes={"alarm": "powerCut"}), ["power_lost"]),
        (event("alarm"), ["raw"]),
        (event("geofenceExit", geofenceId=2), ["zone_exit"]),
        (event("geofenceEnter"), ["zone_enter"]),
        (event("deviceInactive"), ["silent"]),
        (event("deviceOffline"), ["silent"]),
    ],
)
def test_alarms_and_events_are_our_kinds(deliver, desk_token, notebook, document, kinds):
    cast.watch(cast.mei())
    assert deliver("traccar", document, token=desk_token).status_code == 200
    alarm = Alarm.objects.get()
    assert alarm.kinds == kinds
    assert notebook.raised_alarms == [alarm.pk]


@pytest.mark.parametrize("kind", ["deviceOnline", "deviceMoving", "ignitionOn", "commandResult"])
def test_other_events_say_only_that_it_lives(deliver, desk_token, kind):
    watch = cast.watch(cast.mei())
    assert deliver("traccar", event(kind), token=desk_token).status_code == 200
    watch.refresh_from_db()
    assert watch.last_heard_at is not None
    assert not Alarm.objects.exists()


def test_the_event_that_repeats_a_positions_alarm_joins_it(deliver, desk_token):
    cast.watch(cast.mei())
    deliver("traccar", forwarded(alarm="sos"), token=desk_token)
    deliver("traccar", event("alarm", attributes={"alarm": "sos"}), token=desk_token)
    assert Alarm.objects.get().repeats == 1


def test_an_outdated_place_is_no_fix_and_its_alarm_is_one(deliver, desk_token):
    cast.watch(cast.mei())
    document = forwarded(alarm="sos")
    document["position"]["outdated"] = True
    assert deliver("traccar", document, token=desk_token).status_code == 200
    assert Alarm.objects.get().lat is None
    assert not Position.objects.exists()


def test_an_alarm_of_a_device_that_traccar_does_not_name_is_kept(deliver, desk_token):
    document = forwarded(alarm="sos")
    del document["device"]
    answer = deliver("traccar", document, token=desk_token)
    assert "device.uniqueId" in answer.json()["warnings"]
    assert Alarm.objects.get().device.device_id == "traccar 3"


@pytest.mark.parametrize("place", [7, [], {"latitude": 91, "longitude": 0}, {"latitude": 3}])
def test_a_position_that_cannot_be_read_is_refused_by_field(deliver, desk_token, place):
    document = {"position": place, "device": {"uniqueId": "42"}}
    answer = deliver("traccar", document, token=desk_token)
    assert answer.status_code == 400
    assert any(name.startswith("position") for name in answer.json()["error"]["fields"])


# --- datums ----------------------------------------------------------------------------------


def test_a_frame_a_register_or_a_setting_says_what_was_measured_in(deliver, desk_token, settings):
    watch = cast.watch(cast.mei())

    def stored(**more: object) -> tuple[float | None, str]:
        Position.objects.all().delete()
        deliver("batch", [{**FIX, **more}], token=desk_token)
        position = Position.objects.get()
        return position.lat, position.datum_in

    assert stored() == (30.27, "wgs84")
    in_gcj02 = stored(datum="gcj02")
    assert in_gcj02[1] == "gcj02"
    assert in_gcj02[0] != 30.27
    settings.DATUMS = {"batch": "gcj02"}
    assert stored() == in_gcj02
    Device.objects.filter(pk=watch.pk).update(datum_in="bd09")
    assert stored()[1] == "bd09"
    assert stored(datum="wgs84") == (30.27, "wgs84")
    watch.refresh_from_db()
    assert (watch.datum_in, watch.clock) == ("bd09", Clock.GOOD)
