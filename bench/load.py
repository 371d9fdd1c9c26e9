"""Devices that send as fast as they are answered, or at a rate: a process of its own."""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import uvloop

from bench.figures import percentile

DEVICES = 500_000
BATCH = 250
KINDS = ("single", "batch")


@dataclass
class Plan:
    """What is sent: `kind` is a key of WAYS; `rate` is frames a second, 0 for "when answered"."""

    kind: str
    ports: list[int]
    connections: int
    seconds: float
    token: str = ""
    rate: float = 0
    seed: int = 1
    devices: int = DEVICES


@dataclass
class Report:
    positions: int = 0
    frames: int = 0
    refused: int = 0
    seconds: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0


@dataclass(frozen=True)
class Way:
    """A protocol: what is said at first, the frame of n positions, and when it is answered.

    `answered` gives None while the answer is not whole, else whether it is a yes.
    """

    positions: int
    frame: Callable[[random.Random, Plan], bytes]
    answered: Callable[[bytes], bool | None]
    hello: Callable[[random.Random, Plan], bytes] | None = None


def device_id(n: int) -> str:
    return f"8610{n:011d}"


def _fix(chance: random.Random) -> tuple[float, float, int]:
    return 34.0 + chance.random(), 113.0 + chance.random(), int(time.time() * 1000)


def _single(chance: random.Random, plan: Plan) -> bytes:
    lat, lon, at = _fix(chance)
    who = device_id(chance.randrange(plan.devices))
    return (
        f"GET /positions/osmand/?id={who}&lat={lat:.6f}&lon={lon:.6f}&timestamp={at}"
        "&accuracy=8&speed=1&bearing=90&altitude=50&batt=71 HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n\r\n"
    ).encode()


def _batch(chance: random.Random, plan: Plan) -> bytes:
    entries = []
    for n in chance.sample(range(plan.devices), BATCH):
        lat, lon, at = _fix(chance)
        entries.append(
            f'{{"device_id":"{device_id(n)}","fixed_at":{at},"lat":{lat:.6f},"lon":{lon:.6f},'
            '"accuracy_m":8,"speed_mps":0.5,"course":90,"altitude_m":50,"battery":71}'
        )
    body = ("[" + ",".join(entries) + "]").encode()
    head = (
        "POST /positions/batch/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {plan.token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _http(answer: bytes) -> bool | None:
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        return None
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
    return None if len(body) < length else head.startswith(b"HTTP/1.1 200")


WAYS = {
    "single": Way(1, _single, _http),
    "batch": Way(BATCH, _batch, _http),
}


class Device(asyncio.Protocol):
    """One connection."""

    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.heard = b""
        self.began = 0.0
        self.greeting = crowd.way.hello is not None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        crowd = self.crowd
        if crowd.way.hello:
            transport.write(crowd.way.hello(crowd.chance, crowd.plan))
        else:
            crowd.idle(self)

    def send(self) -> None:
        self.began = time.perf_counter()
        self.transport.write(self.crowd.way.frame(self.crowd.chance, self.crowd.plan))

    def data_received(self, data: bytes) -> None:
        self.heard += data
        yes = self.crowd.way.answered(self.heard)
        if yes is None:
            return
        self.heard = b""
        if self.greeting:
            self.greeting = False
        else:
            self.crowd.note(yes, time.perf_counter() - self.began)
        self.crowd.idle(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.crowd.lost += 1


class Crowd:
    """All connections of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.way = WAYS[plan.kind]
        self.chance = random.Random(plan.seed)
        self.report = Report()
        self.lost = 0
        self.over = False
        self.free: list[Device] = []
        self.laps_ms: list[float] = []

    def idle(self, device: Device) -> None:
        if self.over:
            return
        if self.plan.rate:
            self.free.append(device)
        else:
            device.send()

    def note(self, yes: bool, lap_s: float) -> None:
        if self.over:
            return
        self.report.frames += yes
        self.report.refused += not yes
        self.report.positions += yes * self.way.positions
        self.laps_ms.append(lap_s * 1000)

    async def pour(self) -> Report:
        loop = asyncio.get_running_loop()
        lines = []
        for n in range(self.plan.connections):
            port = self.plan.ports[n % len(self.plan.ports)]
            line, _ = await loop.create_connection(lambda: Device(self), "127.0.0.1", port)
            lines.append(line)
        await asyncio.sleep(1)  # until all are at it
        self.report = Report()
        self.laps_ms.clear()
        began = time.perf_counter()
        if self.plan.rate:
            await self._paced(began)
        else:
            await asyncio.sleep(self.plan.seconds)
        self.report.seconds = time.perf_counter() - began
        self.over = True
        self.report.p50_ms, self.report.p99_ms = (percentile(self.laps_ms, n) for n in (50, 99))
        await asyncio.sleep(0.5)
        for line in lines:
            line.close()
        return self.report

    async def _paced(self, began: float) -> None:
        sent = 0
        while (gone := time.perf_counter() - began) < self.plan.seconds:
            while sent < gone * self.plan.rate and self.free:
                self.free.pop().send()
                sent += 1
            await asyncio.sleep(0.005)


def main() -> None:
    plan = Plan(**json.loads(sys.argv[1]))
    report = uvloop.run(Crowd(plan).pour())
    print(json.dumps(asdict(report)))


if __name__ == "__main__":
    main()
