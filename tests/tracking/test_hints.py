"""Cells and access points: kept, resolved by a service, and never taken for a fix."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import translation

from elders.models import Elder
from tests import cast
from tracking import hints, locate
from tracking.messages import Cell, Fix, Message, Wifi
from tracking.models import Device, Hint, Position, Protocol
from tracking.reception import Sender, receive

pytestmark = pytest.mark.django_db
CELLS = (Cell(460, 0, 9360, 4880, -71), Cell(460, 0, 9360, 4183))
POINTS = (Wifi("aa:bb:cc:dd:ee:01", -50), Wifi("aa:bb:cc:dd:ee:02", -60))


class Service(HTTPServer):
    """A location service on loopback: answers what it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[dict] = []
        self.status, self.answer = 200, b"{}"

    def says(self, status: int, answer: object) -> None:
        self.status, self.answer = status, json.dumps(answer).encode()


class Answering(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked.append(json.loads(self.rfile.read(length)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service(settings):
    it = Service()
    thread = threading.Thread(target=it.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    settings.LOCATION_SERVICE_URL = f"http://127.0.0.1:{it.server_port}/v1/geolocate?key=test"
    yield it
    it.shutdown()
    it.server_close()
    thread.join()


@pytest.fixture
def mei(notebook) -> Elder:
    return cast.mei()


@pytest.fixture
def watch(mei) -> Device:
    return cast.watch(mei)


def say(watch: Device, now, **more) -> None:
    message = Message(watch.device_id, sent_at=now, **{"cells": CELLS, "wifi": POINTS, **more})
    receive([message], sender=Sender(Protocol.WATCH), now=now)


KNOWN = {"location": {"lat": 30.28, "lng": 120.1551}, "accuracy": 80.0}


def test_what_it_hears_is_kept_where_it_has_no_fix(watch, now):
    say(watch, now)
    say(watch, now, fix=Fix(30.27, 120.15, now, valid=False))
    say(watch, now, fix=Fix(30.27, 120.15, now))
    say(watch, now, cells=(), wifi=())
    assert Hint.objects.count() == 2
    assert Hint.objects.first().heard == {
        "cells": [[460, 0, 9360, 4880, -71], [460, 0, 9360, 4183, None]],
        "wifi": [["aa:bb:cc:dd:ee:01", -50], ["aa:bb:cc:dd:ee:02", -60]],
    }


def test_an_alarm_without_a_fix_keeps_what_its_device_hears(watch, now):
    say(watch, now, kinds=("sos",))
    assert Hint.objects.count() == 1


def test_without_a_service_nobody_is_asked(watch, now):
    say(watch, now)
    assert hints.sweep(now=now) == 0
    assert Hint.objects.get().tries == 0


def test_a_service_makes_a_place_of_it_that_is_not_taken_for_a_fix(service, mei, watch, now):
    service.says(200, KNOWN)
    say(watch, now)
    assert hints.sweep(now=now) == 1
    (asked,) = service.asked
    assert asked["cellTowers"][0] == {
        "radioType": "gsm",
        "mobileCountryCode": 460,
        "mobileNetworkCode": 0,
        "locationAreaCode": 9360,
        "cellId": 4880,
        "signalStrength": -71,
    }
    assert asked["wifiAccessPoints"][1]["macAddress"] == "aa:bb:cc:dd:ee:02"
    place = Position.objects.get()
    assert (place.source, place.accuracy_m, place.fixed_at) == ("wifi", 80, now)
    watch.refresh_from_db()
    assert watch.lat is None
    estimate = locate.best_location(mei, now=now + timedelta(seconds=60))
    assert (estimate.source, estimate.confidence, estimate.accuracy_m) == ("wifi", "medium", 80)
    assert estimate.alternative.source == "home"
    with translation.override("en"):
        assert estimate.text.startswith(
            "By the masts and Wi-Fi around her, 60 seconds ago: 650 m north of home"
            " (12 Willow Lane), within 80 m."
        )


def test_a_recent_fix_is_worth_more_than_masts(service, mei, watch, now):
    fix = Fix(30.2741, 120.1551, now - timedelta(seconds=120), 10)
    receive([Message(watch.device_id, fix=fix)], sender=Sender(Protocol.WATCH), now=now)
    service.says(200, KNOWN | {"accuracy": 1500})
    say(watch, now, wifi=())
    hints.sweep(now=now)
    assert Position.objects.filter(source="cell").exists()
    assert locate.best_location(mei, now=now).source == "device"
    later = now + timedelta(hours=1)
    say(watch, later, wifi=())
    hints.sweep(now=later)
    assert locate.best_location(mei, now=later).source == "cell"
    assert locate.best_location(mei, now=later).confidence == "low"


def test_what_the_service_does_not_know_is_not_asked_again(service, watch, now):
    service.says(404, {"error": {"code": 404}})
    say(watch, now)
    assert [hints.sweep(now=now) for _ in range(2)] == [0, 0]
    assert len(service.asked) == 1
    assert Hint.objects.get().state == "unknown"


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, {}),
        (200, []),
        (200, {"location": 7}),
        (200, {"location": {"lat": 0, "lng": 0}, "accuracy": 9}),
        (200, {"location": {"lat": "30", "lng": 120}, "accuracy": 9}),
        (200, {"location": {"lat": 30, "lng": 120}}),
        (200, {"location": {"lat": 30, "lng": 999}, "accuracy": 9}),
    ],
)
def test_a_service_that_fails_is_asked_three_times_and_then_left(
    service, watch, now, status, answer
):
    service.says(status, answer)
    say(watch, now)
    assert [hints.sweep(now=now) for _ in range(5)] == [0] * 5
    assert len(service.asked) == 3
    assert not Position.objects.exists()


def test_a_service_that_is_away_harms_nothing(settings, service, watch, now):
    settings.LOCATION_SERVICE_URL = "http://127.0.0.1:9/"
    say(watch, now)
    assert hints.sweep(now=now) == 0
