"""Where what devices say comes in from asynchronous code: the bare HTTP route and the gateway."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from tracking import lanes, reception
from tracking.messages import HELP, Message
from tracking.reception import Receipt, Said, Sender
from tracking.writer import Writer

_writer: Writer | None = None


async def take(messages: Sequence[Message], *, sender: Sender, now: datetime) -> Receipt:
    """Commit the messages; returns when they are. Alarms go at once and on a path of their own,
    and calls for help before everything else.

    Raises TrackingError as `reception.receive` does, and with 503 (`queue_full`) when positions
    cannot be taken because the queue is full; an alarm is never refused for load.
    """
    if kinds := {kind for message in messages for kind in message.kinds}:
        receive = partial(reception.receive, messages, sender=sender, now=now)
        return await (lanes.alarms if kinds & HELP else lanes.faults)(receive)
    return await _present_writer().take(Said(messages, sender, now))


def waiting() -> int:
    """How many messages of this process wait to be written."""
    return _writer.waiting if _writer else 0


def _present_writer() -> Writer:
    """This loop's; a process serves on one."""
    global _writer  # noqa: PLW0603
    if _writer is None or _writer.loop is not asyncio.get_running_loop():
        _writer = Writer()
    return _writer
