"""Devices that send as fast as they are answered, or at a rate: a process of its own."""

import asyncio
import json
import random
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

import uvloop

from bench.figures import percentile
from tracking.protocols.speaking import (
    Speaker,
    SpeakingGt06,
    SpeakingH02,
    SpeakingJt808,
    SpeakingWatch,
)

DEVICES = 500_000
BATCH = 250


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
    """A protocol: `positions` in each of its frames, and who speaks it on a connection."""

    positions: int
    voice: Callable[["Plan", int], "Voice"]


class Voice(Protocol):
    """What one connection says. `answered` gives None while the answer to the last is not whole,
    else whether it is a yes."""

    def hello(self) -> bytes: ...

    def frame(self, chance: random.Random) -> bytes: ...

    def answered(self, heard: bytes) -> bool | None: ...


def device_id(n: int) -> str:
    return f"8610{n:011d}"


def _fix(chance: random.Random) -> tuple[float, float, int]:
    return 34.0 + chance.random(), 113.0 + chance.random(), int(time.time() * 1000)


@dataclass
class Http:
    """A connection that is kept, and requests on it, one after the other."""

    plan: Plan
    number: int

    def hello(self) -> bytes:
        return b""

    def answered(self, heard: bytes) -> bool | None:
        head, separator, body = heard.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        return None if len(body) < length else head.startswith(b"HTTP/1.1 200")


class Single(Http):
    def frame(self, chance: random.Random) -> bytes:
        lat, lon, at = _fix(chance)
        who = device_id(chance.randrange(self.plan.devices))
        return (
            f"GET /positions/osmand/?id={who}&lat={lat:.6f}&lon={lon:.6f}&timestamp={at}"
            "&accuracy=8&speed=1&bearing=90&altitude=50&batt=71 HTTP/1.1\r\n"
            "Host: 127.0.0.1\r\n\r\n"
        ).encode()


class Batch(Http):
    def frame(self, chance: random.Random) -> bytes:
        entries = []
        for n in chance.sample(range(self.plan.devices), BATCH):
            lat, lon, at = _fix(chance)
            entries.append(
                f'{{"device_id":"{device_id(n)}","fixed_at":{at},"lat":{lat:.6f},"lon":{lon:.6f},'
                '"accuracy_m":8,"speed_mps":0.5,"course":90,"altitude_m":50,"battery":71}'
            )
        body = ("[" + ",".join(entries) + "]").encode()
        head = (
            "POST /positions/batch/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self.plan.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class Spoken:
    """A device of a TCP protocol. A fix is not answered in all of them: a heartbeat follows it,
    whose answer says that both are committed, because what a line says is taken in its order."""

    def __init__(self, speaker: Speaker) -> None:
        self.speaker, self.asked = speaker, b""

    def hello(self) -> bytes:
        self.asked = self.speaker.login()
        return self.asked

    def frame(self, chance: random.Random) -> bytes:
        lat, lon, at = _fix(chance)
        fix = self.speaker.fix((lat, lon), at=datetime.fromtimestamp(at / 1000, UTC))
        self.asked = self.speaker.heartbeat()
        return fix + self.asked

    def answered(self, heard: bytes) -> bool | None:
        ends = (heard[start:] for start in range(len(heard)))  # other answers may stand before it
        return True if any(self.speaker.is_answer(self.asked, end) for end in ends) else None


WAYS = {
    "single": Way(1, Single),
    "batch": Way(BATCH, Batch),
    "watch": Way(1, lambda _, n: Spoken(SpeakingWatch(f"88{n:08d}"))),
    "gt06": Way(1, lambda _, n: Spoken(SpeakingGt06(f"35288707{n:07d}"))),
    "jt808": Way(1, lambda _, n: Spoken(SpeakingJt808(f"135{n:08d}"))),
    "h02": Way(1, lambda _, n: Spoken(SpeakingH02(f"41{n:08d}"))),
}


class Device(asyncio.Protocol):
    """One connection."""

    def __init__(self, crowd: "Crowd", number: int) -> None:
        self.crowd = crowd
        self.voice = crowd.way.voice(crowd.plan, number)
        self.heard = b""
        self.began = 0.0
        self.greeting = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        if hello := self.voice.hello():
            self.greeting = True
            transport.write(hello)
        else:
            self.crowd.idle(self)

    def send(self) -> None:
        self.began = time.perf_counter()
        self.transport.write(self.voice.frame(self.crowd.chance))

    def data_received(self, data: bytes) -> None:
        self.heard += data
        yes = self.voice.answered(self.heard)
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
        self.free: deque[Device] = deque()  # by turns: the server hangs up on who is idle
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
            line, _ = await loop.create_connection(partial(Device, self, n), "127.0.0.1", port)
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
                self.free.popleft().send()
                sent += 1
            await asyncio.sleep(0.005)


def main() -> None:
    plan = Plan(**json.loads(sys.argv[1]))
    report = uvloop.run(Crowd(plan).pour())
    print(json.dumps(asdict(report)))


if __name__ == "__main__":
    main()
