"""The bare route in front of Django: the same answers, a queue with an end, alarms past it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client

from config.asgi import application
from tests import cast
from tests.tracking.notebook import Notebook
from tracking import door, lanes, reception
from tracking.messages import HELP, Fix, Kind, Message
from tracking.models import Alarm, Device, Position, Protocol
from tracking.protocols import osmand
from tracking.reception import Sender

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")
NOW = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)
HERE = {"lat": "30.27", "lon": "120.15", "timestamp": "1773106200"}


@pytest.fixture(autouse=True)
def _lanes(notebook: Notebook) -> Iterator[None]:
    yield
    lanes.close()


@pytest.fixture
async def line() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://old-name") as client:
        yield client


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Positions cannot be written until it is set."""
    free = threading.Event()
    write = reception.receive_news

    def wait(*arguments: Any, **more: Any) -> Any:
        assert free.wait(30)
        return write(*arguments, **more)

    monkeypatch.setattr(reception, "receive_news", wait)
    yield free
    free.set()


async def elsewhere(act: Callable[[], T]) -> T:
    """What `act` returns, done by a thread that keeps no connection to the database."""

    def do() -> T:
        try:
            return act()
        finally:
            connection.close()

    return await asyncio.to_thread(do)


REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "osmand/?id=42&lat=30&lon=120", {}),
    ("GET", "osmand?id=42&lat=30&lon=120&timestamp=1773106200", {}),
    ("GET", "osmand/", {}),
    ("GET", "osmand/?id=42&lat=north&lon=120", {}),
    ("GET", "osmand/?id=42&alarm=sos&lat=north", {}),
    ("POST", "osmand/", {"content": b"\xff\xfe{" + b"x" * 2_000_000}),
    ("POST", "osmand", {"content": b'{"id": "42", "alarm": "sos", "x": "' + b"y" * 3_000_000}),
    ("POST", "osmand/", {"data": {"id": "43", **HERE}}),
    ("POST", "owntracks/", {"json": {"_type": "location", "tid": "me"}}),
    ("POST", "owntracks", {"json": {"_type": "lwt", "tid": "me"}}),
    ("POST", "traccar/", {"json": [], "headers": {"Authorization": "Bearer wrong"}}),
    ("POST", "batch/", {"json": [{"device_id": "42", "lat": 30, "lon": 120}]}),
    ("GET", "batch/", {}),
    ("PUT", "osmand/", {}),
]


@pytest.mark.parametrize(("verb", "path", "more"), REQUESTS, ids=lambda one: str(one)[:40])
async def test_it_answers_as_django_does(line, verb, path, more):
    bare = await line.request(verb, f"/positions/{path}", **more)
    async with httpx.AsyncClient(base_url="http://x") as builder:
        asked = builder.build_request(verb, f"/positions/{path}", **more)
    body = await asked.aread()
    told = await elsewhere(lambda: _through_django(asked, body))
    assert bare.status_code == told.status_code
    assert _without_ids(bare.json()) == _without_ids(told.json())
    assert bare.headers.get("allow") == told.headers.get("allow")


def _through_django(asked: httpx.Request, body: bytes) -> Any:
    headers = {name: asked.headers[name] for name in ("authorization",) if name in asked.headers}
    return Client(headers=headers).generic(
        asked.method, str(asked.url.raw_path.decode()), body, asked.headers.get("content-type", "")
    )


def _without_ids(document: Any) -> Any:
    """Each alarm has its own number."""
    if isinstance(document, list):
        return [_without_ids(one) for one in document]
    if isinstance(document, dict):
        return {k: len(v) if k == "alarms" else v for k, v in document.items() if k != "message"}
    return document


async def test_what_is_not_of_devices_is_djangos(line):
    assert (await line.get("/positions/carrier-pigeon/")).status_code == 404
    assert (await line.get("/healthz")).status_code == 200


async def test_a_committed_position_is_answered_and_named(line):
    answer = await line.get("/positions/osmand", params={"id": "42", **HERE})
    assert answer.json() == {"alarms": [], "positions": 1, "warnings": {}}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"]
    assert await elsewhere(Position.objects.count) == 1


async def test_an_error_is_told_in_the_language_of_who_asks(line):
    chinese = await line.get("/positions/osmand/", headers={"Accept-Language": "zh-CN"})
    english = await line.get("/positions/osmand/", headers={"Accept-Language": "en-GB,zh;q=0.1"})
    assert english.json()["error"]["message"] == "This could not be read."
    assert chinese.json()["error"]["message"] != english.json()["error"]["message"]


async def test_when_the_queue_is_full_positions_wait_and_alarms_do_not(line, stuck, settings):
    settings.POSITIONS_QUEUE = 3
    cast_ids = [f"device {n}" for n in range(3)]
    waiting = [
        asyncio.create_task(line.get("/positions/osmand/", params={"id": each, **HERE}))
        for each in cast_ids
    ]
    while door.waiting() < 3:  # noqa: ASYNC110  the queue tells nobody that it is full
        await asyncio.sleep(0)
    refused = await line.get("/positions/osmand/", params={"id": "late", **HERE})
    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "queue_full"
    assert int(refused.headers["retry-after"]) > 0
    press = line.get("/positions/osmand/", params={"id": "late", "alarm": "sos", **HERE})
    alarm = await asyncio.wait_for(press, 20)
    assert alarm.status_code == 200
    assert await elsewhere(Alarm.objects.count) == 1
    assert not any(task.done() for task in waiting)
    stuck.set()
    assert [task.status_code for task in await asyncio.gather(*waiting)] == [200] * 3
    again = await line.get("/positions/osmand/", params={"id": "late", **HERE})
    assert again.status_code == 200


async def test_a_press_waits_behind_no_power_cut_of_a_whole_town(monkeypatch):
    free, receive = threading.Event(), reception.receive

    def slow(messages: Any, **more: Any) -> Any:
        if not HELP & set(messages[0].kinds):
            assert free.wait(60)
        return receive(messages, **more)

    monkeypatch.setattr(reception, "receive", slow)

    def says(*kinds: Kind) -> Any:
        said = [Message(f"device {kinds}", kinds=kinds)]
        return asyncio.create_task(door.take(said, sender=Sender(Protocol.OSMAND), now=NOW))

    dark = [says(Kind.POWER_LOST) for _ in range(10)]
    receipt = await asyncio.wait_for(says(Kind.SOS, Kind.POWER_LOST), 30)
    assert receipt.alarms
    assert not any(task.done() for task in dark)
    free.set()
    assert all(told.alarms for told in await asyncio.gather(*dark))


async def test_one_request_larger_than_the_queue_is_taken_when_it_is_empty(settings):
    settings.POSITIONS_QUEUE = 3
    said = [Message(f"device {n}", fix=Fix(30, 120)) for n in range(10)]
    receipt = await door.take(said, sender=Sender(Protocol.OSMAND), now=NOW)
    assert receipt.positions == 10


async def test_many_at_once_make_few_commits_and_each_has_its_own_answer(line, monkeypatch):
    sizes = []
    write = reception.receive_news

    def count(requests: Any, **more: Any) -> Any:
        sizes.append(len(requests))
        return write(requests, **more)

    monkeypatch.setattr(reception, "receive_news", count)
    ids = [f"device {n}" for n in range(50)]
    answers = await asyncio.gather(
        *[line.get("/positions/osmand/", params={"id": each, **HERE}) for each in ids],
        line.get("/positions/osmand/", params={"id": "wrong", "lat": "north"}),
    )
    assert [answer.status_code for answer in answers] == [200] * 50 + [400]
    assert await elsewhere(Position.objects.count) == 50
    assert sum(sizes) == 51
    assert len(sizes) < 20


async def test_a_long_list_is_read_beside_the_loop_and_a_short_one_on_it(line, monkeypatch):
    readers = []
    read = osmand.decode

    def note(*arguments: Any, **more: Any) -> Any:
        readers.append(threading.current_thread() is threading.main_thread())
        return read(*arguments, **more)

    monkeypatch.setattr(osmand, "decode", note)
    places = [
        {"id": f"{n}", "lat": 30.27, "lon": 120.15, "timestamp": 1773106200} for n in range(2)
    ]
    padded = [{**place, "unknown": "x" * 40_000} for place in places]
    for said in (places, padded):
        answer = await line.post("/positions/osmand/", json=said)
        assert answer.json()["positions"] == 2
    assert readers == [True, False]


@pytest.mark.parametrize("padding", ["", "x" * 5_000])
async def test_a_cry_is_read_before_the_lists_that_came_with_it(line, monkeypatch, padding):
    order = []
    read = osmand.decode

    def note(*arguments: Any, **more: Any) -> Any:
        messages = read(*arguments, **more)
        order.append("alarm" if messages[0].kinds else "list")
        return messages

    monkeypatch.setattr(osmand, "decode", note)
    place = {"lat": 30.27, "lon": 120.15, "timestamp": 1773106200, "unknown": "x" * 5_000}
    lists = [{"id": f"{n}", **place} for n in range(20)]
    cry = {"id": "cries", "alarm": "sos", "unknown": padding}
    answers = await asyncio.gather(
        *[line.post("/positions/osmand/", json=said) for said in [*lists, cry]]
    )
    assert {answer.status_code for answer in answers} == {200}
    assert order.count("list") == 20
    assert order.index("alarm") < 3


@pytest.fixture
def crying(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Calls for help are not written before it is set."""
    free, receive = threading.Event(), reception.receive

    def wait(*arguments: Any, **more: Any) -> Any:
        assert free.wait(30)
        return receive(*arguments, **more)

    monkeypatch.setattr(reception, "receive", wait)
    yield free
    free.set()


def says(device_id: str, **said: Any) -> "asyncio.Task[Any]":
    sender = Sender(Protocol.OSMAND)
    return asyncio.create_task(door.take([Message(device_id, **said)], sender=sender, now=NOW))


async def test_positions_give_way_to_a_cry_that_is_being_written(monkeypatch, crying):
    monkeypatch.setattr(lanes, "GIVE_WAY_S", 60)
    order = []
    alarm, position = says("cries", kinds=(Kind.SOS,)), says("walks", fix=Fix(30, 120))
    alarm.add_done_callback(lambda _: order.append("alarm"))
    position.add_done_callback(lambda _: order.append("position"))
    done, _ = await asyncio.wait([position], timeout=1)
    assert not done
    crying.set()
    await asyncio.gather(alarm, position)
    assert order == ["alarm", "position"]


async def test_positions_wait_for_no_cry_that_does_not_end(monkeypatch, crying):
    monkeypatch.setattr(lanes, "GIVE_WAY_S", 0.01)
    alarm = says("cries", kinds=(Kind.SOS,))
    receipt = await asyncio.wait_for(says("walks", fix=Fix(30, 120)), 20)
    assert receipt.positions == 1
    assert not alarm.done()
    crying.set()
    await alarm


async def test_what_a_device_says_is_written_in_its_order(line):
    for lat in ("30.1", "30.2", "30.3"):
        await line.get("/positions/osmand/", params={"id": "42", "lat": lat, "lon": "120"})
    assert (await elsewhere(Device.objects.get)).lat == 30.3


async def test_a_request_that_cannot_be_written_spoils_only_itself(line, monkeypatch, caplog):
    write = reception._take_news

    def fail(requests: Any, **more: Any) -> None:
        if any(m.device_id == "poison" for _, said in requests for m in said.messages):
            raise DatabaseError("no")
        write(requests, **more)

    monkeypatch.setattr(reception, "_take_news", fail)
    ids = ["first", "poison", "third"]
    answers = await asyncio.gather(
        *[line.get("/positions/osmand/", params={"id": each, **HERE}) for each in ids]
    )
    assert [answer.status_code for answer in answers] == [200, 500, 200]
    assert "could not be written" in caplog.text


async def test_without_a_database_devices_are_told_to_come_again(line, monkeypatch, caplog):
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(reception, "_take_news", fail)
    answer = await line.get("/positions/osmand/", params={"id": "42", **HERE})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]
    assert "away" in caplog.text


async def test_a_body_that_breaks_off_still_cries():
    sent: list[Any] = []
    parts = iter(
        [
            {"type": "http.request", "body": b'{"id": "42", "alarm": "so', "more_body": True},
            {"type": "http.request", "body": b's", "lat"', "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> Any:
        return next(parts)

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {"type": "http", "method": "POST", "path": "/positions/osmand/", "headers": []}
    await application({**scope, "query_string": b"", "client": ("1.2.3.4", 5)}, receive, send)
    assert sent[0]["status"] == 200
    assert (await elsewhere(Alarm.objects.get)).kinds == ["sos"]


async def test_an_elders_press_reaches_the_flow_through_the_bare_route(line, notebook):
    await elsewhere(lambda: cast.watch(cast.mei()))
    answer = await line.get("/positions/osmand/", params={"id": cast.WATCH_ID, "alarm": "sos"})
    assert notebook.raised_alarms == answer.json()["alarms"]
