"""JT/T 808, 2011, 2013 and 2019: `7e header body check 7e`, the Chinese standard for terminals.

0x7e and 0x7d in between are escaped. The header says message, size, terminal and serial; in 2019
a version and a longer terminal number. Facts and sources: docs/devices.md.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from tracking.messages import Message
from tracking.protocols import jt808_fields as fields
from tracking.protocols.dialect import Heard, Order, Session
from tracking.protocols.octets import Octets, Short, luhn, xor
from tracking.protocols.readings import cry_raw

FLAG = 0x7E
ANSWER, REGISTRATION, CLOCK = 0x8001, 0x8100, 0x8109
SET_PARAMETERS, LOCATE, TEXT, CALL_BACK = 0x8103, 0x8201, 0x8300, 0x8400
DONE, FAILED = 0, 1

_HAS_VERSION, _IS_PART, _IS_SEALED = 0x4000, 0x2000, 0x1C00
_MAX_PENDING = 16_384
_SHORT_SERIAL = {0x5501, 0x5502}  # Jointech's, with a serial of one byte and answers of their own
_ESCAPED = {b"\x01": b"\x7d", b"\x02": b"\x7e"}
_ESCAPE = re.compile(rb"\x7d([\x01\x02])")
_NUMBER = re.compile(r"\+?\d{2,20}")
_RESULTS = ("done", "failed", "message wrong", "not supported", "alarm confirmed")
_INTERVAL = 0x0029  # parameter: seconds between positions


@dataclass(slots=True)
class Jt808Session(Session):
    version: int | None = None  # of the standard's 2019 edition; None before that
    terminal: bytes = b""
    pending: bytes = b""  # the beginning of an item whose end is in the next part


@dataclass(frozen=True, slots=True)
class Header:
    message: int
    version: int | None
    terminal: bytes
    serial: int
    part: int  # from 1; 0 for a message in one piece
    sealed: bool  # encrypted
    intact: bool


class Jt808:
    name = "jt808"
    max_frame = 4096

    def open(self) -> Jt808Session:
        return Jt808Session()

    def split(self, stream: bytes) -> tuple[bytes | None, int]:
        """A frame between two flags, unescaped, or a text in brackets, as Jointech's locks send.

        Where the check says that a device does not escape at all, its bytes are taken as they are.
        """
        begin = 0
        while begin < len(stream):
            if stream[begin] == FLAG:
                end = stream.find(FLAG, begin + 1)
                if end == begin + 1:  # the end of one that we did not hear begin
                    begin = end
                    continue
                if end > 0:
                    return _frame(stream, begin, end)
                if len(stream) - begin < self.max_frame:
                    return None, begin
                begin += 1
                continue
            flag = stream.find(FLAG, begin)
            until = flag if flag >= 0 else len(stream)
            if stream[begin] == ord("("):
                end = stream.find(b")", begin, until)
                if end > 0:
                    return stream[begin : end + 1], end + 1
                if flag < 0 and len(stream) - begin < self.max_frame:
                    return None, begin
            bracket = stream.find(b"(", begin + 1, until)
            begin = bracket if bracket > 0 else until
        return None, begin

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
        session.device_id = terminal_id(header.terminal) or session.device_id
        messages = _read_body(header, body, frame, session)
        for message in messages:
            message.device_id = session.device_id
            if not session.device_id:
                message.errors["id"] = "cannot be read"
            if not header.intact:
                message.warnings["check"] = "does not match"
        reply, refusal = _answers(header, now)
        return Heard(tuple(messages), reply=reply, refusal=refusal)

    def command(self, order: str, argument: str, session: Session) -> bytes:
        """8103 with the interval, 8201, a text read out (8300), and 8400."""
        match order:
            case Order.INTERVAL:
                if not 5 <= int(argument) <= 86_400:
                    raise ValueError("must be between 5 and 86400 seconds")
                parameter = _INTERVAL.to_bytes(4) + b"\x04" + int(argument).to_bytes(4)
                kind, body = SET_PARAMETERS, b"\x01" + parameter
            case Order.LOCATE:
                kind, body = LOCATE, b""
            case Order.RING:
                kind, body = TEXT, b"\x09" + "请接电话".encode("gbk")  # urgent, read out
            case Order.CALL:
                if not _NUMBER.fullmatch(argument):
                    raise ValueError("must be a telephone number")
                kind, body = CALL_BACK, b"\x00" + argument.encode()
            case _:
                return b""
        if not isinstance(session, Jt808Session) or not session.terminal:
            return b""
        serial = session.ask(order)
        return pack(kind, body, serial, session.terminal, version=session.version)


def _frame(stream: bytes, begin: int, end: int) -> tuple[bytes, int]:
    literal = stream[begin : end + 1]
    frame = unescape(literal)
    if xor(frame[1:-1]) == 0:
        return frame, end + 1
    announced = begin + 15 + (int.from_bytes(literal[3:5]) & 0x3FF)
    if literal[3:4] and literal[3] & 0x40:
        announced += 5
    for until in (end + 1, announced):
        whole = stream[begin:until]
        if len(whole) == until - begin and whole[-1:] == b"\x7e" and xor(whole[1:-1]) == 0:
            return whole, until
    return frame, end + 1


def take_apart(frame: bytes) -> tuple[Header, bytes]:
    """Header and body of an unescaped frame. Raises Short where the header is not all there."""
    core = frame.removeprefix(b"\x7e").removesuffix(b"\x7e")
    octets = Octets(core)
    message, attributes = octets.number(2), octets.number(2)
    if message in _SHORT_SERIAL:
        terminal, serial = octets.take(6), octets.number(1)
        version, part, sealed = None, 0, False
    else:
        version = octets.number(1) if attributes & _HAS_VERSION else None
        terminal = octets.take(6 if version is None else 10)
        serial, part, sealed = octets.number(2), 0, bool(attributes & _IS_SEALED)
        if attributes & _IS_PART:
            octets.take(2)
            part = octets.number(2)
    body = octets.rest()[:-1]
    intact = xor(core) == 0
    return Header(message, version, terminal, serial, part, sealed, intact), body


def terminal_id(terminal: bytes) -> str:
    """The number of the terminal without the zeros before it.

    Some send their IMEI as a binary number, without its check digit.
    """
    text = terminal.hex()
    if text.isdecimal():
        return text.lstrip("0")
    number = str(int.from_bytes(terminal))
    return number + luhn(number) if len(number) == 14 else number


def pack(
    message: int, body: bytes, serial: int, terminal: bytes, *, version: int | None = None
) -> bytes:
    """A whole frame, escaped."""
    attributes = len(body) | (_HAS_VERSION if version is not None else 0)
    versioned = bytes([version]) if version is not None else b""
    head = message.to_bytes(2) + attributes.to_bytes(2) + versioned + terminal
    core = head + serial.to_bytes(2) + body
    return escape(core + bytes([xor(core)]))


def escape(core: bytes) -> bytes:
    inside = core.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")
    return b"\x7e" + inside + b"\x7e"


def unescape(frame: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: _ESCAPED[found[1]], frame)


def _answers(header: Header, now: datetime) -> tuple[bytes, bytes]:
    """What is answered when the messages are committed, and when they could not be."""
    kind, serial = header.message, header.serial
    if kind in fields.ANSWERS:
        return b"", b""
    if kind in _SHORT_SERIAL:
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


def _read_text(frame: bytes, session: Session, now: datetime) -> Heard:
    """`(740190311185,1,001,BASE,2,TIME)` asks for the time; anything else is a result."""
    text = frame.decode("latin-1")
    message = Message(session.device_id or text[1:].partition(",")[0])
    if not message.device_id.isdecimal():
        return Heard((Message(session.device_id, errors={"frame": "cannot be read"}),))
    session.device_id = message.device_id
    if "BASE,2" in text:
        return Heard((message,), reply=text.replace("TIME", f"{now:%Y%m%d%H%M%S}").encode())
    message.answer_text = text[:200]
    return Heard((message,))
