"""Has what devices said committed, and knows what to do when that does not work.

An alarm is tried again until it is committed: not every device says it twice. Positions and
heartbeats wait while the queue is full, and are shed after a while: the device says them again.
"""

import asyncio
import logging
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from tracking import door
from tracking.errors import TrackingError
from tracking.messages import Message
from tracking.reception import Sender

log = logging.getLogger(__name__)

PATIENCE_S = 5.0  # for news while the queue is full
ALARM_PATIENCE_S = 120.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 5.0
OWED_S = 300.0  # how long the answer to a committed alarm waits for its device
MAX_ALARMS = 10_000  # waiting in memory to be committed


@dataclass(slots=True)
class Figures:
    """What has happened at this gateway since it was started."""

    frames: int = 0
    alarms: int = 0
    answered: int = 0
    refused: int = 0
    shed: int = 0
    unreadable: int = 0
    evicted: int = 0


class Keeper:
    """Commits through `door.take`; counts what became of it."""

    clock = staticmethod(time.monotonic)

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self._owed: dict[Hashable, float] = {}
        self._under_way: dict[Hashable, asyncio.Future[bool]] = {}

    async def keep_news(self, messages: Sequence[Message], sender: Sender) -> bool:
        """Whether these messages without an alarm are committed."""
        patience_s, pause_s = PATIENCE_S, FIRST_PAUSE_S
        while True:
            try:
                await door.take(messages, sender=sender, now=timezone.now())
            except TrackingError as refused:
                if refused.http_status != 503:
                    return False
            except Exception:
                log.exception("news could not be kept")
                return False
            else:
                return True
            if patience_s <= 0:
                self.figures.shed += 1
                return False
            await asyncio.sleep(pause_s)
            patience_s, pause_s = patience_s - pause_s, min(2 * pause_s, LONGEST_PAUSE_S)

    async def keep_alarm(self, messages: Sequence[Message], sender: Sender) -> bool:
        """Whether these messages, of which one is an alarm, are committed and handed over.

        Where it fails it is tried again, whether or not the device still listens. Said again while
        it is being committed it is not another: else devices that repeat what is not answered yet
        would make a queue that is never answered in time.
        """
        self.figures.alarms += 1
        what = _identity(messages, sender)
        if self.clock() - self._owed.get(what, -OWED_S) < OWED_S:
            return True
        if first := self._under_way.get(what):
            return await first
        done = self._under_way[what] = asyncio.get_running_loop().create_future()
        kept = False
        try:
            kept = await self._commit(messages, sender)
        finally:
            del self._under_way[what]
            if kept and all(m.sent_at or m.reference for m in messages if m.kinds):
                self._owe(what)
            done.set_result(kept)
        return kept

    def told(self, messages: Sequence[Message], sender: Sender) -> None:
        """The device was still there when its alarm was answered: said again, it is said anew."""
        self._owed.pop(_identity(messages, sender), None)

    def _owe(self, what: Hashable) -> None:
        """Until somebody is told, who says the same again is answered without writing it again.

        Where committing takes longer than devices wait, they would else never hear an answer.
        """
        now = self.clock()
        self._owed[what] = now
        while now - next(iter(self._owed.values())) > OWED_S:
            del self._owed[next(iter(self._owed))]

    async def _commit(self, messages: Sequence[Message], sender: Sender) -> bool:
        patience_s = ALARM_PATIENCE_S if len(self._under_way) <= MAX_ALARMS else 0.0
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await door.take(messages, sender=sender, now=timezone.now())
            except TrackingError as refused:
                # Kept, and handed over by the sweep; or of no use to try again.
                log.warning("alarm not taken: %s", refused.code)
                return False
            except Exception:
                log.exception("alarm not committed yet")
            else:
                return True
            if patience_s <= 0:
                log.error("alarm given back to its device unanswered")
                return False
            await asyncio.sleep(pause_s)
            patience_s, pause_s = patience_s - pause_s, min(2 * pause_s, LONGEST_PAUSE_S)


def _identity(messages: Sequence[Message], sender: Sender) -> Hashable:
    """What a repetition of these messages has in common with them."""
    told = [
        (m.device_id or sender.address, m.kinds, m.sent_at, m.reference, m.token)
        for m in messages
        if m.kinds
    ]
    return (sender.protocol, *told)
