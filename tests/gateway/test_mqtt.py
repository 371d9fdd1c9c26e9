"""What a Traccar server forwards by MQTT, through a real broker: confirmed when it is committed."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import paho.mqtt.client as paho
import pytest
from django.db import connection
from paho.mqtt.enums import CallbackAPIVersion

from tests.infra.mosquitto import Mosquitto
from tests.tracking.notebook import Notebook
from tracking import lanes, mqtt
from tracking.flow import alarm_flow
from tracking.models import Alarm, Device, Position
from tracking.mqtt import Subscriber

pytestmark = pytest.mark.django_db(transaction=True)
TOPICS = ["positions", "events"]
PATIENCE_S = 60.0
POSITION: dict[str, Any] = {
    "position": {
        "latitude": 30.2741,
        "longitude": 120.1551,
        "fixTime": "2026-03-10T01:30:00.000+00:00",
        "deviceTime": "2026-03-10T01:30:00.000+00:00",
        "valid": True,
        "attributes": {},
    },
    "device": {"uniqueId": "861001000719969"},
}
PRESS = {**POSITION, "position": {**POSITION["position"], "attributes": {"alarm": "sos"}}}


@pytest.fixture
def notebook(settings, monkeypatch) -> Notebook:
    settings.ALARM_FLOW = "tests.tracking.notebook.Notebook"
    monkeypatch.setattr(mqtt, "FIRST_PAUSE_S", 0.05)
    flow = alarm_flow()
    assert isinstance(flow, Notebook)
    flow.begin()
    return flow


@pytest.fixture
async def subscribed(broker) -> AsyncIterator[Callable[[], Awaitable[Subscriber]]]:
    """`await subscribed()` is one that has its session at the broker."""
    there: list[Subscriber] = []

    async def one() -> Subscriber:
        subscriber = Subscriber(broker.url, TOPICS)
        there.append(subscriber)
        await subscriber.start()
        await until(lambda: subscriber.subscribed)
        return subscriber

    yield one
    for subscriber in there:
        await subscriber.stop()
    await asyncio.to_thread(lanes.close)


async def until(true: Callable[[], Any]) -> None:
    """Returns when it is; a machine that is slow only takes longer."""
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110  other threads make it true
            await asyncio.sleep(0.02)


async def until_there(count: Callable[[], int], wanted: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await _in_thread(count) != wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def _in_thread(act: Callable[[], Any]) -> Any:
    """What `act` returns, done by a thread that keeps no connection to the database."""

    def do() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return await asyncio.to_thread(do)


def _publish(broker: Mosquitto, topic: str, payload: bytes) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    client.publish(topic, payload, qos=1).wait_for_publish(PATIENCE_S)
    client.disconnect()
    client.loop_stop()


async def forward(broker: Mosquitto, document: object, topic: str = "positions") -> None:
    payload = document if isinstance(document, bytes) else json.dumps(document).encode()
    await asyncio.to_thread(_publish, broker, topic, payload)


async def test_a_position_and_a_press_are_kept(broker, notebook, subscribed):
    subscriber = await subscribed()
    await forward(broker, POSITION)
    await until_there(Position.objects.count, 1)
    await forward(broker, PRESS, "events")
    await until(lambda: notebook.raised_alarms)
    await until(lambda: subscriber.facts() == {"connected": True, "waiting": 0, "taken": 2})


async def test_what_is_not_committed_is_not_confirmed_and_comes_again(broker, notebook, subscribed):
    notebook.refusing = True
    first = await subscribed()
    await forward(broker, PRESS)
    await until_there(Alarm.objects.count, 1)
    await first.stop()
    assert first.taken == 0
    notebook.refusing = False
    second = await subscribed()
    await until(lambda: second.taken == 1)
    assert len(notebook.raised_alarms) >= 1
    assert await _in_thread(Alarm.objects.filter(handed_over_at=None).count) == 0
    assert await _in_thread(Alarm.objects.count) == 1


async def test_what_fails_for_a_while_is_tried_again_on_the_same_line(broker, notebook, subscribed):
    notebook.refusing = True
    subscriber = await subscribed()
    await forward(broker, PRESS)
    await until_there(Alarm.objects.count, 1)
    notebook.refusing = False
    await until(lambda: subscriber.taken == 1)
    assert notebook.raised_alarms


async def test_rubbish_is_confirmed_and_keeps_nothing_waiting(broker, notebook, subscribed):
    subscriber = await subscribed()
    for payload in (b"", b"\xff\x00", b"[]", b'{"position": 7}'):
        await forward(broker, payload)
    await forward(broker, POSITION)
    await until_there(Position.objects.count, 1)
    await until(lambda: subscriber.taken == 5)


async def test_a_cry_in_a_broken_message_is_an_alarm(broker, notebook, subscribed):
    await subscribed()
    await forward(
        broker, b'{"device": {"uniqueId": "42"}, "position": {"attributes": {"alarm": "sos"'
    )
    await until(lambda: notebook.raised_alarms)


async def test_a_broker_that_dies_is_found_again(broker, notebook, subscribed):
    subscriber = await subscribed()
    await asyncio.to_thread(broker.kill)
    await until(lambda: not subscriber.connected)
    await asyncio.to_thread(broker.start)
    await until(lambda: subscriber.subscribed)
    await forward(broker, POSITION)
    await until_there(Position.objects.count, 1)


async def test_a_device_that_requires_its_token_needs_a_forwarder_of_the_desk(
    broker, notebook, subscribed
):
    await _in_thread(lambda: Device.objects.create(device_id="861001000719969", require_token=True))
    subscriber = await subscribed()
    await forward(broker, POSITION)
    await until(lambda: subscriber.taken == 1)
    assert await _in_thread(Position.objects.count) == 0


@pytest.mark.parametrize("url", ["http://broker", "mqtt://", "broker:1883"])
def test_what_is_no_broker_is_refused(url):
    with pytest.raises(ValueError, match="mqtt://"):
        Subscriber(url, TOPICS)
