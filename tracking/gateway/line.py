"""One TCP connection of a device: bytes in, frames, answers out once what they say is committed.

A quiet line is this object, its transport and its session, and no task: a task runs only while
something waits to be committed. News of a line are committed in their order; an alarm overtakes
them all.
"""

import asyncio
import socket
from collections import deque
from typing import TYPE_CHECKING, cast

from tracking.gateway.admission import Allowance
from tracking.gateway.reading import cries, read, usable
from tracking.protocols.dialect import Dialect, Heard
from tracking.reception import Sender

if TYPE_CHECKING:
    from tracking.gateway.gateway import Gateway

MOST_WAITING = 64  # frames; beyond them the line is not read until some are committed
MOST_CRYING = 16  # alarms of one line that are being committed; another waits for one of them
AT_ONCE = 32  # frames that are committed together
UNREAD_BYTES = 64 * 1024  # answers; a device that reads none of them is not there
KEEPALIVE = {"TCP_KEEPIDLE": 600, "TCP_KEEPINTVL": 60, "TCP_KEEPCNT": 3}  # where the system has it


class Line(asyncio.Protocol):
    __slots__ = (
        "_allowance",
        "_crying",
        "_ending",
        "_gateway",
        "_partial",
        "_paused",
        "_running",
        "_transport",
        "_waiting",
        "address",
        "dialect",
        "heard_at",
        "names",
        "session",
        "spoken",
    )

    def __init__(self, gateway: "Gateway", dialect: Dialect) -> None:
        self._gateway, self.dialect = gateway, dialect
        self.session = dialect.open()
        self.address, self.spoken = "", False
        self.names: tuple[str, ...] = ()  # by which the gateway finds it
        self.heard_at = gateway.clock()
        self._transport: asyncio.Transport | None = None
        self._partial = b""
        self._waiting: deque[Heard] | None = None
        self._allowance: Allowance | None = None
        self._running = self._paused = self._ending = False
        self._crying = 0

    # --- what asyncio calls ----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=UNREAD_BYTES)
        _keep_alive(transport.get_extra_info("socket"))
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        self._gateway.opened(self)

    def data_received(self, data: bytes) -> None:
        stream, start = self._partial + data, 0
        longest = self.dialect.max_frame
        while start < len(stream) and not self._ending:
            window = stream[start : start + longest]
            frame, used = self.dialect.split(window)
            start += used
            if frame is not None:
                self._take(frame)
            elif not used:
                if len(window) == longest:
                    self._gateway.figures.unreadable += 1
                    self.evict()
                break
        self._partial = b"" if self._ending else stream[start:]

    def pause_writing(self) -> None:
        self.evict()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ending, self._transport, self._partial = True, None, b""
        self._gateway.closed(self)

    # --- what the gateway calls ------------------------------------------------------------------

    def write(self, answer: bytes) -> None:
        if answer and self._transport:
            self._transport.write(answer)

    def evict(self) -> None:
        """Ends the line at once."""
        self._ending = True
        if self._transport:
            self._transport.abort()

    def close(self) -> None:
        """Ends the line when what was answered has gone out."""
        self._ending = True
        if self._transport:
            self._transport.close()

    def stop_reading(self) -> None:
        if self._transport and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    # --- frames ----------------------------------------------------------------------------------

    def _take(self, frame: bytes) -> None:
        figures = self._gateway.figures
        figures.frames += 1
        self.heard_at = self._gateway.clock()
        heard = read(self.dialect, frame, self.session)
        for message in heard.messages:
            if message.answers:
                self._gateway.begin(self._gateway.orders.answered(self.session.names, message))
        if cries(heard):
            self._gateway.spoke(self)
            self._crying += 1
            if self._crying >= MOST_CRYING:
                self.stop_reading()
            self._gateway.begin(self._keep_alarm(heard))
            return
        readable = usable(heard)
        if self._allowance is None:
            self._allowance = Allowance(self.heard_at)
        if not self._allowance.spend(self.heard_at):
            figures.shed += 1
        elif heard.messages and not readable:
            figures.unreadable += 1
            self._answer(heard, kept=False)
        else:
            self._gateway.spoke(self)
            if readable:
                self._queue(heard)
            else:
                self._answer(heard, kept=True)

    def _queue(self, heard: Heard) -> None:
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(heard)
        if len(self._waiting) >= MOST_WAITING:
            self.stop_reading()
        if not self._running:
            self._running = True
            self._gateway.begin(self._keep_news())

    async def _keep_news(self) -> None:
        try:
            while self._waiting:
                some = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                messages = [message for heard in some for message in usable(heard)]
                kept = await self._gateway.keeper.keep_news(messages, self._sender)
                for heard in some:
                    self._answer(heard, kept=kept)
                self._read_on()
        finally:
            self._running, self._waiting = False, None

    async def _keep_alarm(self, heard: Heard) -> None:
        keeper, messages = self._gateway.keeper, usable(heard)
        try:
            kept = await keeper.keep_alarm(messages, self._sender)
        finally:
            self._crying -= 1
        if self._transport and not self._transport.is_closing():
            keeper.told(messages, self._sender)
        self._answer(heard, kept=kept)
        self._read_on()

    def _read_on(self) -> None:
        """Reads again, if it was full and is not any more."""
        full = self._crying >= MOST_CRYING or len(self._waiting or ()) >= MOST_WAITING
        if self._paused and self._transport and not full and not self._gateway.stopping:
            self._paused = False
            self._transport.resume_reading()

    def _answer(self, heard: Heard, *, kept: bool) -> None:
        figures = self._gateway.figures
        if kept:
            figures.answered += 1
        else:
            figures.refused += 1
        self.write(heard.reply if kept else heard.refusal)
        if heard.ends:
            self.close()

    @property
    def _sender(self) -> Sender:
        return Sender(protocol=self._gateway.protocol(self.dialect), address=self.address)


def _keep_alive(line: socket.socket) -> None:
    """Has the system ask over a quiet line whether the device is there; its answer costs no frame.

    Who went without a word, as out of a tunnel's end, is not taken to be on the line for long.
    """
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, figure in KEEPALIVE.items():
        if option := getattr(socket, name, None):
            line.setsockopt(socket.IPPROTO_TCP, option, figure)
