"""The fields of the 3G-watch's frames. Pure; sources in docs/devices.md."""

import re
from collections.abc import Iterator

from tracking.messages import Cell, Kind, Message, Wifi
from tracking.protocols.octets import bits
from tracking.protocols.readings import KMH_MPS, Said, cry, cry_raw, instant, pairs, percent, place

# The upper half of the state are alarms, the lower half says how it stands.
_ALARMS: dict[int, Said] = {
    0: (Kind.LOW_BATTERY, "low battery"),
    1: (Kind.ZONE_EXIT, "out of the fence"),
    2: (Kind.ZONE_ENTER, "into the fence"),
    14: (Kind.POWER_LOST, "power cut"),
    16: (Kind.SOS, "sos"),
    17: (Kind.LOW_BATTERY, "low battery"),
    18: (Kind.ZONE_EXIT, "out of the fence"),
    19: (Kind.ZONE_ENTER, "into the fence"),
    20: (Kind.REMOVED, "taken off"),
    21: (Kind.FALL, "fall"),
    22: (Kind.FALL, "fall"),
}
_UNKNOWN: Said = (Kind.OTHER, "alarm without a word")

# Places of the fields after the word: date, time, validity, latitude …
_DATE, _TIME, _VALID, _LAT, _NS, _LON, _EW, _SPEED, _COURSE, _ALTITUDE = range(1, 11)
_BATTERY, _STATE, _CELLS = 13, 16, 17

_STATE_LIKE = re.compile(r"[0-9A-Fa-f]{8}")
_DIGITS = re.compile(r"\d{1,9}", re.ASCII)
_DECIMAL = re.compile(r" *(-?\d{1,9}(?:\.\d{0,12})?)", re.ASCII)
_HEX = re.compile(r"[0-9A-Fa-f]{1,10}")
_STATE_FIELD = re.compile(r"[0-9A-Fa-f]{4,8}")
_ACCESS_POINT = re.compile(r",([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}),(-?\d{1,3})(?=,|$)")
_ACCURACY = re.compile(r",(\d{1,7}\.\d{1,9})$", re.ASCII)
_MAX_HINTS = 32


def read_alarm(message: Message, content: str, frame: bytes) -> None:
    """Every AL frame is an alarm: what its state says, or OTHER, or RAW where there is no state."""
    parts = content.split(",")
    state = _state(parts)
    if state is None:
        found = [part for part in parts if _STATE_LIKE.fullmatch(part)]
        state = int(found[0], 16) if found else None
        message.warnings["position"] = "could not be read"
    else:
        _read_parts(message, parts)
    if state is None:
        cry_raw(message, "unreadable alarm", frame)
    else:
        cry(message, [*_said(state)] or [_UNKNOWN], frame)


def read_position(message: Message, content: str, frame: bytes) -> None:
    """UD and WT. An alarm in their state is one as in an AL frame."""
    parts = content.split(",")
    state = _state(parts)
    if state is None:
        message.warnings["position"] = "could not be read"
        return
    _read_parts(message, parts)
    cry(message, _said(state), frame)


def read_link(message: Message, said: str) -> None:
    """`LK,steps,tumbles,battery`; nothing but LK is heard as well."""
    parts = said.split(",")
    if len(parts) >= 3:
        message.battery = percent(_whole(parts[2]))


def _state(parts: list[str]) -> int | None:
    if len(parts) <= _STATE or not _STATE_FIELD.fullmatch(parts[_STATE]):
        return None
    return int(parts[_STATE], 16)


def _said(state: int) -> Iterator[Said]:
    return (_ALARMS[bit] for bit in bits(state) if bit in _ALARMS)


def _read_parts(message: Message, parts: list[str]) -> None:
    day, month, year = _two_digits(parts[_DATE])
    message.sent_at = instant([year, month, day, *_two_digits(parts[_TIME])])
    message.battery = percent(_whole(parts[_BATTERY]))
    lat, lon = _decimal(parts[_LAT]), _decimal(parts[_LON])
    if lat is None or lon is None:
        message.warnings["position"] = "could not be read"
    else:
        speed = _decimal(parts[_SPEED])
        accuracy = _ACCURACY.search(",".join(parts[_CELLS:]))
        place(
            message,
            -abs(lat) if parts[_NS] == "S" else lat,
            -abs(lon) if parts[_EW] == "W" else lon,
            valid=parts[_VALID] == "A",
            speed_mps=None if speed is None else speed * KMH_MPS,
            course=_decimal(parts[_COURSE]),
            altitude_m=_decimal(parts[_ALTITUDE]),
            accuracy_m=float(accuracy[1]) if accuracy else None,
        )
    _read_hints(message, parts[_CELLS:])


def _read_hints(message: Message, parts: list[str]) -> None:
    """`count, timing advance, mcc, mnc`, three fields a cell, then access points by name."""
    tail = "," + ",".join(parts)
    message.wifi = tuple(
        Wifi(found[1].lower(), int(found[2])) for found in _ACCESS_POINT.finditer(tail)
    )[:_MAX_HINTS]
    count = _whole(parts[0]) if parts else 0
    if not count or len(parts) < 4 or not (mcc := _whole(parts[2])):
        return
    mnc = _whole(parts[3]) or 0
    named = [parts[at : at + 3] for at in range(4, min(len(parts), 4 + 3 * count), 3)]
    cells = [cell for cell in named if len(cell) >= 2][:_MAX_HINTS]
    hexadecimal = any(not part.isdecimal() for cell in cells for part in cell[:2])
    base = 16 if hexadecimal else 10
    if not all(_HEX.fullmatch(part) for cell in cells for part in cell[:2]):
        return
    message.cells = tuple(
        Cell(mcc, mnc, int(cell[0], base), int(cell[1], base), _whole("".join(cell[2:])))
        for cell in cells
    )


def _two_digits(text: str) -> list[str]:
    return pairs(text) if len(text) == 6 and text.isdecimal() else ["?", "?", "?"]


def _whole(text: str) -> int | None:
    return int(text) if _DIGITS.fullmatch(text) else None


def _decimal(text: str) -> float | None:
    found = _DECIMAL.fullmatch(text)
    return float(found[1]) if found else None
