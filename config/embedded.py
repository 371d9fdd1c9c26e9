"""The worker inside the web process, where no Redis is configured.

One thread for each kind of work, so that a slow carrier never holds up a deadline. Each turns once
a second, or at once when rung.
"""

import logging
from collections.abc import Collection
from threading import Event, Thread

from django.db import connections

from config import work

log = logging.getLogger(__name__)
EVERY_S = 1.0


class Ticker:
    """Does one kind of work until it is stopped."""

    def __init__(self, kind: str, *, every_s: float = EVERY_S) -> None:
        self.kind = kind
        self._every_s = every_s
        self._rung = Event()
        self._stopping = False
        self._thread = Thread(target=self._run, name=f"ticker-{kind}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ring(self) -> None:
        """Takes the next turn now. Callable from any thread, at any time."""
        self._rung.set()

    def stop(self, *, timeout_s: float = 10.0) -> None:
        """Lets the present turn finish and takes no other."""
        self._stopping = True
        self._rung.set()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            log.error("ticker did not stop in time", extra={"work": self.kind})

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._rung.clear()
                work.turn_now(self.kind)
                self._rung.wait(self._every_s)
        finally:
            connections.close_all()


_tickers: list[Ticker] = []


def start() -> None:
    """Starts the tickers of this process; once, from the server's lifespan."""
    if not _tickers:
        _tickers.extend(Ticker(kind) for kind in work.SWEEPS)
        for ticker in _tickers:
            ticker.start()


def ring(kinds: Collection[str]) -> None:
    """Rings the tickers of this process for these kinds; nothing happens where none runs."""
    for ticker in _tickers:
        if ticker.kind in kinds:
            ticker.ring()


def stop() -> None:
    """Stops them, each after its present turn."""
    while _tickers:
        _tickers.pop().stop()
