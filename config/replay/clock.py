"""The one clock of a replay: every edge of the house reads it, every figure is in its seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone


class Clock:
    """Simulated time: `speed` simulated seconds to a real one; 0 jumps from event to event."""

    def __init__(self, start: datetime, *, speed: float) -> None:
        self._start = start
        self._speed = speed
        self._jumped_to = start
        self._began_s: float | None = None

    def begin(self) -> None:
        """Starts counting; until then it stands still, so that preparations take no time."""
        self._began_s = time.monotonic()

    def now(self) -> datetime:
        """The present instant of the replay, UTC."""
        if not self._speed or self._began_s is None:
            return self._jumped_to
        elapsed_s = (time.monotonic() - self._began_s) * self._speed
        return self._start + timedelta(seconds=elapsed_s)

    def wait_until(self, at: datetime) -> None:
        """Comes back when it is `at`, at once if that is past."""
        if not self._speed:
            self._jumped_to = max(self._jumped_to, at)
            return
        left_s = (at - self.now()).total_seconds() / self._speed
        if left_s > 0:
            time.sleep(left_s)

    @contextmanager
    def ruling(self) -> Iterator[None]:
        """Makes this the clock that every view, sweep and command of this process reads."""
        real = timezone.now
        timezone.now = self.now
        try:
            yield
        finally:
            timezone.now = real
