"""Where what devices say comes in from asynchronous code: the bare HTTP route and the gateway."""

from collections.abc import Sequence
from datetime import datetime

from asgiref.sync import sync_to_async

from tracking import reception
from tracking.messages import Message
from tracking.reception import Receipt, Sender


async def take(messages: Sequence[Message], *, sender: Sender, now: datetime) -> Receipt:
    """Commit the messages; returns when they are. Alarms go at once and on a path of their own.

    Raises TrackingError as `reception.receive` does, and with 503 when positions cannot be taken
    because the queue is full; an alarm is never refused for load.
    """
    return await sync_to_async(reception.receive, thread_sensitive=False)(
        messages, sender=sender, now=now
    )
