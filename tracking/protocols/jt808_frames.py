"""JT/T 808's frames: cut out of a stream, taken apart, put together. Pure."""

import re
from dataclasses import dataclass

from tracking.protocols.octets import Octets, luhn, xor

MAX_BYTES = 4096
SHORT_SERIAL = {0x5501, 0x5502}  # Jointech's, with a serial of one byte and answers of their own

_HAS_VERSION, _IS_PART, _IS_SEALED = 0x4000, 0x2000, 0x1C00
_BEGIN = re.compile(rb"\x7e(?!\()|\(")  # no message has a number that begins with a bracket
_END = {b"\x7e": re.compile(rb"\x7e"), b"(": re.compile(rb"[)\x7e]")}
_ESCAPED = {b"\x01": b"\x7d", b"\x02": b"\x7e"}
_ESCAPE = re.compile(rb"\x7d([\x01\x02])")


@dataclass(frozen=True, slots=True)
class Header:
    message: int
    version: int | None
    terminal: bytes
    serial: int
    part: int  # from 1; 0 for a message in one piece
    sealed: bool  # encrypted
    intact: bool


def split(stream: bytes) -> tuple[bytes | None, int]:
    """A frame between two flags, unescaped, or a text in brackets, as Jointech's locks send.

    Where the check says that a device does not escape at all, its bytes are taken as they are.
    The flag at the end of a frame is not used up: it may be the first of the next one.
    """
    begin = 0
    while found := _BEGIN.search(stream, begin):
        begin = found.start()
        end = _END[found[0]].search(stream, begin + 1)
        if not end:
            if len(stream) - begin < MAX_BYTES:
                return None, begin
            begin += 1
        elif found[0] == b"(" and end[0] == b")":
            return stream[begin : end.end()], end.end()
        elif found[0] == b"\x7e" and stream[begin + 1 : end.start()].strip():
            return _frame(stream, begin, end.start())
        else:
            begin = end.start()
    return None, len(stream)


def _frame(stream: bytes, begin: int, end: int) -> tuple[bytes, int]:
    literal = stream[begin : end + 1]
    frame = unescape(literal)
    if xor(frame[1:-1]) == 0:
        return frame, end
    announced = begin + 15 + (int.from_bytes(literal[3:5]) & 0x3FF)
    if literal[3:4] and literal[3] & 0x40:
        announced += 5
    for until in (end + 1, announced):
        whole = stream[begin:until]
        if len(whole) == until - begin and whole[-1:] == b"\x7e" and xor(whole[1:-1]) == 0:
            return whole, until - 1
    return frame, end


def take_apart(frame: bytes) -> tuple[Header, bytes]:
    """Header and body of an unescaped frame. Raises Short where the header is not all there."""
    core = frame.removeprefix(b"\x7e").removesuffix(b"\x7e")
    octets = Octets(core)
    message, attributes = octets.number(2), octets.number(2)
    if message in SHORT_SERIAL:
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
