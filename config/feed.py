"""Pokes from the other processes: one Redis subscription feeds this process' hub.

What is lost while Redis is away costs no page anything but promptness: each looks again at every
connect and every 15 s.
"""

import asyncio
import json
import logging
from contextlib import suppress

import redis.asyncio
from django.conf import settings

from dispatch.live.hub import hub
from dispatch.live.teller import CHANNEL

log = logging.getLogger(__name__)
AGAIN_AFTER_S = 1.0


async def follow() -> None:
    """Passes pokes on until it is cancelled, through every outage of Redis."""
    while True:
        try:
            await _listen()
        except (redis.RedisError, OSError):
            log.warning("live updates between processes are interrupted")
            await asyncio.sleep(AGAIN_AFTER_S)


async def _listen() -> None:
    client = redis.asyncio.Redis.from_url(settings.REDIS_URL, health_check_interval=10)
    async with client, client.pubsub(ignore_subscribe_messages=True) as channel:
        await channel.subscribe(CHANNEL)
        async for message in channel.listen():
            with suppress(ValueError, AttributeError):
                for topic, seq in json.loads(message["data"]).items():
                    hub.publish(topic, seq)
