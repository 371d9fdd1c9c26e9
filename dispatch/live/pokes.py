"""Saying "look at the log" to every screen that may. A poke carries a topic and a seq, no data."""

from django.conf import settings
from django.db import transaction

from dispatch.live.hub import hub
from dispatch.live.teller import teller


def after_commit(topic: str, seq: int | None = None) -> None:
    """Pokes everybody who watches `topic` once the present transaction is committed.

    A lost poke loses nothing: pages look again on every connect and every 15 s.
    """
    transaction.on_commit(lambda: send(topic, seq), robust=True)


def send(topic: str, seq: int | None) -> None:
    """Pokes now, in this process or, where Redis is configured, soon and in every process."""
    if settings.REDIS_URL:
        teller.tell(topic, seq)
    else:
        hub.publish(topic, seq)
