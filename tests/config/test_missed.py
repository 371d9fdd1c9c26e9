"""Our own parts: told to the desk when they are missed, and taken back when they are there."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from config import missed, work
from config.health import GATEWAY, MQTT
from config.models import Heartbeat
from dispatch.models import Notice
from dispatch.pages.desk import notices
from tests import cast

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


def test_a_broker_that_is_away_is_told_until_it_is_back(settings, now):
    settings.MQTT_URL = "mqtt://127.0.0.1:1"
    Heartbeat.beat(MQTT, now=now, facts={"connected": False})
    missed.sweep(now=now)
    (told,) = open_ones()
    assert notices.sentence(told).startswith("The broker of forwarded positions is not heard from.")
    Heartbeat.beat(MQTT, now=now, facts={"connected": True})
    missed.sweep(now=now)
    assert not open_ones().exists()


# --- a worker that is dead -----------------------------------------------------------------------


def standing(who):
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(who)
    return client.get("/console/standing/")


def test_a_dead_worker_is_told_by_the_pages_of_the_desk():
    olive = cast.olive()
    for kind in work.SWEEPS:
        Heartbeat.beat(kind, now=timezone.now())
    assert not standing(olive).content.strip()
    Heartbeat.objects.filter(work="deadlines").update(at=timezone.now() - timedelta(seconds=21))
    assert "Watch every emergency yourselves" in standing(olive).content.decode()


def test_it_is_told_to_operators_alone():
    assert standing(cast.rose(cast.lan())).status_code == 403
