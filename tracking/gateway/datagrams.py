"""Devices that send datagrams: each is a message of its own, and is answered to where it came from.

A datagram that comes again byte by byte is a retransmission: while the first is being committed it
is not taken twice, and for half a minute after that it gets the same answer (RFC 3261 17.2.2, timer
J; DC-09 repeats with the same sequence number).
"""

import asyncio
from typing import TYPE_CHECKING, Any, cast

from tracking.gateway.admission import Allowance
from tracking.gateway.reading import cries, read, usable
from tracking.protocols.dialect import Dialect, Heard
from tracking.reception import Sender

if TYPE_CHECKING:
    from tracking.gateway.gateway import Gateway

REMEMBERED_S = 32.0
REMEMBERED = 20_000
SENDERS = 20_000
AT_WORK = 2_000  # datagrams without an alarm that may wait at the same time

Peer = tuple[Any, ...]


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, gateway: "Gateway", dialect: Dialect) -> None:
        self._gateway, self.dialect = gateway, dialect
        self._transport: asyncio.DatagramTransport | None = None
        self._answers: dict[tuple[Peer, bytes], tuple[float, bytes | None]] = {}
        self._allowances: dict[str, Allowance] = {}
        self._at_work = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Peer) -> None:
        if self._gateway.stopping or len(data) > self.dialect.max_frame:
            self._gateway.figures.unreadable += 1
            return
        for frame in self._frames(data):
            known = self._answers.get((addr, frame))
            if known is None or self._gateway.clock() - known[0] > REMEMBERED_S:
                self._take(frame, addr)
            elif known[1]:
                self._send(known[1], addr)

    def forget(self) -> None:
        """Lets go of what is too old to be asked again. Called every few seconds."""
        since = self._gateway.clock() - REMEMBERED_S
        self._answers = {
            key: (at, answer)
            for key, (at, answer) in self._answers.items()
            if at > since or answer is None
        }
        if len(self._allowances) > SENDERS:
            self._allowances.clear()

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def _frames(self, data: bytes) -> list[bytes]:
        """The frames of a datagram; what is left of it is one too, whole or not."""
        frames, start = [], 0
        while start < len(data):
            frame, used = self.dialect.split(data[start:])
            start += used
            if frame is None:
                break
            frames.append(frame)
        rest = data[start:].strip()
        return [*frames, rest] if rest else frames

    def _take(self, frame: bytes, addr: Peer) -> None:
        figures, address = self._gateway.figures, str(addr[0])
        figures.frames += 1
        heard = read(self.dialect, frame, self.dialect.open())
        if not cries(heard):
            allowance = self._allowances.setdefault(address, Allowance(self._gateway.clock()))
            if self._at_work >= AT_WORK or not allowance.spend(self._gateway.clock()):
                figures.shed += 1
                return
            if not usable(heard):
                figures.unreadable += bool(heard.messages)
                self._send(heard.refusal if heard.messages else heard.reply, addr)
                return
        if len(self._answers) < REMEMBERED:
            self._answers[addr, frame] = (self._gateway.clock(), None)
        self._gateway.begin(self._keep(heard, frame, addr))

    async def _keep(self, heard: Heard, frame: bytes, addr: Peer) -> None:
        sender = Sender(protocol=self._gateway.protocol(self.dialect), address=str(addr[0]))
        keeper = self._gateway.keeper
        self._at_work += 1
        try:
            keep = keeper.keep_alarm if cries(heard) else keeper.keep_news
            kept = await keep(usable(heard), sender)
        finally:
            self._at_work -= 1
            self._answers.pop((addr, frame), None)
        if kept:
            self._gateway.figures.answered += 1
            if len(self._answers) < REMEMBERED:
                self._answers[addr, frame] = (self._gateway.clock(), heard.reply)
        else:
            self._gateway.figures.refused += 1
        keeper.told(usable(heard), sender)
        self._send(heard.reply if kept else heard.refusal, addr)

    def _send(self, answer: bytes, addr: Peer) -> None:
        if answer and self._transport and not self._transport.is_closing():
            self._transport.sendto(answer, addr)
