"""Saying "look at the log" to every screen that may. A poke carries a topic and a seq, no data."""

import json
import logging
from collections.abc import Mapping
from functools import cache

import redis
from django.conf import settings
from django.db import transaction

from dispatch.live.hub import hub

CHANNEL = "one-number:pokes"
log = logging.getLogger(__name__)


def after_commit(topic: str, seq: int | None = None) -> None:
    """Pokes everybody who watches `topic` once the present transaction is committed.

    A lost poke loses nothing: pages look again on every connect and every 15 s.
    """
    transaction.on_commit(lambda: send(topic, seq), robust=True)


def send(topic: str, seq: int | None) -> None:
    """Pokes now, in this process or, where Redis is configured, in every process."""
    send_all({topic: seq})


def send_all(topics: Mapping[str, int | None]) -> None:
    """Pokes everybody who watches one of the topics, in one message."""
    if not topics:
        return
    if settings.REDIS_URL:
        try:
            _redis().publish(CHANNEL, json.dumps(topics))
            return
        except redis.RedisError:
            # This process' own screens are told; the others look again within 15 s.
            log.warning("pokes not published", extra={"topics": len(topics)})
    for topic, seq in topics.items():
        hub.publish(topic, seq)


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
