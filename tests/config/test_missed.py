"""Our own parts: told to the desk when they are missed, and taken back when they are there."""

from datetime import timedelta

import pytest

from config import missed, work
from config.health import GATEWAY
from config.models import Heartbeat
from dispatch.models import Notice
from dispatch.pages.desk import notices

pytestmark = pytest.mark.django_db


def open_ones():
    return Notice.objects.filter(code=missed.CODE, done_at=None)


def test_a_gateway_that_falls_silent_is_told_once_until_it_is_back(settings, now):
    settings.GATEWAY_PORTS, settings.DEMO = {"sia": 50000}, False
    missed.sweep(now=now)
    assert not open_ones().exists()  # never started here
    Heartbeat.beat(GATEWAY, now=now, facts={"missing": {}})
    missed.sweep(now=now + timedelta(seconds=work.SILENT_AFTER_S))
    assert not open_ones().exists()
    for seconds in (21, 22, 600):
        missed.sweep(now=now + timedelta(seconds=seconds))
    (told,) = open_ones()
    assert (told.level, told.times) == ("sos", 1)
    assert notices.sentence(told).startswith("The device gateway is not heard from.")
    Heartbeat.beat(GATEWAY, now=now + timedelta(seconds=601), facts={"missing": {}})
    missed.sweep(now=now + timedelta(seconds=602))
    assert not open_ones().exists()


def test_a_house_without_a_gateway_misses_none(settings, now):
    settings.GATEWAY_PORTS = {"sia": 0}
    Heartbeat.beat(GATEWAY, now=now)
    missed.sweep(now=now + timedelta(hours=1))
    assert not open_ones().exists()
