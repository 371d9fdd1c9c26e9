"""The town lives: through the public endpoints alone, and only when an operator says so."""

import json
import threading

import httpx
import pytest
from django.core.wsgi import get_wsgi_application
from django.utils import timezone

from config.living import living
from config.town import Town, cast
from config.town.life import Life
from config.town.outside import Outside
from config.town.seeding import Scale, settle
from dispatch import deadlines
from dispatch.models import ServiceRequest
from elders import tokens
from elders.models import Elder, User
from telephony import outbound
from tracking.models import Device, Position

STEP_S = 6.0
ELDERS = 40


@pytest.fixture
def town(transactional_db):
    """A small town in which the demo's people live too."""
    town, now = Town(width_m=2500, height_m=2500, seed=5), timezone.now()
    settle(Scale(elders=ELDERS, providers=16, workers=48), town, now=now)
    cast.arrive(town, now=now)
    return town


@pytest.fixture
def outside(town):
    """The house's own doors, without a network between."""
    operator = User.objects.get(username=cast.TOWN)
    token = tokens.issue(operator, "test", now=timezone.now())
    doors = httpx.WSGITransport(app=get_wsgi_application())
    with httpx.Client(transport=doors, base_url="http://testserver") as client:
        yield Outside(client, token=token)


def work() -> None:
    """What the worker process does between the steps."""
    deadlines.fire_due(now=timezone.now())
    outbound.deliver_due(now=timezone.now())


def test_an_elder_rings_and_a_worker_travels_to_her_and_she_confirms(town, outside):
    life = Life(town, outside, elders=ELDERS, hotline="12349", left_alone=cast.LEFT_ALONE, at=0)
    closed = ServiceRequest.objects.filter(state="CLOSED")
    for step in range(250):
        life.step(at=step * STEP_S)
        work()
        if closed.exists():
            break
    request = closed.get()
    kinds = list(request.events.values_list("kind", flat=True))
    path = [kind for kind in kinds if kind.startswith(("assignment", "request.c"))]
    assert path[:4] == [
        "assignment.made",
        *(f"assignment.{done}" for done in ("departed", "arrived", "finished")),
    ]
    assert path[4:] == ["request.confirmed", "request.closed"]

    worker = request.assignments.get(state="cleared").worker
    device = Device.objects.get(links__worker=worker)
    places = list(Position.objects.filter(device=device).order_by("pk").values_list("lat", "lon"))
    assert len(places) > 3
    for lat, lon in places[1:-1]:
        assert town.streets.nearest(lat, lon).off_m < 60
    home = Elder.objects.values_list("lat", "lon").get(requests=request)
    assert places[-1] == pytest.approx(home, abs=1e-5)
    worker.refresh_from_db()
    assert (worker.lat, worker.lon) == pytest.approx(home, abs=1e-5)


def test_who_has_a_page_is_left_to_whoever_sits_before_it(town, outside):
    life = Life(town, outside, elders=0, hotline="12349", left_alone=cast.LEFT_ALONE, at=0)
    call = outside.ring(cast.MEI, to="12349")
    outside.press(call, "1")
    outside.hang_up(call)
    for step in range(20):
        work()
        life.step(at=step * STEP_S)
    request = ServiceRequest.objects.get()
    assert [offer.worker.name for offer in request.offers.all()] == ["Ho Wai"]
    assert request.state == "OFFERED"


def test_an_alarm_is_raised_when_no_other_waits_for_the_desk(town, outside):
    life = Life(town, outside, elders=ELDERS, hotline="12349", at=0)
    life._alarm(0.0)
    case = ServiceRequest.objects.get(priority="emergency")
    assert case.source == "alarm"
    life.step(at=1.0)
    life._alarm(1.0)
    assert ServiceRequest.objects.filter(priority="emergency").count() == 1


@pytest.fixture
def press(client, settings, town):
    settings.DEMO = True
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:9"  # nobody listens there
    client.force_login(User.objects.get(username="olive"))
    yield lambda body: client.post(
        "/demo/living/", json.dumps(body), content_type="application/json"
    )
    living.stop()
    for thread in threading.enumerate():
        if thread.name == "living":  # those, too, that a test has already switched off
            thread.join(60)
            assert not thread.is_alive()


def test_an_operator_switches_it_on_and_off(press, client):
    assert client.get("/demo/living/").json() == {"on": False}
    assert press({"on": True}).json() == {"on": True}
    thread = living._thread
    assert thread is not None
    assert press({"on": True}).json() == {"on": True}
    assert living._thread is thread
    assert press({"on": False}).json() == {"on": False}
    thread.join(60)
    assert not thread.is_alive()
    token = User.objects.get(username=cast.TOWN).api_tokens.get()
    assert token.revoked_at is not None


@pytest.mark.parametrize("body", [{}, [], {"on": 1}, {"on": "yes"}, {"on": None}])
def test_a_wish_that_is_neither_is_named(press, body):
    response = press(body)
    assert response.status_code == 400
    assert set(response.json()["error"]["fields"]) == {"on"}
    assert not living.on


def test_a_button_may_send_it_as_a_form(press, client):
    assert client.post("/demo/living/", {"on": "true"}).json() == {"on": True}
    assert client.post("/demo/living/", {"on": "false"}).json() == {"on": False}


def test_nobody_else_switches_it_and_outside_the_demo_it_is_not_there(press, client, settings):
    client.force_login(User.objects.get(username="ka-ming"))
    assert press({"on": True}).status_code == 403
    client.logout()
    assert press({"on": True}).status_code == 403
    client.force_login(User.objects.get(username="olive"))
    settings.DEMO = False
    assert press({"on": True}).status_code == 404
    assert not living.on
