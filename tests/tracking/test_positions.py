"""Positions: into the last position and the history, by three clocks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests import cast
from tracking import devices
from tracking.messages import Fix, Message
from tracking.models import Alarm, Clock, Device, Position, Protocol
from tracking.reception import Sender, receive

NOW = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)


calmly = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def hear(device: Device, *, lat: float = 30.27, now: datetime = NOW, **fix: Any) -> Device:
    said = Message(device_id=device.device_id, fix=Fix(lat, 120.15, **fix))
    receive([said], sender=Sender(Protocol.OSMAND), now=now)
    device.refresh_from_db()
    return device


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def test_a_position_is_stored_and_shown(send, now):
    watch = cast.watch(cast.mei())
    fixed_at = now - timedelta(seconds=20)
    answer = send(
        id=watch.device_id,
        lat=30.27,
        lon=120.15,
        timestamp=int(fixed_at.timestamp()),
        accuracy=9,
        batt=71,
    )
    assert answer.status_code == 200
    assert answer.json() == {"alarms": [], "positions": 1, "warnings": {}}
    watch.refresh_from_db()
    assert (watch.lat, watch.lon, watch.accuracy_m, watch.battery) == (30.27, 120.15, 9, 71)
    assert watch.fixed_at == fixed_at
    position = Position.objects.get()
    assert (position.lat, position.fixed_at, position.battery) == (30.27, fixed_at, 71)
    assert position.received_at == position.stored_at == watch.last_heard_at


def test_the_address_is_the_same_with_and_without_a_slash(send, post):
    cast.watch(cast.mei())
    assert send(id=cast.WATCH_ID, lat=30, lon=120).status_code == 200
    form = post(f"id={cast.WATCH_ID}&lat=30&lon=120", "application/x-www-form-urlencoded")
    assert form.status_code == 200


def test_a_device_nobody_registered_is_kept(send):
    assert send(id="stranger", lat=30, lon=120).status_code == 200
    device = Device.objects.get()
    assert (device.device_id, device.registered, device.lat) == ("stranger", False, 30)


def test_what_cannot_be_read_is_named_and_changes_nothing(send):
    answer = send(id="stranger", lat="north", lon=120)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "unreadable"
    assert error["fields"] == {"lat": "must be a number"}
    assert not Device.objects.exists()


def test_a_batch_keeps_what_can_be_read(post):
    answer = post(
        '[{"id": "a", "lat": 30, "lon": 120}, 7, {"id": "b", "lat": 30, "lon": "x"},'
        ' {"id": "c", "alarm": "sos"}]'
    )
    assert answer.status_code == 200
    assert set(answer.json()["warnings"]) == {"body", "id", "lon"}
    assert set(Device.objects.values_list("device_id", flat=True)) == {"a", "c"}
    assert Alarm.objects.get().device.device_id == "c"


def test_no_place_moves_nobody(send):
    answer = send(id="stranger", lat="0.0", lon="0.00000")
    assert answer.status_code == 200
    assert answer.json()["positions"] == 0
    assert answer.json()["warnings"]
    assert Device.objects.get().lat is None
    assert not Position.objects.exists()


def test_a_device_that_requires_its_token_is_refused_without(send):
    watch = cast.watch(cast.mei())
    token = devices.issue_token(watch)
    Device.objects.update(require_token=True)
    for said in ({}, {"token": "wrong"}):
        answer = send(id=watch.device_id, lat=30, lon=120, **said)
        assert answer.status_code == 401
        assert answer.json()["error"]["fields"] == {"token": "is missing or wrong"}
    assert not Position.objects.exists()
    assert send(id=watch.device_id, lat=30, lon=120, token=token).status_code == 200
    assert Position.objects.count() == 1


def test_the_token_may_stand_in_the_header(post):
    watch = cast.watch(cast.mei())
    token = devices.issue_token(watch)
    Device.objects.update(require_token=True)
    body = f'{{"id": "{watch.device_id}", "lat": 30, "lon": 120}}'
    assert post(body, headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.django_db
def test_an_old_fix_that_comes_late_is_history_only(notebook):
    watch = cast.watch(cast.mei())
    hear(watch, lat=30.2, fixed_at=ago(10))
    hear(watch, lat=30.1, fixed_at=ago(60))
    assert watch.lat == 30.2
    assert Position.objects.count() == 2


@pytest.mark.django_db
def test_the_same_fix_sent_twice_is_kept_once(notebook):
    watch = cast.watch(cast.mei())
    for _ in range(3):
        hear(watch, fixed_at=ago(10))
    assert Position.objects.count() == 1


@pytest.mark.django_db
def test_a_clock_that_is_ahead_does_not_freeze_the_device(notebook):
    watch = cast.watch(cast.mei())
    hear(watch, lat=30.1, fixed_at=NOW + timedelta(days=30))
    assert (watch.lat, watch.clock, watch.fixed_at) == (30.1, Clock.AHEAD, NOW)
    assert Position.objects.get().fixed_at == NOW + timedelta(days=30)
    hear(watch, lat=30.2, fixed_at=ago(5))
    assert (watch.lat, watch.clock, watch.fixed_at) == (30.2, Clock.GOOD, ago(5))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "doubtful",
    [
        {"fixed_at": NOW + timedelta(days=1)},
        {"fixed_at": datetime(1980, 1, 6, tzinfo=UTC)},
        {"fixed_at": NOW, "valid": False},
    ],
)
def test_a_doubtful_fix_displaces_a_sound_one_only_when_that_is_old(notebook, doubtful):
    watch = cast.watch(cast.mei())
    hear(watch, lat=30.1, fixed_at=ago(60))
    assert hear(watch, lat=30.2, **doubtful).lat == 30.1
    hear(watch, lat=30.1, fixed_at=ago(30))
    Device.objects.update(fixed_at=ago(3600))
    assert hear(watch, lat=30.2, **doubtful).lat == 30.2


@pytest.mark.django_db
def test_what_was_loaded_is_not_there_for_the_next_batch_of_the_same_transaction(notebook):
    watch = cast.watch(cast.mei())
    hear(watch, fixed_at=ago(5))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM incoming")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_the_flow_is_told_once_the_move_is_committed(notebook):
    mei = cast.mei()
    watch = cast.watch(mei)
    hear(watch, fixed_at=ago(5))
    hear(watch, lat=30.9, fixed_at=ago(500))
    assert notebook.moved_holders == [({mei.pk}, set())]


@pytest.mark.django_db
def test_the_device_of_a_worker_moves_the_worker(notebook):
    wai = cast.wai(cast.sunrise_kitchen())
    phone = Device.objects.create(device_id="phone of wai")
    devices.link(phone, worker=wai, now=cast.BEFORE)
    hear(phone, lat=30.28, fixed_at=ago(5), accuracy_m=7.0)
    wai.refresh_from_db()
    assert (wai.lat, wai.lon, wai.accuracy_m, wai.position_at) == (30.28, 120.15, 7, ago(5))


@pytest.mark.django_db
def test_fifty_positions_take_as_few_queries_as_one(notebook):
    def queries(count: int) -> int:
        said = [Message(f"device {n}", fix=Fix(30.27, 120.15)) for n in range(count)]
        with CaptureQueriesContext(connection) as taken:
            receive(said, sender=Sender(Protocol.OSMAND), now=NOW)
        return len(taken)

    queries(50)  # now everybody is known
    assert queries(50) == queries(1) <= 16


FIXES = st.tuples(
    st.integers(0, 2_000),  # seconds old
    st.integers(0, 40),  # where, in hundredths of a degree
    st.sampled_from(["sound", "sound", "invalid", "ahead", "unset"]),
)


@override_settings(ALARM_FLOW="tests.tracking.notebook.Notebook")
class TestOrder(TestCase):
    """Whatever the order and however often, the same fixes end in the same last position."""

    @calmly
    @given(st.lists(FIXES, min_size=1, max_size=8), st.randoms())
    def test_the_last_position_does_not_depend_on_arrival(self, fixes, random):
        """One device hears them one by one, another in one request, doubled and in disorder."""
        sent = [self.fix(*each) for each in fixes]
        for fix in sent:
            receive([Message("one by one", fix=fix)], sender=Sender(Protocol.OSMAND), now=NOW)
        shuffled = [*sent, *sent]
        random.shuffle(shuffled)
        at_once = [Message("at once", fix=fix) for fix in shuffled]
        receive(at_once, sender=Sender(Protocol.OSMAND), now=NOW)
        ends = Device.objects.values_list("lat", "fixed_at", "valid", "clock")
        one, other = ends.get(device_id="one by one"), ends.get(device_id="at once")
        assert one == other
        histories = [
            set(Position.objects.filter(device__device_id=name).values_list("lat", "fixed_at"))
            for name in ("one by one", "at once")
        ]
        assert histories[0] == histories[1] == {(fix.lat, fix.fixed_at) for fix in sent}

    @calmly
    @given(st.lists(FIXES, max_size=6), st.integers(0, 500), st.randoms())
    def test_a_fresh_sound_fix_wins_over_every_doubtful_one(self, fixes, age_s, random):
        doubtful = [self.fix(*each) for each in fixes if each[2] != "sound"]
        sent = [*doubtful, Fix(30.9, 120.15, ago(age_s))]
        random.shuffle(sent)
        for fix in sent:
            receive([Message("watch", fix=fix)], sender=Sender(Protocol.OSMAND), now=NOW)
        watch = Device.objects.get()
        assert (watch.lat, watch.fixed_at) == (30.9, ago(age_s))

    def fix(self, age_s: int, place: int, kind: str) -> Fix:
        clocks = {
            "ahead": NOW + timedelta(days=1, seconds=age_s),
            "unset": datetime(1980, 1, 6, tzinfo=UTC) + timedelta(seconds=age_s),
        }
        fixed_at = clocks.get(kind, ago(age_s))
        return Fix(30 + place / 100, 120.15, fixed_at, valid=kind != "invalid")
