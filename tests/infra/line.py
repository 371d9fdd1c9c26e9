"""A telephone: what it hears, what it says, and its side of one SIP call."""

import itertools
import re
import socket
import time
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import numpy as np

from tests.infra import voice

if TYPE_CHECKING:
    from tests.infra.trunk import Trunk

LOUD = 800.0

_CODES = ~np.arange(256, dtype=np.int32) & 0xFF
_SIZES = ((((_CODES & 0x0F) << 3) + 0x84) << ((_CODES >> 4) & 7)) - 0x84
ULAW = np.where(_CODES & 0x80, -_SIZES, _SIZES)
_SDP = """v=0\r
o=phone 1 1 IN IP4 127.0.0.1\r
s=-\r
c=IN IP4 127.0.0.1\r
t=0 0\r
m=audio {port} RTP/AVP 0 101\r
a=rtpmap:0 PCMU/8000\r
a=rtpmap:101 telephone-event/8000\r
"""


def note(pitch: int, size: int = 4000) -> bytes:
    """20 ms of a note, as µ-law."""
    wave = size * np.sin(2 * np.pi * pitch * np.arange(voice.FRAME) / voice.RATE)
    return bytes(np.abs(ULAW[None, :] - wave[:, None]).argmin(axis=1).astype(np.uint8))


def pitches(sound: bytes) -> list[int]:
    """The notes (Hz) in 20 ms of µ-law, the loudest first."""
    samples = ULAW[np.frombuffer(sound, np.uint8)]
    sizes = np.abs(np.fft.rfft(samples, voice.FRAME)) * 2 / voice.FRAME
    order = np.argsort(sizes)[::-1]
    return [int(n) * voice.STEP for n in order if sizes[n] > LOUD]


SILENCE = b"\xff" * voice.FRAME


class Line:
    """One call of one telephone: "dialling", "ringing", "up" or "over"."""

    def __init__(self, trunk: "Trunk", number: str, head: dict[str, str] | None = None) -> None:
        self.number, self.state = number, "ringing" if head else "dialling"
        self._speaks, self._keys = SILENCE, list[bytes]()
        self._trunk = trunk
        self._asked = self._invited = head or {}
        self.call_id = self._asked.get("call-id", f"{uuid4().hex}@phone")
        self._us = f"<sip:{number}@127.0.0.1>;tag={uuid4().hex[:8]}"
        self._them = self._asked.get("from", "")
        if head:
            self._us = f"{head['to']};tag={uuid4().hex[:8]}"
        self._target = self._asked.get("contact", "")
        self._turn = 1
        self._frames: list[list[int]] = []
        self._noted_at = time.monotonic()
        self._media: tuple[str, int] | None = None
        self._clock, self._stamp = itertools.count(1), 0
        self.door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.door.bind(("127.0.0.1", 0))

    # --- what a person does ----------------------------------------------------------------------

    def answer(self) -> Self:
        self._take_media(self._invited["body"])
        self._reply("200 OK", sdp=True)
        self.state = "up"
        return self

    def refuse(self, status: str = "486 Busy Here") -> None:
        self._reply(status)
        self.state = "over"

    def press(self, key: str, *, in_sound: bool = False) -> None:
        """A key for 160 ms, told by SIP INFO, or among the packets of sound (RFC 4733)."""
        if in_sound:
            sign = "0123456789*#".index(key)
            self._keys += [bytes([sign, 10, *(n * 160).to_bytes(2, "big")]) for n in range(1, 8)]
            self._keys += [bytes([sign, 0x8A, *(8 * 160).to_bytes(2, "big")])] * 3
        else:
            self._request("INFO", f"Signal={key}\r\nDuration=160\r\n", "application/dtmf-relay")

    def speak(self, pitch: int) -> None:
        """Says a note until told otherwise; 0 is silence."""
        self._speaks = note(pitch) if pitch else SILENCE

    def hang_up(self) -> None:
        if self.state == "up":
            self._request("BYE")
        self.state = "over"

    # --- what a person hears ---------------------------------------------------------------------

    def sentences(self) -> list[str]:
        """The codes of the sentences that were heard to their end."""
        return list(voice.named(next(filter(voice.is_note, f), None) for f in list(self._frames)))

    def hears(self, pitch: int) -> bool:
        """Whether that note sounded throughout the last tenth of a second."""
        lately = self._frames[-5:]
        return len(lately) == 5 and all(pitch in frame for frame in lately) and self._is_fresh()

    def is_spoken_to(self) -> bool:
        """Whether a sentence sounds now."""
        lately = self._frames[-5:]
        return any(voice.is_note(pitch) for frame in lately for pitch in frame) and self._is_fresh()

    def quiet_s(self) -> float:
        """Seconds since a sentence sounded."""
        return time.monotonic() - self._noted_at

    def _is_fresh(self) -> bool:
        return self._heard_at > time.monotonic() - 0.2

    _heard_at = 0.0

    # --- on the wire -----------------------------------------------------------------------------

    def invite(self, name: str, to: str) -> None:
        shown = name.replace("\\", "\\\\").replace('"', '\\"')
        self._us = f'"{shown}" {self._us}'
        self._them = self._target = f"<sip:{to}@127.0.0.1:{self._trunk.asterisk.sip_port}>"
        self._request("INVITE", _SDP.format(port=self._port), "application/sdp")

    def take(self, first: str, head: dict[str, str]) -> None:
        """A message of this call."""
        if first.startswith("SIP/2.0"):
            self._answered(first.split()[1], head)
            return
        method = first.split(maxsplit=1)[0]
        self._asked = head
        if method == "ACK":
            return
        if method == "INVITE":
            if self.state == "up":
                self._reply("200 OK", sdp=True)
        else:
            self._reply("200 OK")
        if method == "CANCEL":
            self._asked = self._invited
            self._reply("487 Request Terminated")
        if method in ("BYE", "CANCEL"):
            self.state = "over"

    def _answered(self, status: str, head: dict[str, str]) -> None:
        if status.startswith("1"):
            return
        self._trunk.is_answered((self.call_id, head["cseq"]))
        if not head["cseq"].endswith("INVITE"):
            return
        if status == "200" and self.state == "dialling":
            self._them, self._target = head["to"], head["contact"]
            self._take_media(head["body"])
            self.state = "up"
        elif status != "200":
            self.state = "over"
        self._trunk.send(self._head("ACK", head["cseq"].split()[0], head["to"]) + "\r\n")

    def _request(self, method: str, body: str = "", kind: str = "") -> None:
        self._turn += 1
        typed = f"Content-Type: {kind}\r\n" if kind else ""
        head = self._head(method, str(self._turn), self._them)
        message = f"{head}{typed}Content-Length: {len(body)}\r\n\r\n{body}"
        self._trunk.send(message, until=(self.call_id, f"{self._turn} {method}"))

    def _head(self, method: str, turn: str, to: str) -> str:
        target = self._target.partition("<")[2].partition(">")[0]
        here = self._trunk.asterisk.trunk_port
        return (
            f"{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{here};rport;"
            f"branch=z9hG4bK{uuid4().hex}\r\nFrom: {self._us}\r\nTo: {to}\r\n"
            f"Call-ID: {self.call_id}\r\nCSeq: {turn} {method}\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:{self.number}@127.0.0.1:{here}>\r\n"
        )

    def _reply(self, status: str, *, sdp: bool = False) -> None:
        asked, here = self._asked, self._trunk.asterisk.trunk_port
        body = _SDP.format(port=self._port) if sdp else ""
        typed = "Content-Type: application/sdp\r\n" if sdp else ""
        to = asked["to"] if "tag=" in asked["to"] else self._us
        self._trunk.send(
            f"SIP/2.0 {status}\r\nVia: {asked['via']}\r\nFrom: {asked['from']}\r\nTo: {to}\r\n"
            f"Call-ID: {self.call_id}\r\nCSeq: {asked['cseq']}\r\n"
            f"Contact: <sip:{self.number}@127.0.0.1:{here}>\r\n"
            f"{typed}Content-Length: {len(body)}\r\n\r\n{body}"
        )

    @property
    def _port(self) -> int:
        port: int = self.door.getsockname()[1]
        return port

    def _take_media(self, sdp: str) -> None:
        if found := re.search(r"m=audio (\d+)", sdp):
            self._media = ("127.0.0.1", int(found[1]))

    def say(self) -> None:
        """The next 20 ms."""
        if self.state == "up" and self._media:
            turn = next(self._clock)
            if not self._keys:
                self._stamp = turn  # all packets of a key bear the moment of its beginning
            stamp = ((self._stamp + bool(self._keys)) * voice.FRAME).to_bytes(4, "big")
            kind, sound = (101, self._keys.pop(0)) if self._keys else (0, self._speaks)
            head = bytes([0x80, kind]) + (turn & 0xFFFF).to_bytes(2, "big") + stamp + b"ONE!"
            self.door.sendto(head + sound, self._media)

    def hear(self, packet: bytes) -> None:
        if packet[1] & 0x7F == 0:
            frame = pitches(packet[12:])
            self._frames.append(frame)
            self._heard_at = time.monotonic()
            if any(map(voice.is_note, frame)):
                self._noted_at = self._heard_at
