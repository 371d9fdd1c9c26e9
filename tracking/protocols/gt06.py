"""GT06: `78 78 length type content serial crc 0d 0a`, and the long form that begins with `79 79`.

Spoken by trackers and pendants of Concox, Jimi and a hundred others. A cousin of it, here called
bare, has neither serial nor CRC, and its length means something else (365GPS, Topin, Zhongxun).
Facts and sources: docs/devices.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tracking.messages import Message
from tracking.protocols import gt06_fields as fields
from tracking.protocols import gt06_frames as frames
from tracking.protocols import gt06_places as places
from tracking.protocols.dialect import Heard, Order, Session
from tracking.protocols.gt06_frames import LOGIN, LONG, Frame, pack, pack_bare, take_apart
from tracking.protocols.octets import digits, either
from tracking.protocols.readings import cry_raw
from tracking.words import printable

TIME, STRING, LONG_STRING, COMMAND = 0x8A, 0x15, 0x21, 0x80
_NOT_ANSWERED = {STRING, COMMAND, 0x81, 0x82}
_LONG_ANSWERED = {0x32, 0x33, 0x41}  # in kind; 0x70 is answered in the short form
_MODULES = 0x70
_UNKNOWN_ID = {"id": "is missing: there was no login"}


@dataclass(slots=True)
class Gt06Session(Session):
    ahead_s: int = 0  # by how much the device's clock is ahead of UTC, where it told


class Gt06:
    name = "gt06"
    max_frame = frames.MAX_BYTES

    def open(self) -> Gt06Session:
        return Gt06Session()

    def split(self, stream: bytes) -> tuple[bytes | None, int]:
        return frames.split(stream)

    def read(self, frame: bytes, session: Session, *, now: datetime) -> Heard:
        parts = take_apart(frame)
        if parts is None:
            message = Message(session.device_id, errors={"frame": "is too short"})
            long = frame[:2] == LONG
            if len(frame) > 3 + long and fields.may_be_alarm(frame[3 + long], long=long):
                cry_raw(message, "unreadable alarm", frame)
            return Heard((message,))
        if parts.kind == LOGIN:
            return _login(parts, session)
        message = Message(session.device_id)
        if not parts.intact and not parts.bare:
            message.warnings["crc"] = "does not match"
        try:
            of = fields.Of(parts.kind, frame, _ahead_s(session, parts.kind))
            fields.read(message, parts.content, of, long=parts.long, bare=parts.bare)
        except ValueError:
            message.warnings["content"] = "could not be read"
            if fields.may_be_alarm(parts.kind, long=parts.long) and not message.kinds:
                cry_raw(message, "unreadable alarm", frame)
        if not session.device_id:
            message.errors.update(_UNKNOWN_ID)
        if parts.kind in (STRING, LONG_STRING):
            _take_answer(message, parts, session)
        return Heard((message,), reply=_reply(parts, now))

    def takes(self, order: str, argument: str) -> bool:
        return bool(self.command(order, argument, self.open()))

    def command(self, order: str, argument: str, session: Session) -> bytes:
        """TIMER,<s>,<s># and WHERE#; the number of the order is the server flag, echoed by 0x15."""
        match order:
            case Order.INTERVAL:
                if not 5 <= int(argument) <= 18_000:
                    raise ValueError("must be between 5 and 18000 seconds")
                text = f"TIMER,{int(argument)},{int(argument)}#"
            case Order.LOCATE:
                text = "WHERE#"
            case _:
                return b""
        flag = session.ask(order)
        content = bytes([4 + len(text)]) + flag.to_bytes(4) + text.encode() + b"\x00\x02"
        return pack(COMMAND, content, flag.to_bytes(2))


def _login(parts: Frame, session: Session) -> Heard:
    identity, content = "", parts.content
    if len(content) >= 8:
        identity = either(lambda: digits(content[:8]), content[:8].hex)
    if not identity.strip("0"):
        return Heard((Message(errors={"id": "cannot be read"}),))
    session.device_id = identity.removeprefix("0")
    if isinstance(session, Gt06Session) and len(content) >= 12 and not parts.bare:
        session.ahead_s = fields.ahead_s(int.from_bytes(content[10:12]))
    reply = (
        pack_bare(LOGIN, b"", length=1)
        if parts.bare
        else pack(LOGIN, b"", parts.serial, long=parts.long)
    )
    return Heard((Message(session.device_id),), reply=reply)


def _ahead_s(session: Session, kind: int) -> int:
    """The types that came with 3G and 4G say UTC, the older ones what the login said."""
    if isinstance(session, Gt06Session) and kind not in fields.UTC_KINDS:
        return session.ahead_s
    return 0


def _reply(parts: Frame, now: datetime) -> bytes:
    if parts.bare:
        return _bare_reply(parts, now)
    if parts.kind == TIME:
        clock = bytes([now.year - 2000, now.month, now.day, now.hour, now.minute, now.second])
        return pack(TIME, clock, parts.serial)
    if parts.long:
        if parts.kind == _MODULES:
            return pack(_MODULES, b"", parts.serial)
        wanted = parts.kind in _LONG_ANSWERED or fields.may_be_alarm(parts.kind, long=True)
        return pack(parts.kind, b"", parts.serial, long=True) if wanted else b""
    return b"" if parts.kind in _NOT_ANSWERED else pack(parts.kind, b"", parts.serial)


def _bare_reply(parts: Frame, now: datetime) -> bytes:
    content = parts.content
    answers: dict[int, Callable[[], bytes]] = {
        0x10: lambda: pack_bare(0x10, content[:6], length=0),
        0x11: lambda: pack_bare(0x11, content[:6], length=0),
        0x13: lambda: pack_bare(0x13, content[3:4], length=2),
        0x17: lambda: pack_bare(0x17, content[:6], length=0),
        0x69: lambda: pack_bare(0x69, content[:6], length=0),
        0x30: lambda: pack_bare(
            0x30,
            now.year.to_bytes(2) + bytes([now.month, now.day, now.hour, now.minute, now.second]),
            length=7,
        ),
    }
    return answers.get(parts.kind, bytes)()


def _take_answer(message: Message, parts: Frame, session: Session) -> None:
    """What the device says to a command: 0x15 with a length, 0x21 with an encoding."""
    content = parts.content[1:] if parts.kind == STRING else parts.content
    flag, text = int.from_bytes(content[:4]), content[4:]
    if parts.kind == LONG_STRING:
        text = text[1:].decode("utf-16-be", "replace").encode() if text[:1] == b"\2" else text[1:]
    else:
        text = text[: max(0, parts.content[0] - 4)] if parts.content else b""
    message.answer_text = printable(text.decode("utf-8", "replace"))
    message.answers = session.asked.pop(flag, "")
    places.read_told(message, message.answer_text)
