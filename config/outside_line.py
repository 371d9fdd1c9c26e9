"""A telephone outside that rings by SIP over UDP: as much of it as a canary needs.

It asks once more every half second until it is answered, sends no sound, and hangs up (RFC 3261,
RFC 4566). The exchange takes it for a caller of its trunk, so it must know the address.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

AGAIN_S = 0.5


class Refused(Exception):
    """The exchange did not pick up: its status line, or that it said nothing."""


@contextmanager
def ringing(host: str, port: int, *, number: str, to: str, patience_s: float) -> Iterator[None]:
    """`to` is rung from `number`, and picked up; hung up afterwards. Raises Refused, OSError."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear,
    ):
        door.connect((host, port))
        ear.bind((door.getsockname()[0], 0))
        line = _Line(door, ear.getsockname()[1], f"sip:{to}@{host}:{port}", number)
        line.dial(until=time.monotonic() + patience_s)
        try:
            yield
        finally:
            line.hang_up()


@dataclass
class _Line:
    door: socket.socket
    ear: int  # the port at which we would hear
    target: str
    number: str
    call_id: str = field(default_factory=lambda: uuid4().hex)
    to: str = ""  # as the other side names itself

    def dial(self, *, until: float) -> None:
        sound = (
            f"v=0\r\no=canary 1 1 IN IP4 {self.here}\r\ns=-\r\nc=IN IP4 {self.here}\r\nt=0 0\r\n"
            f"m=audio {self.ear} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        )
        self.to = f"<{self.target}>"
        branch = f"z9hG4bK{uuid4().hex}"
        invite = self._said("INVITE", 1, branch, body=sound)
        answered = False
        while (left := until - time.monotonic()) > 0:
            if not answered:
                self.door.send(invite)
            self.door.settimeout(min(left, AGAIN_S))
            try:
                status, head = _read(self.door.recv(65536))
            except TimeoutError:
                continue
            if head.get("call-id") != self.call_id or not status[:1].isdigit():
                continue
            answered = True
            if status.startswith("1"):
                continue
            self.to = head.get("to", self.to)
            if status.startswith("2"):
                contact = head.get("contact", "").partition("<")[2].partition(">")[0]
                self.target = contact or self.target
                self.door.send(self._said("ACK", 1))
                return
            self.door.send(self._said("ACK", 1, branch))
            raise Refused(status)
        self.door.send(self._said("CANCEL", 1, branch))
        raise Refused("rang, and nobody picked up" if answered else "nobody answered")

    def hang_up(self) -> None:
        self.door.send(self._said("BYE", 2))

    @property
    def here(self) -> str:
        return str(self.door.getsockname()[0])

    def _said(self, method: str, turn: int, branch: str = "", *, body: str = "") -> bytes:
        address = f"{self.here}:{self.door.getsockname()[1]}"
        lines = [
            f"{method} {self.target} SIP/2.0",
            f"Via: SIP/2.0/UDP {address};branch={branch or f'z9hG4bK{uuid4().hex}'};rport",
            "Max-Forwards: 70",
            f"From: <sip:{self.number}@{self.here}>;tag={self.call_id[:8]}",
            f"To: {self.to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {turn} {method}",
            f"Contact: <sip:{self.number}@{address}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(lines) + f"\r\n\r\n{body}").encode()


def _read(packet: bytes) -> tuple[str, dict[str, str]]:
    """`486 Busy Here`, and the header's fields by their names in lower case; "" for a request."""
    first, *lines = packet.decode("utf-8", "replace").partition("\r\n\r\n")[0].split("\r\n")
    fields = (line.partition(":") for line in lines)
    head = {name.strip().lower(): value.strip() for name, _, value in fields}
    return first.removeprefix("SIP/2.0 ") if first.startswith("SIP/2.0 ") else "", head
