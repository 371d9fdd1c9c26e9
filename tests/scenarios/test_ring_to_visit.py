"""Follow one call (DESIGN §2): the ten stops from the ring to the visit, over HTTP alone.

`docs/architecture.md` tells the same story with curl.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dispatch import deadlines
from elders import tokens
from elders.models import Elder, User
from telephony import outbound
from tests import cast
from tests.scenarios.phone import Phone
from tracking import devices
from tracking.models import Device

pytestmark = pytest.mark.django_db(transaction=True)

EXPECTED = [
    "request.opened",
    "request.located",
    "offer.made",
    "offer.accepted",
    "assignment.made",
    "assignment.departed",
    "assignment.arrived",
    "assignment.finished",
    "request.confirmed",
    "request.closed",
]


@pytest.fixture
def mei() -> Elder:
    elder = cast.mei()
    elder.holdings.update(verified_at=timezone.now())  # this story runs by the real clock
    return elder


@pytest.fixture
def wai() -> User:
    worker = cast.wai(cast.sunrise_kitchen())
    devices.link(
        Device.objects.create(device_id="wai-phone", registered=True),
        worker=worker,
        now=timezone.now() - timedelta(days=1),
    )
    assert worker.user is not None
    return worker.user


@pytest.fixture
def olive() -> User:
    return cast.olive()


@pytest.fixture
def as_wai(wai: User) -> Client:
    return api_client(wai)


def api_client(user: User) -> Client:
    token = tokens.issue(user, "test", now=timezone.now())
    return Client(headers={"Authorization": f"Bearer {token}"})


def work() -> None:
    """One turn of the background work, as the ticker and Celery do it."""
    deadlines.fire_due(now=timezone.now())
    outbound.deliver_due(now=timezone.now())


def kinds(client: Client, request_id: int) -> list[str]:
    answer = client.get(f"/api/v1/requests/{request_id}/events").json()
    assert [event["seq"] for event in answer["events"]] == list(range(1, answer["seq"] + 1))
    return [event["kind"] for event in answer["events"]]


def test_a_call_becomes_a_meal_on_the_table(mei: Elder, as_wai: Client, olive: User) -> None:
    desk = api_client(olive)
    phone = Phone(cast.MEI_NUMBER)

    # 1-3: the call comes in, is recognised, and is greeted by name
    heard = phone.dial()
    assert heard[0]["verb"] == "say"
    assert mei.name_zh in heard[0]["text"]
    assert "enqueue" in {step["verb"] for step in heard}  # a person first: the digit is an offer

    # 4: a digit opens a request
    heard = phone.press("1")
    assert heard[0]["verb"] == "say"
    phone.hang_up()
    assert phone.state == "ended"  # she ordered: not abandoned, nobody rings her back
    assert desk.get("/api/v1/callbacks").json()["items"] == []
    (request,) = desk.get("/api/v1/requests").json()["items"]
    assert request["category"] == "catering"

    # 5-6: she is located, Wai is the nearest able worker, and is invited
    work()
    request = desk.get(f"/api/v1/requests/{request['id']}").json()
    assert request["state"] == "OFFERED"
    assert request["estimate"]["source"] == "home"
    (offer,) = request["offers"]
    assert offer["worker"]["name"] == "Wai Ho"
    assert {reason["code"] for reason in offer["reasons"]} >= {"travel"}

    # 7: the invitation reaches his phone; his reply accepts it
    text = Phone(cast.WAI_NUMBER).outbox(kind="text")[-1]
    assert text["state"] == "delivered"
    Phone(cast.WAI_NUMBER).reply(text, "1")
    (assignment,) = desk.get(f"/api/v1/requests/{request['id']}").json()["assignments"]
    assert assignment["worker"]["name"] == "Wai Ho"

    # 9: he departs, moves, arrives and finishes
    step(as_wai, assignment, "depart")
    for lat in (30.2755, 30.2748, 30.2742):
        Client().get(f"/positions/osmand/?id=wai-phone&lat={lat}&lon=120.1552&accuracy=8")
    moving = desk.get(f"/api/v1/requests/{request['id']}").json()["assignments"][0]
    assert moving["distance_m"] < 50
    assert moving["eta_s"] is not None
    step(as_wai, assignment, "arrive")
    step(as_wai, assignment, "finish")

    # 9-10: she is rung, confirms with 1, and the log tells all of it in order
    work()
    (call,) = Phone(cast.MEI_NUMBER).outbox(kind="call")
    assert call["purpose"] == "confirm"
    Phone(cast.MEI_NUMBER).answer(call)
    Phone(cast.MEI_NUMBER).reply(call, "1")
    request = desk.get(f"/api/v1/requests/{request['id']}").json()
    assert (request["state"], request["disposition"]) == ("CLOSED", "met")
    assert kinds(desk, request["id"]) == EXPECTED
    assert request["deadlines"] == []


def step(client: Client, assignment: dict[str, int], verb: str) -> None:
    answer = client.post(
        f"/api/v1/assignments/{assignment['id']}/{verb}", "{}", content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
