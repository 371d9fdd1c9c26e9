"""Pokes on their way to Redis: one thread tells all that waits at once, each topic once.

Whoever answers a carrier or a page never waits for Redis, least of all for one that hangs.
"""

import json
import logging
import os
from atexit import register as at_exit
from collections.abc import Callable, Mapping
from threading import Condition, Thread
from time import sleep

from dispatch.live.hub import hub
from dispatch.live.outage import at_best, client

CHANNEL = "one-number:pokes"
LAST_WORDS_S = 1.0
BREATH_S = 0.05
"""Between two messages: the first poke goes out at once, what a busy moment adds goes together."""
Pokes = dict[str, int | None]
log = logging.getLogger(__name__)


class Teller:
    """`tell({topic: seq})` from any thread; the thread behind it begins with the first word."""

    def __init__(self, publish: Callable[[Pokes], object] | None = None) -> None:
        self._publish = publish or _publish
        self.begin()
        at_exit(self.settle)
        os.register_at_fork(after_in_child=self.begin)

    def begin(self) -> None:
        """Anew, as in the child of a fork (Celery's), which has no thread of its parent's."""
        self._waiting: dict[str, int | None] = {}
        self._changed = Condition()
        self._thread: Thread | None = None
        self._telling = False

    def tell(self, pokes: Mapping[str, int | None]) -> None:
        with self._changed:
            self._waiting |= pokes
            if self._thread is None:
                self._thread = Thread(target=self._work, name="pokes", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def settle(self, timeout_s: float = LAST_WORDS_S) -> None:
        """Returns once all was told, or time is up."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._telling, timeout_s)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._telling = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting)
                pokes, self._waiting, self._telling = self._waiting, {}, True
            self._publish(pokes)
            sleep(BREATH_S)


def _publish(pokes: Pokes) -> None:
    message = json.dumps(pokes)
    try:
        if at_best(lambda: client().publish(CHANNEL, message)) is None:
            # Away: this process' own screens are told; the others look again within 15 s.
            for topic, seq in pokes.items():
                hub.publish(topic, seq)
    except Exception:
        log.exception("Pokes were lost", extra={"topics": list(pokes)})


teller = Teller()
movements = Teller()  # of positions, which never cease: each has a breath of its own
