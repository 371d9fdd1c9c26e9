"""Work on many calls at once, and on each call one thing after another."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connections

log = logging.getLogger(__name__)

HANDS = 6


class Turns:
    """`post(key, act)`: acts of one key run in their order, never two at a time."""

    def __init__(self, hands: int = HANDS) -> None:
        self._pool = ThreadPoolExecutor(hands, thread_name_prefix="ami-turn")
        self._waiting: dict[str, deque[Callable[[], object]]] = {}
        self._lock = threading.Lock()

    def post(self, key: str, act: Callable[..., object], *arguments: object) -> None:
        """From any thread; returns at once. What the act raises is logged."""
        with self._lock:
            mine = self._waiting.setdefault(key, deque())
            mine.append(partial(act, *arguments))
            if len(mine) == 1:
                self._pool.submit(self._take, key, mine)

    def stop(self) -> None:
        """Does what was begun, and nothing else."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _take(self, key: str, mine: deque[Callable[[], object]]) -> None:
        try:
            while True:
                try:
                    mine[0]()
                except Exception:
                    log.exception("A turn of a call failed", extra={"leg": key})
                with self._lock:
                    mine.popleft()
                    if not mine:
                        del self._waiting[key]
                        return
        finally:
            connections.close_all()
