"""Devices that report where they are while the server dies, and note what was promised."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Self

import httpx

HANDS = 4
BATCH = 40
BEGAN = datetime(2026, 3, 10, tzinfo=UTC)


class Reporters:
    """`with Reporters(base_url, token) as reporters:`: half send one fix at a time, half lists.

    `promised` holds (device, seconds since BEGAN) of every fix that was answered with 2xx. An
    unanswered one is sent again, as devices do.
    """

    def __init__(self, base_url: str, token: str) -> None:
        self.promised: set[tuple[str, int]] = set()
        self.faults: list[str] = []
        self.refused = 0
        self._base_url, self._token = base_url, token
        self._said = threading.Condition()
        self._up = threading.Event()
        self._over = False
        acts: list[Callable[[httpx.Client, int, int], None]] = [self._alone, self._together]
        self._threads = [
            threading.Thread(target=self._live, args=(acts[n % 2], n), daemon=True)
            for n in range(HANDS)
        ]

    def until_promised(self, more: int, *, timeout_s: float = 180.0) -> None:
        with self._said:
            goal = len(self.promised) + more
            enough = self._said.wait_for(lambda: len(self.promised) >= goal, timeout_s)
        assert enough, f"no position is taken any more: {self.faults[:3]}"

    def server_is(self, up: bool) -> None:
        if up:
            self._up.set()
        else:
            self._up.clear()

    def __enter__(self) -> Self:
        self._up.set()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Nobody sends any more, and everything that was asked has been answered."""
        self._over = True
        self._up.set()
        for thread in self._threads:
            thread.join(30)

    def _live(self, act: Callable[[httpx.Client, int, int], None], hand: int) -> None:
        second = 0
        headers = {"Authorization": f"Bearer {self._token}"}
        with httpx.Client(base_url=self._base_url, timeout=20, headers=headers) as line:
            while not self._over:
                self._up.wait()
                try:
                    act(line, hand, second)
                except httpx.TransportError:
                    continue  # nothing was promised: the same again
                except AssertionError as fault:
                    self.faults.append(str(fault))
                second += 1

    def _alone(self, line: httpx.Client, hand: int, second: int) -> None:
        said = {"id": f"alone-{hand}", "lat": 30.2, "lon": 120.1, "timestamp": _at(second)}
        self._note(line.get("/positions/osmand/", params=said), [(f"alone-{hand}", second)])

    def _together(self, line: httpx.Client, hand: int, second: int) -> None:
        fixes = [(f"together-{hand}-{n}", second) for n in range(BATCH)]
        said = [
            {"device_id": device, "lat": 30.2, "lon": 120.1, "fixed_at": _at(second)}
            for device, second in fixes
        ]
        self._note(line.post("/positions/batch/", json=said), fixes)

    def _note(self, answer: httpx.Response, fixes: list[tuple[str, int]]) -> None:
        if answer.status_code == 503:
            self.refused += 1
            raise httpx.TransportError("told to come again")
        assert answer.status_code == 200, f"{answer.status_code} {answer.text[:300]}"
        with self._said:
            self.promised.update(fixes)
            self._said.notify_all()


def _at(second: int) -> int:
    return int((BEGAN + timedelta(seconds=second)).timestamp())
