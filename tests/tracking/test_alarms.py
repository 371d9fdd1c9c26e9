"""Alarms: none is lost, whatever else is wrong with the message."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import cast
from tracking import alarms, devices
from tracking.models import Alarm, Device, Position


def test_a_press_is_kept_and_handed_over(send, notebook):
    mei = cast.mei()
    cast.watch(mei)
    answer = send(id=cast.WATCH_ID, alarm="sos", lat=30.27, lon=120.15)
    alarm = Alarm.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {"alarms": [alarm.pk], "positions": 1, "warnings": {}}
    assert notebook.raised_alarms == [alarm.pk]
    assert (alarm.elder, alarm.kinds, alarm.lat, alarm.verified) == (mei, ["sos"], 30.27, True)
    assert alarm.device.lat == 30.27


def test_a_press_without_a_position_is_an_alarm(send, notebook):
    cast.watch(cast.mei())
    assert send(id=cast.WATCH_ID, alarm="sos").status_code == 200
    assert len(notebook.raised_alarms) == 1
    assert Alarm.objects.get().lat is None


def test_a_press_with_rubbish_is_an_alarm_and_says_what_was_wrong(send, notebook):
    cast.watch(cast.mei())
    answer = send(id=cast.WATCH_ID, alarm="sos", lat="north", lon=120, timestamp="noon")
    assert answer.status_code == 200
    assert set(answer.json()["warnings"]) == {"lat", "timestamp"}
    assert len(notebook.raised_alarms) == 1
    assert not Position.objects.exists()


def test_an_unknown_device_is_heard(send, notebook):
    assert send(id="stranger", alarm="sos").status_code == 200
    alarm = Alarm.objects.get()
    assert (alarm.elder, alarm.verified, alarm.device.registered) == (None, False, False)
    assert notebook.raised_alarms == [alarm.pk]


def test_a_press_that_names_no_device_is_heard(send, notebook):
    assert send(alarm="sos").status_code == 200
    assert Alarm.objects.get().device.device_id == "unnamed@127.0.0.1"
    assert len(notebook.raised_alarms) == 1


def test_a_wrong_token_does_not_silence_a_cry(send, notebook):
    watch = cast.watch(cast.mei())
    devices.issue_token(watch)
    Device.objects.update(require_token=True)
    answer = send(id=watch.device_id, alarm="sos", lat=30, lon=120)
    assert answer.status_code == 200
    assert "token" in answer.json()["warnings"]
    alarm = Alarm.objects.get()
    assert (alarm.verified, alarm.lat) == (False, 30)
    watch.refresh_from_db()
    assert watch.lat is None
    assert len(notebook.raised_alarms) == 1


def test_a_late_press_is_not_measured_against_newer_positions(send, notebook, now):
    cast.watch(cast.mei())
    send(id=cast.WATCH_ID, lat=30, lon=120, timestamp=int(now.timestamp()))
    early = int((now - timedelta(hours=3)).timestamp())
    assert send(id=cast.WATCH_ID, alarm="sos", timestamp=early).status_code == 200
    assert len(notebook.raised_alarms) == 1


def test_a_press_sent_again_is_one_alarm_that_sounds_again(send, notebook):
    cast.watch(cast.mei())
    for _ in range(3):
        send(id=cast.WATCH_ID, alarm="sos", timestamp=1773106200)
    alarm = Alarm.objects.get()
    assert alarm.repeats == 2
    assert notebook.raised_alarms == [alarm.pk] * 3


def test_presses_without_a_time_are_each_their_own(send, notebook):
    cast.watch(cast.mei())
    for _ in range(2):
        send(id=cast.WATCH_ID, alarm="sos")
    assert len(set(notebook.raised_alarms)) == 2


def test_a_recycled_watch_speaks_for_its_holder_at_the_time(send, now):
    mei, lan = cast.mei(), cast.lan()
    watch = cast.watch(mei)
    devices.link(watch, elder=lan, now=now)
    before, after = now - timedelta(hours=1), now + timedelta(hours=1)
    for at in (before, after):
        send(id=watch.device_id, alarm="sos", timestamp=int(at.timestamp()))
    first, second = Alarm.objects.order_by("id")
    assert (first.elder, second.elder) == (mei, lan)


def test_a_senseless_clock_does_not_take_the_alarm_from_its_holder(send):
    mei = cast.mei()
    cast.watch(mei)
    send(id=cast.WATCH_ID, alarm="sos", timestamp=0)
    send(id=cast.WATCH_ID, alarm="sos", timestamp="2099-01-01T00:00:00Z")
    assert [alarm.elder for alarm in Alarm.objects.all()] == [mei, mei]


def test_a_clock_that_stands_still_opens_no_case_of_who_had_the_watch_before(send, now):
    """The second press said what the first one did, and was taken for its repetition."""
    mei, lan = cast.mei(), cast.lan()
    watch = Device.objects.create(device_id="worn-by-nobody")
    for holder in (None, mei, lan):
        if holder:
            devices.link(watch, elder=holder, now=timezone.now() - timedelta(minutes=1))
        send(id=watch.device_id, alarm="sos", timestamp=0)
        send(id=watch.device_id, alarm="sos", timestamp=0)
        newest = Alarm.objects.latest("id")
        assert (newest.elder, newest.repeats) == (holder, 1)


def test_an_alarm_the_flow_fails_to_take_is_kept_and_handed_over_later(send, notebook, now, caplog):
    watch = cast.watch(cast.mei())
    notebook.begin(refusing=True)
    with caplog.at_level(logging.CRITICAL, logger="tracking.alarms"):
        answer = send(id=cast.WATCH_ID, alarm="sos", lat=30, lon=120)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "alarm_waits"
    assert Alarm.objects.get().handed_over_at is None
    watch.refresh_from_db()
    assert watch.name != "half done"
    assert watch.lat == 30

    notebook.begin()
    assert alarms.hand_over_waiting(now=now) == 1
    assert alarms.hand_over_waiting(now=now) == 0
    assert notebook.raised_alarms == [Alarm.objects.get().pk]
    assert Alarm.objects.get().handed_over_at == now


def test_a_repeat_the_flow_fails_to_take_waits_as_well(send, notebook, now, caplog):
    cast.watch(cast.mei())
    send(id=cast.WATCH_ID, alarm="sos", timestamp=1773106200)
    notebook.begin(refusing=True)
    with caplog.at_level(logging.CRITICAL, logger="tracking.alarms"):
        answer = send(id=cast.WATCH_ID, alarm="sos", timestamp=1773106200)
    assert answer.status_code == 503
    notebook.begin()
    assert alarms.hand_over_waiting(now=now) == 1


@pytest.mark.parametrize(
    "body",
    [
        b'{"device_id": "\x00", "alarm": "sos"}',
        b'\xff\xfe{"alarm": "sos"',
        b'["sos"]',
        b'{"alarm": {"kind": ["sos"]}, "device_id": []}',
        b'{"alarm": "\\ud800", "device_id": "\\udfff"}',
    ],
)
def test_an_alarm_among_rubbish_is_committed(post, notebook, body):
    answer = post(body)
    assert answer.status_code == 200
    assert answer.json()["warnings"]
    assert len(notebook.raised_alarms) == 1


def test_a_body_too_long_to_read_still_cries(post, notebook):
    answer = post(b'{"device_id": "42", "alarm": "sos", "x": "' + b"y" * 3_000_000 + b'"}')
    assert answer.status_code == 200
    assert Alarm.objects.get().device.device_id == "42"
