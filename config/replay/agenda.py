"""What simulated people are going to do, and when. Deterministic: ties in the order noted."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

Act = Callable[[], None]


class Agenda:
    """A heap of acts by their time."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Act]] = []
        self._order = count()

    def note(self, at: datetime, act: Act) -> None:
        heapq.heappush(self._heap, (at, next(self._order), act))

    def next_at(self) -> datetime | None:
        return self._heap[0][0] if self._heap else None

    def do_due(self, now: datetime) -> int:
        """Does what is due, in order; how many acts that were."""
        done = 0
        while self._heap and self._heap[0][0] <= now:
            heapq.heappop(self._heap)[2]()
            done += 1
        return done
