"""H02: `*HQ,<id>,V1,<time>,A,<latitude>,N,…#`, and a binary form of the same that begins with `$`.

Spoken by cheap trackers and pendants of many names. Facts and sources: docs/devices.md.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from tracking.messages import Message
from tracking.protocols import h02_fields as fields
from tracking.protocols.dialect import Heard, Order, Session
from tracking.protocols.readings import instant, pairs
from tracking.words import printable

SHORT, LONG, LONG_ID = 32, 45, 42  # sizes of binary frames

_TEXT = re.compile(rb"\*[0-9A-Za-z]{2},")
_BEGIN = re.compile(rb"[*$X]")
_NEXT = re.compile(rb"#|\*[0-9A-Za-z]{2},")
_HEAD = re.compile(r"\*([0-9A-Za-z]{2}),([0-9A-Za-z]{0,20}),([0-9A-Za-z]{0,12})(?:,|$)")
_TEXT_HEAD_BYTES = 4
_BINARY_HEAD_BYTES = 15  # marker, identifier of 5 or 8 bytes, time and date of 3


@dataclass(slots=True)
class H02Session(Session):
    vendor: str = "HQ"


class H02:
    name = "h02"
    max_frame = 2048

    def open(self) -> H02Session:
        return H02Session()

    def split(self, stream: bytes) -> tuple[bytes | None, int]:
        """Text to the next `#`, binary by its size, which nothing in it tells.

        32 bytes, or 45 where more follows that is no beginning of a next frame. What is left of a
        longer one that came in pieces is no beginning of a frame either, and skipped: everything we
        read stands within the first 32.
        """
        begin = 0
        while found := _BEGIN.search(stream, begin):
            begin = found.start()
            view = stream[begin : begin + self.max_frame]
            size = _text_size(view, self.max_frame) if found[0] == b"*" else _binary_size(view)
            if size is None:
                return None, begin
            if size:
                return view[:size], begin + size
            begin += 1
        return None, len(stream)

    def read(self, frame: bytes, session: Session, *, now: datetime) -> Heard:
        if frame[:1] != b"*":
            message = Message()
            fields.read_binary(message, frame, wide=_binary_size(frame) == LONG_ID)
            message.device_id = session.device_id = message.device_id or session.device_id
            return Heard((message,))
        text = frame.decode("latin-1").removesuffix("#")
        head = _HEAD.match(text)
        vendor, device_id, word = head.groups() if head else ("HQ", "", "")
        session.device_id = device_id or session.device_id
        message = Message(session.device_id)
        if not head or not session.device_id:
            message.errors["id"] = "cannot be read"
        fields.read_text(message, word, text[head.end() :] if head else text, frame)
        if isinstance(session, H02Session) and head:
            session.vendor = vendor
        if word == "V4":
            _take_answer(message, text[head.end() :] if head else "", session)
        reply = _reply(vendor, device_id, word, now) if device_id else ""
        return Heard((message,), reply=reply.encode())

    def takes(self, order: str, argument: str) -> bool:
        return bool(self.command(order, argument, self.open()))

    def command(self, order: str, argument: str, session: Session) -> bytes:
        """S71,22: seconds between positions. The answer (V4) names S71 and the number of ours."""
        if order != Order.INTERVAL:
            return b""
        if not 5 <= int(argument) <= 65_535:
            raise ValueError("must be between 5 and 65535 seconds")
        number = session.ask(order) % 10_000
        vendor = session.vendor if isinstance(session, H02Session) else "HQ"
        clock = f"{number // 3600 % 24:02}{number // 60 % 60:02}{number % 60:02}"
        return f"*{vendor},{session.device_id},S71,{clock},22,{int(argument)}#".encode()


def _text_size(view: bytes, max_frame: int) -> int | None:
    """The size of the text frame, 0 where none begins, None where that cannot be told yet.

    One that is not ended before the next begins was cut off, and is a frame: it may be an alarm.
    """
    if len(view) < _TEXT_HEAD_BYTES:
        return None
    if not _TEXT.match(view):
        return 0
    if found := _NEXT.search(view, _TEXT_HEAD_BYTES):
        return found.end() if found[0] == b"#" else found.start()
    return max_frame if len(view) == max_frame else None


def _binary_size(view: bytes) -> int | None:
    if len(view) < _BINARY_HEAD_BYTES:
        return None
    if not fields.is_dated(view, 6):
        if not fields.is_dated(view, 9):
            return 0
        return LONG_ID if len(view) >= LONG_ID else None
    if len(view) < SHORT:
        return None
    if len(view) == SHORT or view[:1] == b"X":
        return SHORT
    rest = view[SHORT:]
    begins = _BEGIN.match(rest)
    if begins and len(rest) < _BINARY_HEAD_BYTES and len(view) < LONG:
        return None
    if begins and (_TEXT.match(rest) or fields.is_dated(rest, 6)):
        return SHORT
    return LONG if len(view) >= LONG else None


def _reply(vendor: str, device_id: str, word: str, now: datetime) -> str:
    """Heartbeats come back as they are, positions and cells are confirmed with our time."""
    if word in ("V0", "HTBT"):
        return f"*{vendor},{device_id},{word}#"
    if word in ("V1", "NBR"):
        return f"*{vendor},{device_id},V4,{word},{now:%Y%m%d%H%M%S}#"
    return ""


def _take_answer(message: Message, text: str, session: Session) -> None:
    """`V4,S71,…,<our time>,<its time>,A,…`: our time is the number of the order."""
    told = fields.before_position(text)
    message.answer_text = printable(told)
    for number, order in session.asked.items():
        clock = instant([0, 1, 1, *pairs(told[-6:])]) if len(told) >= 6 else None
        if clock and clock.hour * 3600 + clock.minute * 60 + clock.second == number % 10_000:
            message.answers = order
            del session.asked[number]
            return
