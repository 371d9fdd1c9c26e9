"""The way she came lately, as the console draws it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import cast
from tracking import trails
from tracking.models import Device, DeviceLink, Position

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def been(device, lat, *, at, **more):
    Position.objects.create(
        device=device, lat=lat, lon=120.15, fixed_at=at, received_at=at, stored_at=at, **more
    )
    Device.objects.filter(pk=device.pk).update(last_heard_at=at)


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
    been(watch, 30.4, at=now)
    assert trails.drawn(mei, now=now) == [[30.3, 120.15], [30.4, 120.15]]


def test_the_console_draws_it(client, now):
    mei = cast.mei()
    watch = cast.watch(mei)
    for minutes, lat in ((2, 30.3), (1, 30.4)):
        been(watch, lat, at=now - timedelta(minutes=minutes))
    client.force_login(cast.olive())
    page = client.get(f"/console/sending/?elder={mei.pk}").content.decode()
    assert '"route": [[30.3, 120.15], [30.4, 120.15]]' in page
