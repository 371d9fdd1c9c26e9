"""The listeners of one process, and the lines they hold."""

import asyncio
import logging
import time
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any

from tracking.gateway.admission import Admission
from tracking.gateway.datagrams import Datagrams
from tracking.gateway.keeping import Figures, Keeper
from tracking.gateway.line import Line
from tracking.gateway.orders import Orders
from tracking.models import Protocol
from tracking.protocols.dialect import Dialect

log = logging.getLogger(__name__)

LOGIN_S = 60.0  # within which a line must have said something that can be read
IDLE_S = 1_800.0  # watches that save their battery speak every ten minutes
TIDY_EVERY_S = 5.0
DRAIN_S = 15.0
BACKLOG = 1_024
DATAGRAMS_TOO = frozenset({"sia", "scaip"})


class Gateway:
    """`await open(host, ports)`, then it answers devices until `await stop()`.

    `dialects` by name; `ports` name → port, 0 for none. A port that cannot be had is in `missing`.
    """

    clock = staticmethod(time.monotonic)

    def __init__(self, dialects: Mapping[str, Dialect], *, most: int = 20_000) -> None:
        self._dialects = dialects
        self.figures = Figures()
        self.keeper = Keeper(self.figures)
        self.ports: dict[str, int] = {}
        self.missing: dict[str, str] = {}
        self.stopping = False
        self._admission = Admission(most=most)
        self._lines: set[Line] = set()
        self._servers: list[asyncio.Server] = []
        self._datagrams: list[Datagrams] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.by_device: dict[str, Line] = {}  # by every name that its device may be registered as
        self.orders = Orders(self)
        self._chores: list[asyncio.Task[None]] = []

    # --- its life --------------------------------------------------------------------------------

    async def open(self, host: str, ports: Mapping[str, int]) -> None:
        for name, port in ports.items():
            if not port or name not in self._dialects:
                continue
            try:
                await self._listen(self._dialects[name], host, port)
            except OSError as error:
                self.missing[name] = f"{host}:{port}: {error.strerror or error}"
                log.error("nobody listens for %s: port %s: %s", name, port, error)
            else:
                self.ports[name] = port
        self._chores = [asyncio.create_task(act) for act in (self._tidy(), self.orders.run())]

    async def stop(self) -> None:
        """Hears no more, finishes and answers what is being committed, and hangs up."""
        self.stopping = True
        for server in self._servers:
            server.close()
        for line in self._lines:
            line.stop_reading()
        for chore in self._chores:
            chore.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN_S)
        for line in list(self._lines):
            line.close()
        for datagrams in self._datagrams:
            datagrams.close()
        for server in self._servers:
            with suppress(TimeoutError):
                await asyncio.wait_for(server.wait_closed(), 2)

    async def _listen(self, dialect: Dialect, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Line(self, dialect), host, port, backlog=BACKLOG, reuse_address=True
        )
        self._servers.append(server)
        if dialect.name in DATAGRAMS_TOO:
            _, datagrams = await loop.create_datagram_endpoint(
                lambda: Datagrams(self, dialect), local_addr=(host, port)
            )
            self._datagrams.append(datagrams)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_EVERY_S)
            now = self.clock()
            for line in list(self._lines):
                if now - line.heard_at > (IDLE_S if line.spoken else LOGIN_S):
                    self.figures.evicted += 1
                    line.evict()
            for datagrams in self._datagrams:
                datagrams.forget()

    # --- what lines tell it ----------------------------------------------------------------------

    def opened(self, line: Line) -> None:
        self._lines.add(line)
        self._admission.enter(line)

    def spoke(self, line: Line) -> None:
        line.spoken = True
        self._admission.speak(line)
        if line.names != line.session.names:
            self._forget(line)
            line.names = line.session.names
        self.by_device.update(dict.fromkeys(line.names, line))

    def closed(self, line: Line) -> None:
        self._lines.discard(line)
        self._admission.leave(line)
        self._forget(line)

    def _forget(self, line: Line) -> None:
        for name in line.names:
            if self.by_device.get(name) is line:
                del self.by_device[name]

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Does something that a stop waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def protocol(self, dialect: Dialect) -> Protocol:
        return Protocol(dialect.name)

    def facts(self) -> dict[str, Any]:
        """What `/readyz` and `/metrics` tell of it."""
        lines: dict[str, int] = dict.fromkeys(self.ports, 0)
        for line in self._lines:
            lines[line.dialect.name] += 1
        figures = {name: getattr(self.figures, name) for name in FIGURES}
        return {"ports": self.ports, "missing": self.missing, "lines": lines, **figures}


FIGURES = ("frames", "alarms", "answered", "refused", "shed", "unreadable", "evicted")
