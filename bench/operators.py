"""Operators who do by the desk's own verbs what people do with its keys: take whoever is next,
speak, hang up, write, and are free again. `python -m bench.operators COUNT BUSY MEAN_S SEED` in a
house's environment, until it is asked to end.

Handling, from the claim to being free again, is drawn from an exponential distribution with the
mean MEAN_S; the last sixth of it is the wrap-up. Who has been free longest takes the next call.
When the first call comes BUSY of them are at work with an earlier one.
"""

import itertools
import random
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator

import django
from django.db import connections
from django.utils import timezone

READY = "the desk is there"
WRITING = 1 / 6
LOOK_S, RENEW_S = 0.02, 20.0


def handling(mean_s: float, seed: int) -> Iterator[float]:
    """Seconds that one call after another takes."""
    dice = random.Random(seed)
    while True:
        yield dice.expovariate(1 / mean_s)


def remaining(busy: int, mean_s: float, seed: int) -> list[float]:
    """Seconds that the calls before the first still take, soonest first."""
    return sorted(itertools.islice(handling(mean_s, seed + 1), busy))


class Desk:
    def __init__(self, count: int, busy: int, mean_s: float, seed: int) -> None:
        from elders.models import User

        self.people = list(User.objects.filter(username__startswith="bench-").order_by("pk"))[
            :count
        ]
        self._free = deque(self.people)
        self._handling = handling(mean_s, seed)
        self._busy = deque(remaining(busy, mean_s, seed))
        self._ending = threading.Event()

    def run(self) -> None:
        asked, began = set[int](), 0.0
        self._is_asked()  # a first look, so that the first call does not wait for it
        threading.Thread(target=self._renew, daemon=True).start()
        print(READY, flush=True)
        while not self._ending.wait(LOOK_S):
            began = began or (time.monotonic() if self._is_asked() else 0.0)
            while began and self._busy and time.monotonic() - began > self._busy[0]:
                self._busy.popleft()
            for call in self._next(asked):
                asked.add(call)
                work = (call, next(self._handling), self._free.popleft())
                threading.Thread(target=self._handle, args=work, daemon=True).start()

    def stop(self) -> None:
        self._ending.set()

    def _is_asked(self) -> bool:
        from telephony import desk

        return desk.queue().exists()

    def _next(self, asked: set[int]) -> list[int]:
        """As many of the queue as there are free hands."""
        from telephony import desk

        hands = len(self._free) - len(self._busy)
        if hands <= 0:
            return []
        waiting = desk.queue().values_list("pk", flat=True)[: 2 * len(self.people)]
        return [pk for pk in waiting if pk not in asked][:hands]

    def _renew(self) -> None:
        """Their consoles live."""
        from dispatch import desk

        while not self._ending.is_set():
            for user in self.people:
                desk.renew(user, now=timezone.now())
                self._ending.wait(RENEW_S / len(self.people))
            connections.close_all()

    def _handle(self, call: int, takes_s: float, user: object) -> None:
        from dispatch import desk as console
        from elders.models import User
        from telephony import desk

        assert isinstance(user, User)
        began = time.monotonic()
        until = began + takes_s
        try:
            console.take(call, by=user, now=timezone.now())
            connections.close_all()
            time.sleep(max(0.0, until - time.monotonic() - WRITING * takes_s))
            desk.hang_up(call, by=user, now=timezone.now())
            connections.close_all()
            time.sleep(max(0.0, until - time.monotonic()))
            desk.wrap_up(call, by=user, disposition="met", now=timezone.now())
        except Exception as error:  # noqa: BLE001 - said, so that no conversation ends in silence
            print(f"call {call}: {error!r}\n", end="", flush=True)
        else:
            print(f"handled {time.monotonic() - began:.3f}\n", end="", flush=True)
        finally:
            connections.close_all()
            self._free.append(user)


def main() -> None:
    django.setup()
    count, busy, mean_s, seed = sys.argv[1:]
    desk = Desk(int(count), int(busy), float(mean_s), int(seed))
    signal.signal(signal.SIGTERM, lambda *_: desk.stop())
    desk.run()


if __name__ == "__main__":
    main()
