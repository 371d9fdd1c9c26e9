"""3G-watch: `[3G*8800000015*0002*LK]`, spoken by the watches and pendants of SeTracker's family.

Vendor (two characters), identifier, in some dialects an index, the length of the content in four
hexadecimal digits, the content: a word, and fields with commas. Facts and sources: docs/devices.md.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from tracking.messages import Message
from tracking.protocols import watch_fields as fields
from tracking.protocols.dialect import Heard, Order, Session
from tracking.protocols.readings import cry_raw
from tracking.words import printable

_START = re.compile(rb"\[[0-9A-Za-z]{2}\*")
_START_BYTES = 4
_BRACKET = re.compile(rb"[\[\]]")
_HEAD = re.compile(
    rb"\[([0-9A-Za-z]{2})\*([0-9A-Za-z]{0,20})\*(?:([0-9A-Za-z]{1,10})\*)?([0-9A-Fa-f]{4})\*"
)
_LOOSE_HEAD = re.compile(rb"\[([0-9A-Za-z]{2})\*([0-9A-Za-z]{0,20})\*?")
_ALARM_WORD = re.compile(rb"\*AL")
_ESCAPE = re.compile(rb"\}([\x01-\x05])")
_ESCAPED = {b"\x01": b"}", b"\x02": b"[", b"\x03": b"]", b"\x04": b",", b"\x05": b"*"}

_ECHOED = {"LK", "TKQ", "TKQ2"}
_CONFIRMED = {"INIT": "INIT,1", "CONFIG": "CONFIG,1"}
_ORDERS = {"CR": Order.LOCATE, "FIND": Order.RING, "UPLOAD": Order.INTERVAL, "CALL": Order.CALL}
_NUMBER = re.compile(r"\+?\d{2,20}")


@dataclass(slots=True)
class WatchSession(Session):
    vendor: str = "3G"
    index: str = ""  # the latest one; "" where the watch sends none


class Watch:
    name = "watch"
    max_frame = 66_000  # four hexadecimal digits of voice or picture

    def open(self) -> WatchSession:
        return WatchSession()

    def split(self, stream: bytes) -> tuple[bytes | None, int]:
        """A frame ends at the bracket its length announces, or at the first that closes it.

        Watches are known that announce too much or too little, and names of access points hold
        brackets. Where the next frame begins before this one has ended, it was cut off: what there
        is of it is a frame, because it may be an alarm.
        """
        begin = 0
        while True:
            begin = stream.find(b"[", begin)
            if begin < 0:
                return None, len(stream)
            if _START.match(stream, begin):
                break
            if len(stream) - begin < _START_BYTES:
                return None, begin
            begin += 1
        end = _end(stream, begin, self.max_frame)
        if end is None:
            return None, begin
        return _ESCAPE.sub(lambda found: _ESCAPED[found[1]], stream[begin:end]), end

    def read(self, frame: bytes, session: Session, *, now: datetime) -> Heard:
        head = _HEAD.match(frame)
        if not head or not head[2]:
            return _read_headless(frame, session)
        vendor, device_id, index, _ = (part.decode() if part else "" for part in head.groups())
        session.device_id = device_id
        if isinstance(session, WatchSession):
            session.vendor, session.index = vendor, index
        content = frame[head.end() :].removesuffix(b"]").decode("latin-1")
        word, _, said = content.partition(",")
        message = Message(device_id=device_id)
        kind = word.upper()
        reply = ""
        if kind.startswith("AL"):
            fields.read_alarm(message, content, frame)
            reply = "AL"
        elif kind.startswith(("UD", "WT")):
            fields.read_position(message, content, frame)
        elif kind == "LK":
            fields.read_link(message, said)
        elif kind in _ORDERS:
            message.answers, message.answer_text = _ORDERS[kind], printable(said)
        if kind in _ECHOED:
            reply = kind
        reply = reply or _CONFIRMED.get(kind, "")
        return Heard((message,), reply=_frame(vendor, device_id, index, reply) if reply else b"")

    def takes(self, order: str, argument: str) -> bool:
        return bool(self.command(order, argument, self.open()))

    def command(self, order: str, argument: str, session: Session) -> bytes:
        """CR, FIND, UPLOAD,<seconds> and CALL,<number>."""
        match order:
            case Order.LOCATE:
                content = "CR"
            case Order.RING:
                content = "FIND"
            case Order.INTERVAL:
                if not 10 <= int(argument) <= 65_535:
                    raise ValueError("must be between 10 and 65535 seconds")
                content = f"UPLOAD,{int(argument)}"
            case Order.CALL:
                if not _NUMBER.fullmatch(argument):
                    raise ValueError("must be a telephone number")
                content = f"CALL,{argument}"
            case _:
                return b""
        vendor = session.vendor if isinstance(session, WatchSession) else "3G"
        index = session.index if isinstance(session, WatchSession) else ""
        return _frame(vendor, session.device_id, index, content)


def _end(stream: bytes, begin: int, max_frame: int) -> int | None:
    """Where the frame ends that begins there; None where that cannot be told yet."""
    announced = _announced_end(stream, begin)
    depth = 1
    for found in _BRACKET.finditer(stream, begin + 1, begin + max_frame):
        at = found.start()
        if found[0] == b"]":
            if depth == 1 or at == announced:
                return at + 1
            depth -= 1
        elif _START.match(stream, at):
            return at
        elif len(stream) - at < _START_BYTES:
            return None
        else:
            depth += 1
    return begin + max_frame if len(stream) - begin >= max_frame else None


def _announced_end(stream: bytes, begin: int) -> int:
    """Where the closing bracket should stand by the length in the head; -1 without a head.

    The length counts what the content means, and an escaped character takes two bytes.
    """
    head = _HEAD.match(stream, begin)
    if not head:
        return -1
    at, left = head.end(), int(head[4], 16)
    while (escape := stream.find(b"}", at, at + left)) >= 0:
        left -= escape - at + 1
        at = escape + 2
    return at + left


def _read_headless(frame: bytes, session: Session) -> Heard:
    """A frame without a readable head. There is nobody to answer, but an alarm is an alarm."""
    head = _LOOSE_HEAD.match(frame)
    device_id = head[2].decode() if head and head[2] else session.device_id
    message = Message(device_id=device_id, errors={"frame": "has no head that one could read"})
    if found := _ALARM_WORD.search(frame):
        content = frame[found.start() + 1 :].removesuffix(b"]").decode("latin-1")
        fields.read_alarm(message, content, frame)
        if not message.kinds:  # pragma: no cover - read_alarm always names one
            cry_raw(message, "unreadable alarm", frame)
    return Heard((message,))


def _frame(vendor: str, device_id: str, index: str, content: str) -> bytes:
    numbered = f"{index}*" if index else ""
    return f"[{vendor}*{device_id}*{numbered}{len(content):04X}*{content}]".encode()
