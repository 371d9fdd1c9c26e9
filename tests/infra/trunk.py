"""Telephones that a test hears with, presses keys on and hangs up at the moment it wants.

SIPp plays what is fixed beforehand; these are for stories. As much of SIP and RTP as one Asterisk
on loopback needs: no registration, 8 kHz µ-law, keys by SIP INFO. Who speaks is a note that
lasts; the sentences of `tests.infra.voice` are read from the sound.
"""

import re
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from tests.infra import voice
from tests.infra.asterisk import Asterisk
from tests.infra.line import Line

FRAME_S = voice.FRAME / voice.RATE


class Trunk:
    """Every telephone outside, and those of operators (`op-7`)."""

    def __init__(self, asterisk: Asterisk) -> None:
        self.asterisk = asterisk
        self.lines: list[Line] = []
        self._again: dict[tuple[str, str], str] = {}
        self._ends = threading.Event()
        self._ears = selectors.DefaultSelector()
        self._door, self._desk = map(self._listen, (asterisk.trunk_port, asterisk.desk_port))
        self._threads = [
            threading.Thread(target=act, daemon=True) for act in (self._hear, self._say)
        ]

    def dial(self, number: str, *, name: str = "", to: str = "12349") -> Line:
        """`number` rings the hotline; returns once it is picked up."""
        line = self._add(Line(self, number))
        line.invite(name, to)
        self.until(lambda: line.state != "dialling")
        return line

    def ringing(self, number: str, *, within_s: float = 60.0) -> Line:
        """The call that rings at `number`, once one does."""

        def found() -> Line | None:
            return next(iter(self.all_ringing(number)), None)

        line: Line = self.until(found, within_s=within_s)
        return line

    def all_ringing(self, number: str) -> list[Line]:
        return [line for line in self.lines if (line.number, line.state) == (number, "ringing")]

    def rung(self, number: str) -> int:
        """How often `number` was rung, in all."""
        return len([line for line in self.lines if line.number == number])

    def until(self, true: Callable[[], object], *, within_s: float = 60.0) -> Any:
        end = time.monotonic() + within_s
        while not (found := true()):
            assert time.monotonic() < end, [(line.number, line.state) for line in self.lines]
            time.sleep(0.02)
        return found

    def forget(self) -> None:
        """No line has ever been; those that are up must be hung up first."""
        for line in self.lines:
            self._ears.unregister(line.door)
            line.door.close()
        self.lines.clear()

    def hang_up_all(self) -> None:
        for line in self.lines:
            if line.state == "ringing":
                line.refuse()
            line.hang_up()

    # --- on the wire -----------------------------------------------------------------------------

    def send(self, message: str, *, until: tuple[str, str] | None = None) -> None:
        """Once, or again every half second until it is answered."""
        if until:
            self._again[until] = message
        self._door.sendto(message.encode(), ("127.0.0.1", self.asterisk.sip_port))

    def is_answered(self, question: tuple[str, str]) -> None:
        self._again.pop(question, None)

    def _add(self, line: Line) -> Line:
        self._ears.register(line.door, selectors.EVENT_READ, line)
        self.lines.append(line)
        return line

    def _listen(self, port: int) -> socket.socket:
        door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        door.bind(("127.0.0.1", port))
        self._ears.register(door, selectors.EVENT_READ, self)
        return door

    def _hear(self) -> None:
        while not self._ends.is_set():
            for key, _ in self._ears.select(0.1):
                with suppress(OSError):  # a line that was forgotten meanwhile
                    packet = key.fileobj.recv(65536)
                    if key.data is self:
                        self._take(packet.decode("utf-8", "replace"))
                    else:
                        key.data.hear(packet)

    def _take(self, message: str) -> None:
        top, _, body = message.partition("\r\n\r\n")
        first, *lines = top.split("\r\n")
        fields = [line.partition(":") for line in lines]
        head = {name.strip().lower(): value.strip() for name, _, value in fields} | {"body": body}
        known = next((line for line in self.lines if line.call_id == head.get("call-id")), None)
        if known is None and first.startswith("INVITE"):
            found = re.match(r"INVITE sip:([^@;> ]+)@", first)
            known = self._add(Line(self, found[1] if found else "", head))
            known._reply("180 Ringing")
        elif known is not None:
            known.take(first, head)

    def _say(self) -> None:
        due, ticks = time.monotonic(), 0
        while not self._ends.wait(max(0.0, due - time.monotonic())):
            due, ticks = due + FRAME_S, ticks + 1
            for line in list(self.lines):
                with suppress(OSError):
                    line.say()
            if ticks % 25 == 0:
                for message in list(self._again.values()):
                    self._door.sendto(message.encode(), ("127.0.0.1", self.asterisk.sip_port))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hang_up_all()
        self._ends.set()
        for thread in self._threads:
            thread.join(2)
        self.forget()
        self._ears.close()
        self._door.close()
        self._desk.close()
