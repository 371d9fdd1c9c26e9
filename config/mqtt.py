"""The link to an MQTT broker in a process: `manage.py run_mqtt`. It says that it is there."""

import asyncio
import logging

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from config.health import MQTT
from config.models import Heartbeat
from tracking.mqtt import Subscriber

log = logging.getLogger(__name__)

EVERY_S = 5.0


async def serve(stop: asyncio.Event) -> None:
    """Takes what is forwarded, until `stop` is set."""
    subscriber = Subscriber(settings.MQTT_URL, settings.MQTT_TOPICS, token=settings.MQTT_TOKEN)
    await subscriber.start()
    try:
        while not stop.is_set():
            await sync_to_async(_beat, thread_sensitive=False)(subscriber)
            try:
                await asyncio.wait_for(stop.wait(), EVERY_S)
            except TimeoutError:
                continue
    finally:
        await subscriber.stop()


def _beat(subscriber: Subscriber) -> None:
    """A database that is away costs a beat, and nothing of what is forwarded."""
    try:
        Heartbeat.beat(MQTT, now=timezone.now(), facts=subscriber.facts())
    except DatabaseError:
        log.warning("the link to the MQTT broker could not say that it is there")
    finally:
        connection.close()
