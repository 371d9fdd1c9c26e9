"""The way she came lately, as the console draws it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import cast
from tracking import reception, trails
from tracking.messages import Fix, Message
from tracking.models import Device, DeviceLink, Position, Protocol
from tracking.reception import Sender

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def been(device, lat, *, at, **more):
    Position.objects.create(
        device=device, lat=lat, lon=120.15, fixed_at=at, received_at=at, stored_at=at, **more
    )
    Device.objects.filter(pk=device.pk).update(last_heard_at=at)


def hears(device, lat, *, at, lon=120.15, valid=True, received_at=None):
    """As the device tells it."""
    message = Message(device.device_id, fix=Fix(lat, lon, at, accuracy_m=9.0, valid=valid))
    reception.receive([message], sender=Sender(Protocol.OSMAND), now=received_at or at)


def test_the_way_is_in_order_and_has_nothing_old_and_nothing_doubted(now):
    mei = cast.mei()
    watch = cast.watch(mei)
    assert trails.drawn(mei, now=now) == []
    been(watch, 30.1, at=now - timedelta(hours=2))
    been(watch, 30.3, at=now - timedelta(minutes=5))
    been(watch, 35.0, at=now - timedelta(minutes=4), doubt="jump")
    assert trails.drawn(mei, now=now) == []  # one place is no way
    been(watch, 30.4, at=now)
    been(watch, 30.2, at=now - timedelta(minutes=10))
    assert trails.drawn(mei, now=now) == [[30.2, 120.15], [30.3, 120.15], [30.4, 120.15]]


def test_a_device_tells_nothing_of_her_from_before_she_had_it(now):
    mei = cast.mei()
    watch = cast.watch(mei)
    DeviceLink.objects.update(since=now - timedelta(minutes=3))
    been(watch, 30.2, at=now - timedelta(minutes=10))
    been(watch, 30.3, at=now - timedelta(minutes=2))
    been(watch, 30.304, at=now)
    assert trails.drawn(mei, now=now) == [[30.3, 120.15], [30.304, 120.15]]


def test_neither_an_invalid_fix_nor_one_of_a_wrong_clock_is_drawn(now):
    mei = cast.mei()
    watch = cast.watch(mei)
    for minutes, lat in ((9, 30.300), (6, 30.301), (3, 30.302)):
        hears(watch, lat, at=now - timedelta(minutes=minutes))
    hears(watch, 30.305, at=now - timedelta(minutes=2), valid=False)
    ahead = now - timedelta(minutes=1)  # said ten minutes ago
    hears(watch, 30.306, at=ahead, received_at=now - timedelta(minutes=10))
    assert not Position.objects.exclude(doubt="").exists()
    assert [lat for lat, lon in trails.drawn(mei, now=now)] == [30.300, 30.301, 30.302]


def test_the_line_is_smooth_and_what_was_said_stays_as_it_was(now):
    mei = cast.mei()
    watch = cast.watch(mei)
    for n, lat in enumerate((30.300, 30.301, 30.3022, 30.303, 30.304)):
        aside = 0.002 if n == 2 else 0.0
        hears(watch, lat, lon=120.15 + aside, at=now - timedelta(minutes=10 - n))
    line = trails.drawn(mei, now=now)
    assert {lon for lat, lon in line} == {120.15}
    assert line[0] == [30.300, 120.15]
    assert line[-1] == [30.304, 120.15]
    assert Position.objects.filter(lon=120.152).exists()


def test_the_console_draws_it(client, now):
    mei = cast.mei()
    watch = cast.watch(mei)
    for minutes, lat in ((2, 30.3), (1, 30.302)):
        been(watch, lat, at=now - timedelta(minutes=minutes))
    client.force_login(cast.olive())
    page = client.get(f"/console/sending/?elder={mei.pk}").content.decode()
    assert '"route": [[30.3, 120.15], [30.302, 120.15]]' in page
