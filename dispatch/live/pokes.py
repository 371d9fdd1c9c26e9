"""Saying "look at the log" to every screen that may. A poke carries a topic and a seq, no data."""

import json
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction

from dispatch.live.hub import hub
from dispatch.live.outage import at_best, client

CHANNEL = "one-number:pokes"


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
        message = json.dumps(topics)
        if at_best(lambda: client().publish(CHANNEL, message)) is not None:
            return
        # Away: this process' own screens are told; the others look again within 15 s.
    for topic, seq in topics.items():
        hub.publish(topic, seq)
