"""`python -m tracking.conformance HOST PORT PROTOCOL`: does this server speak the protocol?

For makers of devices and of servers; it needs neither Django nor a database. It presses the button
several times: whoever runs it against a live service tells the desk first. One line a check, exit
code 0 when all passed, 1 when not, 2 when it could not begin.
"""

import argparse
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from tracking.protocols.speaking import Speaker
from tracking.protocols.speaking_units import ALL_SPEAKERS

HERE = (31.4675, 104.68)
DATAGRAMS = ("sia", "scaip")
RUBBISH = b"\x00\xff GET / HTTP/1.1 \x7e\x7e[3G*x*zz*]*HQ,\r\n\r\n"


class Failed(Exception):
    """What the server did instead."""


class Line:
    """A connection to the server under test, as a device has one."""

    def __init__(self, kit: "Kit", *, datagrams: bool = False) -> None:
        kind = socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM
        self._kit = kit
        self._socket = socket.socket(socket.AF_INET, kind)
        self._socket.settimeout(kit.patience_s)
        self._socket.connect(kit.address)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answered(self, frame: bytes) -> None:
        """Returns when the frame is answered as the protocol wants; raises Failed."""
        end = time.monotonic() + self._kit.patience_s
        got = b""
        while not self._is_answer(frame, got):
            left = end - time.monotonic()
            if left <= 0:
                raise Failed(f"not answered in time; heard {got!r}")
            self._socket.settimeout(left)
            try:
                piece = self._socket.recv(8192)
            except TimeoutError:
                raise Failed(f"not answered in time; heard {got!r}") from None
            if not piece:
                raise Failed(f"hung up; heard {got!r}")
            got += piece

    def close(self) -> None:
        self._socket.close()

    def _is_answer(self, frame: bytes, got: bytes) -> bool:
        """Whether the answer is in what was heard: another one may stand before or behind it."""
        is_answer = self._kit.speaker.is_answer
        ends = range(1, len(got) + 1)
        return any(is_answer(frame, got[at:]) or is_answer(frame, got[:at]) for at in ends) or (
            is_answer(frame, got)
        )


class Kit:
    """The checks, each a method whose docstring says what must be so."""

    def __init__(self, address: tuple[str, int], speaker: Speaker, *, patience_s: float) -> None:
        self.address, self.speaker, self.patience_s = address, speaker, patience_s

    def login(self) -> None:
        """the first frame of a connection is answered"""
        with self._line():
            pass

    def heartbeat(self) -> None:
        """a heartbeat is answered"""
        with self._line() as line:
            self._say(line, self.speaker.heartbeat())

    def position(self) -> None:
        """a position is taken, and what follows it is answered"""
        with self._line() as line:
            line.send(self.speaker.fix(HERE, at=datetime.now(UTC)))
            self._say(line, self.speaker.heartbeat())

    def press(self) -> None:
        """the button is answered"""
        with self._line() as line:
            self._say(line, self._pressed())

    def press_nowhere(self) -> None:
        """the button is answered without a position"""
        with self._line() as line:
            self._say(line, self.speaker.sos(None, at=datetime.now(UTC)))

    def press_again(self) -> None:
        """the same frame again is answered again"""
        with self._line() as line:
            frame = self._pressed()
            self._say(line, frame)
            self._say(line, frame)

    def in_pieces(self) -> None:
        """a frame that comes byte by byte is answered"""
        with self._line() as line:
            frame = self._pressed()
            for at in range(len(frame)):
                line.send(frame[at : at + 1])
            line.answered(frame)

    def together(self) -> None:
        """of two frames that come together the second is answered"""
        with self._line() as line:
            frame = self._pressed()
            line.send(self.speaker.heartbeat() + frame)
            line.answered(frame)

    def after_rubbish(self) -> None:
        """a server that was sent rubbish answers the next connection"""
        line = Line(self)
        line.send(RUBBISH)
        line.close()
        self.press()

    def cut_off(self) -> None:
        """a server that was sent half a frame answers the next connection"""
        line = Line(self)
        line.send(self._pressed()[:-3])
        line.close()
        self.press()

    def datagram(self) -> None:
        """a datagram is answered, and its repetition too"""
        line = Line(self, datagrams=True)
        frame = self._pressed()
        try:
            self._say(line, frame)
            self._say(line, frame)
        finally:
            line.close()

    def checks(self) -> list[Callable[[], None]]:
        found = [self.login, self.heartbeat, self.position, self.press, self.press_nowhere]
        found += [self.press_again, self.in_pieces, self.together, self.after_rubbish, self.cut_off]
        return [*found, self.datagram] if self.speaker.name in DATAGRAMS else found

    @contextmanager
    def _line(self) -> Iterator[Line]:
        line = Line(self)
        try:
            if hello := self.speaker.login():
                self._say(line, hello)
            yield line
        finally:
            line.close()

    def _pressed(self) -> bytes:
        return self.speaker.sos(HERE, at=datetime.now(UTC))

    def _say(self, line: Line, frame: bytes) -> None:
        line.send(frame)
        line.answered(frame)


def run(kit: Kit) -> int:
    """Runs all checks, says of each how it went; how many failed."""
    failed = 0
    for check in kit.checks():
        try:
            check()
            word, why = "PASS", ""
        except (Failed, OSError) as fault:
            failed, word, why = failed + 1, "FAIL", f": {fault}"
        sys.stdout.write(f"{word} {check.__name__:14} {check.__doc__}{why}\n")
        sys.stdout.flush()
    return failed


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tracking.conformance", description=__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("protocol", choices=sorted(ALL_SPEAKERS))
    parser.add_argument("--id", help="the device's number; else a made-up one")
    parser.add_argument("--patience", type=float, default=10.0, metavar="SECONDS")
    said = parser.parse_args(arguments)
    speaker = ALL_SPEAKERS[said.protocol]()
    if said.id:
        speaker.device_id = said.id
    failed = run(Kit((said.host, said.port), speaker, patience_s=said.patience))
    sys.stdout.write(f"{said.protocol}: {'all passed' if not failed else f'{failed} failed'}\n")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
