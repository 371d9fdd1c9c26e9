"""JT/T 808, 2011, 2013 and 2019: `7e header body check 7e`, the Chinese standard for terminals.

0x7e and 0x7d in between are escaped. The header says message, size, terminal and serial; in 2019
a version and a longer terminal number. Facts and sources: docs/devices.md.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from tracking.messages import Message
from tracking.protocols import jt808_fields as fields
from tracking.protocols import jt808_frames as frames
from tracking.protocols.dialect import Heard, Order, Session
from tracking.protocols.jt808_frames import (
    SHORT_SERIAL,
    Header,
    escape,
    pack,
    take_apart,
    terminal_id,
)
from tracking.protocols.octets import Short, xor
from tracking.protocols.readings import cry_raw
from tracking.words import printable

ANSWER, REGISTRATION, CLOCK = 0x8001, 0x8100, 0x8109
SET_PARAMETERS, LOCATE, TEXT, CALL_BACK = 0x8103, 0x8201, 0x8300, 0x8400
DONE, FAILED = 0, 1

_MAX_PENDING = 16_384
_NUMBER = re.compile(r"\+?\d{2,20}")
_RESULTS = ("done", "failed", "message wrong", "not supported", "alarm confirmed")
_INTERVAL = 0x0029  # parameter: seconds between positions


@dataclass(slots=True)
class Jt808Session(Session):
    version: int | None = None  # of the standard's 2019 edition; None before that
    terminal: bytes = b""
    pending: bytes = b""  # the beginning of an item whose end is in the next part


class Jt808:
    name = "jt808"
    max_frame = frames.MAX_BYTES

    def open(self) -> Jt808Session:
        return Jt808Session()

    def split(self, stream: bytes) -> tuple[bytes | None, int]:
        return frames.split(stream)

    def read(self, frame: bytes, session: Session, *, now: datetime) -> Heard:
        if frame[:1] == b"(":
            return _read_text(frame, session, now)
        try:
            header, body = take_apart(frame)
        except Short:
            message = Message(session.device_id, errors={"frame": "is too short"})
            if fields.may_be_alarm(int.from_bytes(frame[1:3])):
                cry_raw(message, "unreadable report", frame)
            return Heard((message,))
        if not header.intact and header.message not in fields.KNOWN:
            return Heard((Message(session.device_id, errors={"frame": "cannot be read"}),))
        session.device_id = terminal_id(header.terminal) or session.device_id
        messages = _read_body(header, body, frame, session)
        padded = header.terminal.hex()
        session.aliases = (padded,) if padded != session.device_id else ()
        for message in messages:
            message.device_id, message.aliases = session.device_id, session.aliases
            if not session.device_id:
                message.errors["id"] = "cannot be read"
            if not header.intact:
                message.warnings["check"] = "does not match"
        reply, refusal = _answers(header, now)
        return Heard(tuple(messages), reply=reply, refusal=refusal)

    def takes(self, order: str, argument: str) -> bool:
        return _told(order, argument) is not None

    def command(self, order: str, argument: str, session: Session) -> bytes:
        """Addressed as the device addresses itself; so there is none before it has."""
        told = _told(order, argument)
        if told is None or not isinstance(session, Jt808Session) or not session.terminal:
            return b""
        kind, body = told
        serial = session.ask(order)
        return pack(kind, body, serial, session.terminal, version=session.version)


def _told(order: str, argument: str) -> tuple[int, bytes] | None:
    """Message and body: 8103 with the interval, 8201, a text read out (8300), and 8400."""
    match order:
        case Order.INTERVAL:
            if not 5 <= int(argument) <= 86_400:
                raise ValueError("must be between 5 and 86400 seconds")
            parameter = _INTERVAL.to_bytes(4) + b"\x04" + int(argument).to_bytes(4)
            return SET_PARAMETERS, b"\x01" + parameter
        case Order.LOCATE:
            return LOCATE, b""
        case Order.RING:
            return TEXT, b"\x09" + "请接电话".encode("gbk")  # urgent, read out
        case Order.CALL:
            if not _NUMBER.fullmatch(argument):
                raise ValueError("must be a telephone number")
            return CALL_BACK, b"\x00" + argument.encode()
    return None


def _answers(header: Header, now: datetime) -> tuple[bytes, bytes]:
    """What is answered when the messages are committed, and when they could not be."""
    kind, serial = header.message, header.serial
    if kind in fields.ANSWERS:
        return b"", b""
    if kind in SHORT_SERIAL:
        core = b"\x44\x01\x00\x03" + header.terminal + b"\x01" + kind.to_bytes(2) + b"\x00"
        return escape(core + bytes([xor(core)])), b""

    def answer(reply: int, body: bytes) -> bytes:
        return pack(reply, body, serial, header.terminal, version=header.version)

    if kind == fields.REGISTER:
        code = terminal_id(header.terminal).encode()
        return answer(REGISTRATION, serial.to_bytes(2) + bytes([DONE]) + code), b""
    if kind == fields.ASKS_TIME:
        clock = [now.month, now.day, now.hour, now.minute, now.second]
        return answer(CLOCK, now.year.to_bytes(2) + bytes(clock)), b""
    echo = serial.to_bytes(2) + kind.to_bytes(2)
    return answer(ANSWER, echo + bytes([DONE])), answer(ANSWER, echo + bytes([FAILED]))


def _read_body(header: Header, body: bytes, frame: bytes, session: Session) -> list[Message]:
    kind = header.message
    if header.sealed:
        message = Message(warnings={"body": "is encrypted"})
        if fields.may_be_alarm(kind):
            cry_raw(message, "encrypted report", frame)
        return [message]
    if not isinstance(session, Jt808Session):
        return fields.read(kind, body, frame)[0]
    session.version, session.terminal = header.version, header.terminal
    if header.part > 1:
        body = session.pending + body
    messages, rest = fields.read(kind, body, frame, part=header.part)
    session.pending = rest if len(rest) <= _MAX_PENDING else b""
    if kind in fields.ANSWERS:
        _take_answer(messages[0], kind, body, session)
    return messages


def _take_answer(message: Message, kind: int, body: bytes, session: Session) -> None:
    """0x0001 names serial, message and result of what it answers; 0x0104 and 0x0201 the serial."""
    message.answers = session.asked.pop(int.from_bytes(body[:2]), "")
    if kind == fields.GENERAL_ANSWER and len(body) >= 5:
        result = body[4]
        message.answer_text = _RESULTS[result] if result < len(_RESULTS) else str(result)
        message.refused = result != 0


def _read_text(frame: bytes, session: Session, now: datetime) -> Heard:
    """`(740190311185,1,001,BASE,2,TIME)` asks for the time; anything else is a result."""
    text = frame.decode("latin-1")
    message = Message(session.device_id or text[1:].partition(",")[0])
    if not message.device_id.isdecimal():
        return Heard((Message(session.device_id, errors={"frame": "cannot be read"}),))
    session.device_id = message.device_id
    if "BASE,2" in text:
        return Heard((message,), reply=text.replace("TIME", f"{now:%Y%m%d%H%M%S}").encode())
    message.answer_text = printable(text)
    return Heard((message,))
