"""Saying "look at the log" to every screen that may. A poke carries a topic and a seq, no data."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction

from dispatch.live.hub import hub
from dispatch.live.teller import Teller, movements, teller


def after_commit(topic: str, seq: int | None = None) -> None:
    """Pokes everybody who watches `topic` once the running transaction is committed.

    `seq` belongs to `request:` topics alone; the others say "fetch again".
    """
    transaction.on_commit(lambda: send(topic, seq), robust=True)


def send(topic: str, seq: int | None) -> None:
    """Pokes now, in this process or, where Redis is configured, soon and in every process."""
    send_all({topic: seq})


def send_all(topics: Mapping[str, int | None]) -> None:
    """Pokes everybody who watches one of the topics."""
    _send(topics, teller)


def moved(topics: Mapping[str, int | None]) -> None:
    """The same where people have moved: however many they are, no other poke waits behind these."""
    _send(topics, movements)


def _send(topics: Mapping[str, int | None], told_by: Teller) -> None:
    if settings.REDIS_URL:
        told_by.tell(topics)
        return
    for topic, seq in topics.items():
        hub.publish(topic, seq)
