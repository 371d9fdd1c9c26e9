"""People who ring, press buttons and accept while the server dies under them.

Each of them writes down what was answered with 2xx, and nothing else: that is what the house has
promised. A button is pressed again with the same time until it is acknowledged, as devices do; a
telephone that lost its connection is simply dead.
"""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

HANDS = 6


@dataclass
class Promises:
    """What was acknowledged: calls rung, digits that ordered, hang-ups, alarms (id → elder)."""

    calls: dict[int, str] = field(default_factory=dict)
    orders: set[int] = field(default_factory=set)
    hung_up: set[int] = field(default_factory=set)
    alarms: dict[int, int] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        parts = (self.calls, self.orders, self.hung_up, self.alarms, self.accepted)
        return sum(map(len, parts))


class Callers:
    """`with Callers(base_url, elders=…, workers=…, seed=…) as callers:` and it pours."""

    def __init__(
        self, base_url: str, *, elders: Sequence[int], workers: Sequence[str], seed: int
    ) -> None:
        self.promises = Promises()
        self.faults: list[str] = []
        self._elders, self._workers = elders, workers
        self._base_url = base_url
        self._said = threading.Condition()
        self._up = threading.Event()
        self._over = False
        self._presses = 0
        self._threads = [
            threading.Thread(target=self._live, args=(random.Random(seed + n),), daemon=True)
            for n in range(HANDS)
        ]

    def until_acknowledged(self, more: int, *, timeout_s: float = 180.0) -> None:
        """Returns once that many more requests were answered with 2xx."""
        with self._said:
            goal = self.promises.count + more
            enough = self._said.wait_for(lambda: self.promises.count >= goal, timeout_s)
        assert enough, f"the house does not answer any more: {self.faults[:3]}"

    def server_is(self, up: bool) -> None:
        """Tells the callers whether it is worth trying."""
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
        self._over = True
        self._up.set()
        for thread in self._threads:
            thread.join(30)

    # --- one of them ---------------------------------------------------------------------------

    def _live(self, chance: random.Random) -> None:
        with httpx.Client(base_url=self._base_url, timeout=20) as line:
            while not self._over:
                self._up.wait()
                act = chance.choice([self._ring, self._ring, self._press, self._press, self._serve])
                try:
                    act(line, chance)
                except httpx.TransportError:
                    continue  # it was killed: nothing was promised
                except Exception as fault:  # noqa: BLE001  told by the test, not by a thread
                    self.faults.append(repr(fault))

    def _ring(self, line: httpx.Client, chance: random.Random) -> None:
        """Dials; then perhaps orders a meal, perhaps hangs up, perhaps stays in the queue."""
        number = f"+86138{chance.randrange(len(self._elders)):08d}"
        told = self._post(line, "calls/", {"from": number, "to": "12349"})
        call = told["call"]
        self._promise(lambda: self.promises.calls.update({call: number}))
        if chance.random() < 0.5:
            told = self._post(line, f"calls/{call}/digits/", {"digits": chance.choice("123")})
            if told["instructions"] and told["instructions"][-1]["verb"] == "gather":
                self._promise(lambda: self.promises.orders.add(call))
        if chance.random() < 0.7:
            self._post(line, f"calls/{call}/hangup/", {})
            self._promise(lambda: self.promises.hung_up.add(call))

    def _press(self, line: httpx.Client, chance: random.Random) -> None:
        """One of the two buttons of an elder, until it is acknowledged or the day is over."""
        elder = chance.choice(self._elders)
        with self._said:
            self._presses += 1
            pressed_at = 1_790_000_000 + self._presses
        query = {"id": f"{elder}-{chance.choice('ab')}", "alarm": "sos", "timestamp": pressed_at}
        while not self._over:
            try:
                answer = line.get("/positions/osmand/", params=query)
            except httpx.TransportError:
                self._up.wait()
                continue
            for alarm in self._read(answer)["alarms"]:
                self._promise(lambda alarm=alarm: self.promises.alarms.update({alarm: elder}))
            return

    def _serve(self, line: httpx.Client, chance: random.Random) -> None:
        """A worker answers the newest text with "yes"."""
        number = chance.choice(self._workers)
        path = "/telephony/simulator/outbox/"
        items = self._read(line.get(path, params={"to": number}))["items"]
        waiting = [i for i in items if i["kind"] == "text" and i["state"] == "delivered"]
        offers = [item for item in waiting if item["purpose"] == "offer"]
        if not offers:
            return
        answer = line.post(f"{path}{offers[-1]['id']}/digits/", json={"digits": "1"})
        if answer.status_code != 409:  # somebody else was quicker
            self._read(answer)
            self._promise(lambda: self.promises.accepted.add(offers[-1]["subject"]))

    def _post(self, line: httpx.Client, path: str, body: dict[str, str]) -> Any:
        return self._read(line.post(f"/telephony/simulator/{path}", json=body))

    def _read(self, answer: httpx.Response) -> Any:
        if answer.status_code >= 300:
            raise AssertionError(f"{answer.request.url}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def _promise(self, note: Callable[[], object]) -> None:
        with self._said:
            note()
            self._said.notify_all()
