"""Work on many calls at once, and on each call one thing after another.

When more comes in than can be done, what comes first decides who is left in silence: people on
the line before everything, new callers next, and last what nobody waits for. Of new callers the
newest is first: whoever has waited for FRESH_S is about to be taken by the dialplan, and greeting
her then would only make the next one late as well.
"""

import heapq
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from functools import partial
from typing import NamedTuple

from django.db import connections

log = logging.getLogger(__name__)

HANDS = 5
FRESH_S = 3.5
"""Half a second less than the dialplan waits for us."""


class Lane(IntEnum):
    """Who waits for it."""

    LINE = 0
    CALLER = 1
    NOBODY = 2


class _Act(NamedTuple):
    lane: Lane
    posted_at: float
    do: Callable[[], object]


class Turns:
    """`post(key, act)`: acts of one key run in their order, never two at a time.

    Beside the `hands` one more looks at the last lane first, so that it moves whatever happens.
    """

    def __init__(self, hands: int = HANDS, *, fresh_s: float = FRESH_S) -> None:
        self._fresh_s = fresh_s
        self._waiting: dict[str, deque[_Act]] = {}
        self._lanes: dict[Lane, list[tuple[float, int, str]]] = {lane: [] for lane in Lane}
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._stopping = False
        self._hands = [self._begin("ami-hand", list(Lane)) for _ in range(hands)]
        self._hands.append(self._begin("ami-last-hand", list(reversed(Lane))))

    def post(
        self, key: str, act: Callable[..., object], *arguments: object, lane: Lane = Lane.LINE
    ) -> None:
        """From any thread; returns at once. What the act raises is logged."""
        with self._changed:
            mine = self._waiting.setdefault(key, deque())
            mine.append(_Act(lane, time.monotonic(), partial(act, *arguments)))
            if len(mine) == 1:
                self._line_up(key, lane)

    def stop(self) -> None:
        """Does what was begun, and nothing else."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for hand in self._hands:
            hand.join()

    def _begin(self, name: str, order: list[Lane]) -> threading.Thread:
        hand = threading.Thread(target=self._work, args=(order,), name=name, daemon=True)
        hand.start()
        return hand

    def _line_up(self, key: str, lane: Lane) -> None:
        number = next(self._numbers)
        place = -number if lane is Lane.CALLER else number
        heapq.heappush(self._lanes[lane], (place, number, key))
        self._changed.notify()

    def _work(self, order: list[Lane]) -> None:
        while not self._stopping:
            with self._changed:
                key = self._next(order)
            if key is None:
                connections.close_all()  # a connection is held as long as there is work for it
                with self._changed:
                    while (key := self._next(order)) is None and not self._stopping:
                        self._changed.wait()
            if key is not None:
                self._take(key)
        connections.close_all()

    def _take(self, key: str) -> None:
        mine = self._waiting[key]
        try:
            mine[0].do()
        except Exception:
            log.exception("A turn of a call failed", extra={"leg": key})
            connections.close_all()
        with self._changed:
            mine.popleft()
            if mine:
                self._line_up(key, mine[0].lane)
            else:
                del self._waiting[key]

    def _next(self, order: list[Lane]) -> str | None:
        """Whose turn it is, if there is somebody."""
        for lane in order:
            while self._lanes[lane]:
                key = heapq.heappop(self._lanes[lane])[-1]
                if lane is Lane.CALLER and self._is_late(key):
                    self._line_up(key, Lane.NOBODY)
                else:
                    return key
        return None

    def _is_late(self, key: str) -> bool:
        return time.monotonic() - self._waiting[key][0].posted_at > self._fresh_s
