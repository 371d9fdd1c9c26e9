"""The positions of this process on their way into the database: a queue, one thread, many a commit.

What comes while a batch is being written makes the next one, so that a batch is as large as the
load asks for. One thread, so that what a device says is written in its order.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, OperationalError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracking import lanes, reception
from tracking.errors import TrackingError
from tracking.reception import Receipt, Said

BATCH = 1_000  # messages a commit
# A commit costs as much as fifty positions: it waits for company, and on while more comes.
GATHER_S, GATHERINGS = 0.01, 5
log = logging.getLogger(__name__)

Outcome = Receipt | TrackingError


class Waiting(NamedTuple):
    """A request in the queue, and who waits for its outcome."""

    said: Said
    outcome: asyncio.Future[Outcome]


class Writer:
    """Of one event loop; everything but `_write` happens there."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.waiting = 0  # messages, those of the batch being written among them
        self._queue: deque[Waiting] = deque()
        self._work: asyncio.Task[None] | None = None

    async def take(self, said: Said) -> Receipt:
        """Returns once it is committed. Raises TrackingError: `queue_full` (503), and as
        `reception.receive` does."""
        size = len(said.messages)
        if self.waiting and self.waiting + size > settings.POSITIONS_QUEUE:
            raise TrackingError("queue_full", 503, _("Too much at once. Try again soon."))
        self.waiting += size
        waiting = Waiting(said, self.loop.create_future())
        self._queue.append(waiting)
        if self._work is None:
            self._work = self.loop.create_task(self._empty())
        outcome = await waiting.outcome
        if isinstance(outcome, TrackingError):
            raise outcome
        return outcome

    async def _empty(self) -> None:
        try:
            while self._queue:
                await self._gather()
                await lanes.give_way()
                await self._write(self._next())
        finally:
            self._work = None

    async def _gather(self) -> None:
        before = turns = 0
        while before < self.waiting < BATCH and turns < GATHERINGS:
            before, turns = self.waiting, turns + 1
            await asyncio.sleep(GATHER_S)

    def _next(self) -> list[Waiting]:
        """As many requests as make a batch, at least one."""
        batch: list[Waiting] = []
        room = BATCH
        while self._queue and (not batch or len(self._queue[0].said.messages) <= room):
            batch.append(self._queue.popleft())
            room -= len(batch[-1].said.messages)
        return batch

    async def _write(self, batch: list[Waiting]) -> None:
        requests = [waiting.said for waiting in batch]
        try:
            outcomes = await lanes.positions(partial(_commit, requests))
        except BaseException as fault:
            for waiting in batch:
                if not waiting.outcome.done():
                    waiting.outcome.set_exception(fault)
            if not isinstance(fault, Exception):
                raise
        else:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                if not waiting.outcome.done():  # who asked may have gone
                    waiting.outcome.set_result(outcome)
        finally:
            self.waiting -= sum(len(said.messages) for said in requests)


def _commit(requests: Sequence[Said]) -> Sequence[Outcome]:
    """All in one transaction; if that fails and the database lives, each in its own."""
    now = timezone.now()
    try:
        return reception.receive_news(requests, now=now)
    except OperationalError:
        raise
    except DatabaseError:
        log.exception("a batch of positions could not be written at once")
        return [_alone(said) for said in requests]


def _alone(said: Said) -> Outcome:
    try:
        return reception.receive_news([said], now=timezone.now())[0]
    except DatabaseError:
        log.exception("a request could not be written", extra={"protocol": said.sender.protocol})
        return TrackingError("not_written", 500)
