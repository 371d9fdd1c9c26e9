"""The other side of SIA DC-09 and SCAIP: what a pendant's base station would send. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from tracking.protocols.sia_frames import Envelope, frame
from tracking.protocols.speaking import SPEAKERS, Place, Speaker


@dataclass
class SpeakingSia:
    device_id: str = "1A2B"
    key: bytes | None = None
    sequence: int = 0
    name: str = "sia"

    def login(self) -> bytes:
        return b""

    def heartbeat(self) -> bytes:
        return frame("NULL", self._next(), key=self.key)

    def fix(self, place: Place, *, at: datetime) -> bytes:
        """A test report that says where the unit is."""
        return self._event("1602", place, at)

    def sos(self, place: Place | None, *, at: datetime) -> bytes:
        return self._event("1101", place, at)

    def is_answer(self, sent: bytes, reply: bytes) -> bool:
        asked = sent.partition(b'"')[2].partition(b'"')[2].partition(b"[")[0]
        word, _, echoed = reply.partition(b'"')[2].partition(b'"')
        whole = reply.startswith(b"\n") and reply.endswith(b"\r")
        return whole and word.strip(b"*") == b"ACK" and echoed.partition(b"[")[0] == asked

    def _event(self, code: str, place: Place | None, at: datetime) -> bytes:
        where = f"[X{_minutes(place[1], 'EW')}][Y{_minutes(place[0], 'NS')}]" if place else ""
        data = f"#{self.device_id}|{code} 00 001"
        return frame("ADM-CID", self._next(), data, key=self.key, at=at, extended=where)

    def _next(self) -> Envelope:
        self.sequence = self.sequence % 9999 + 1
        return Envelope(f"{self.sequence:04}", "R1", "L0", self.device_id)


@dataclass
class SpeakingScaip:
    """`dialect` is the root of its XML: `mrq` or `scaip`."""

    device_id: str = "787025300001"
    dialect: str = "mrq"
    callback: str = ""
    name: str = "scaip"
    number: int = 0

    def login(self) -> bytes:
        return b""

    def heartbeat(self) -> bytes:
        return self._message("PI", "0070", "heartbeat")

    def fix(self, place: Place, *, at: datetime) -> bytes:
        return self._message("IN", "0070", "normal", place)

    def sos(self, place: Place | None, *, at: datetime) -> bytes:
        return self._message("ME", "0010", "alarm", place)

    def is_answer(self, sent: bytes, reply: bytes) -> bool:
        call = sent.partition(b"Call-ID: ")[2].partition(b"\r\n")[0]
        kept = b"<snu>0</snu>" in reply or b"<result>ACK</result>" in reply
        return reply.startswith(b"SIP/2.0 200 ") and call in reply and kept

    def _message(self, kind: str, status: str, word: str, place: Place | None = None) -> bytes:
        where = f"<lge><geo>{place[0]:.6f},{place[1]:.6f}</geo></lge>" if place else ""
        self.number += 1
        number = self.number
        if self.dialect == "mrq":
            body = (
                f"<mrq><ref>{number:08}</ref><ver>01.00</ver><mty>{kind}</mty>"
                f"<cid>{self.device_id}</cid><dty>0003</dty><stc>{status}</stc>"
                f"<crd>{self.callback}</crd>{where}</mrq>"
            )
        else:
            body = (
                f"<scaip><controllerId>{self.device_id}</controllerId>"
                f"<deviceId>001d940cb800</deviceId><deviceType>personalTrigger</deviceType>"
                f"<statusCode>{word}</statusCode></scaip>"
            )
        head = (
            "MESSAGE sip:alarm@127.0.0.1 SIP/2.0\r\n"
            f"Via: SIP/2.0/TCP 127.0.0.1:5060;branch=z9hG4bK{number}\r\n"
            f"From: <sip:{self.device_id}@127.0.0.1>;tag={number}\r\n"
            "To: <sip:alarm@127.0.0.1>\r\n"
            f"Call-ID: {uuid4().hex}@127.0.0.1\r\nCSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\n"
            "Content-Type: application/scaip+xml\r\n"
            f"Content-Length: {len(body.encode())}\r\n\r\n"
        )
        return (head + body).encode()


def _minutes(degrees: float, letters: str) -> str:
    whole = abs(degrees)
    return f"{int(whole):03}{letters[degrees < 0]}{whole % 1 * 60:06.3f}"


ALL_SPEAKERS: dict[str, type[Speaker]] = {
    **SPEAKERS,
    "sia": SpeakingSia,
    "scaip": SpeakingScaip,
}
