"""GT06's frames: cut out of a stream, taken apart, put together. Pure."""

import re
from dataclasses import dataclass

from tracking.protocols.gt06_places import bare_hints_size
from tracking.protocols.octets import crc_x25

SHORT, LONG, END = b"xx", b"yy", b"\r\n"
LOGIN = 0x01
MAX_BYTES = 4096

_HEAD = re.compile(b"(?=xx|yy)")
_BARE = {LOGIN, 0x08, 0x10, 0x11, 0x13, 0x17, 0x30, 0x57, 0x69, 0x80, 0x81, 0x99}
_BARE_HINTS = (0x17, 0x69)
_BARE_LOGIN_BYTES = 15


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame taken apart. A bare one has no serial, and everything after the type is content."""

    kind: int
    content: bytes
    serial: bytes
    long: bool
    bare: bool
    intact: bool


def split(stream: bytes) -> tuple[bytes | None, int]:
    """The first frame, and how many bytes it and the rubbish before it take up."""
    begin = 0
    while True:
        head = _HEAD.search(stream, begin)
        if not head:
            return None, len(stream) - (stream[-1:] in (b"x", b"y"))
        begin = head.start()
        if len(stream) - begin < 5:
            return None, begin
        view = stream[begin : begin + MAX_BYTES]
        end = _end(view)
        if end:
            return view[:end], begin + end
        if len(view) < MAX_BYTES and _announced(view) <= MAX_BYTES:
            return None, begin
        begin += 1  # nothing that could be meant begins here


def take_apart(frame: bytes) -> Frame | None:
    """The frame's parts, as far as they are there; None where not even the type and serial are."""
    long = frame[:2] == LONG
    head = 4 if long else 3
    core = frame[:-2] if frame.endswith(END) else frame.removesuffix(b"\r")
    if len(core) <= head:
        return None
    kind = core[head]
    intact = len(core) > head + 4 and crc_x25(core[2:-2]) == int.from_bytes(core[-2:])
    wrong_length = _announced(frame) != len(core) + len(END)
    if not long and not intact and wrong_length and kind in _BARE:
        return Frame(kind, core[head + 1 :], b"", long=False, bare=True, intact=False)
    if len(core) < head + 5:
        return None
    return Frame(kind, core[head + 1 : -4], core[-4:-2], long, bare=False, intact=intact)


def pack(kind: int, content: bytes, serial: bytes, *, long: bool = False) -> bytes:
    """A whole frame."""
    size = (1 + len(content) + 4).to_bytes(2 if long else 1)
    checked = size + bytes([kind]) + content + serial
    return (LONG if long else SHORT) + checked + crc_x25(checked).to_bytes(2) + END


def pack_bare(kind: int, content: bytes, *, length: int) -> bytes:
    return SHORT + bytes([length, kind]) + content + END


def _announced(frame: bytes) -> int:
    """The size of the whole frame by its own length field."""
    if frame[:2] == LONG:
        return 4 + int.from_bytes(frame[2:4]) + 2
    return 3 + frame[2] + 2


def _end(view: bytes) -> int:
    """Where the frame ends that `view` begins with; 0 where that cannot be told yet.

    At the 0d 0a that its length announces. Another one before is part of the content, unless
    something proves that it is the end: the CRC, the form of a bare frame, the head of a next one.
    Past the announced end, the length was wrong and the first one counts.
    """
    announced, short = _announced(view), view[:2] == SHORT
    first, at = 0, 4
    while (found := view.find(END, at)) >= 0:
        end = found + 2
        if end == announced:
            return end
        if end > announced:
            return _next_head(view, end) or first or end
        if view[end : end + 2] in (SHORT, LONG) or (short and _proves_itself(view, end)):
            return end
        if short and (cut_off := _next_head(view, end)):
            return cut_off
        first, at = first or end, found + 1
    return first if len(view) >= announced else 0


def _next_head(view: bytes, end: int) -> int:
    """Where a whole frame begins that ends there: then the one before it was cut off; else 0."""
    for found in _HEAD.finditer(view, 1, end - 5):
        inner = view[found.start() : end]
        if _announced(inner) == len(inner) and _has_crc(inner):
            return found.start()
    return 0


def _has_crc(frame: bytes) -> bool:
    return crc_x25(frame[2:-4]) == int.from_bytes(frame[-4:-2])


def _proves_itself(view: bytes, end: int) -> bool:
    if view[3] == LOGIN and end == _BARE_LOGIN_BYTES:
        return True
    if view[3] in _BARE_HINTS and end == bare_hints_size(view):
        return True
    return end >= 10 and _has_crc(view[:end])
