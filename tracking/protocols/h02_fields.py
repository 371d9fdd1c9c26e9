"""The fields of H02. Pure; sources in docs/devices.md."""

import re
from datetime import datetime

from tracking.messages import Cell, Kind, Message
from tracking.protocols.octets import Octets, bits
from tracking.protocols.readings import (
    KNOT_MPS,
    Said,
    cry,
    cry_raw,
    instant,
    pairs,
    percent,
    place,
)

# A bit of the state is 0 while it holds. The lowest byte of the number is the last one sent.
_ALARMS: dict[int, Said] = {
    0: (Kind.OTHER, "vibration"),
    1: (Kind.SOS, "sos"),
    2: (Kind.OTHER, "overspeed"),
    11: (Kind.LOW_BATTERY, "low power"),
    18: (Kind.SOS, "sos"),
    19: (Kind.POWER_LOST, "power cut"),
}

_DEGREES = r"(-?\d{1,3}-\d{1,2}\.\d{1,8}|-?\d{3,9}(?:\.\d{0,8})?|-?\d{1,2}\.\d{1,8})"
_POSITION = re.compile(
    r"(?:(?:^|,)(\d{6}))?(?:^|,)([ABV]?|\d{1,3}),"
    rf"{_DEGREES},([NS]),{_DEGREES},([EW]),"
    r" *(\d{1,4}(?:\.\d{0,6})?)?, *(\d{1,4}(?:\.\d{0,6})?)?,(?:\d{1,3},)?(\d{6})?(?=,|$)"
)
# VP1 has no time, and where speed and course are one field the date follows at once.
_BARE_POSITION = re.compile(rf"([AB]),{_DEGREES},([NS]),{_DEGREES},([EW]),(\d{{1,4}}\.\d{{0,6}})?")
_LAST_DATE = re.compile(r"(\d{6})$")
_STATE = re.compile(r",([0-9A-Fa-f]{8})(?=,|$)")
_DATED_STATE = re.compile(r"(?:^|,)(\d{6}),([^,]{8})(?=,|$)")
_CELL_TRIPLE = 3
_MAX_CELLS = 32


def read_text(message: Message, word: str, text: str, frame: bytes) -> None:
    """Take the place, the state, and what the word adds; `text` is what stands behind the word.

    An alarm is in the state, wherever that stands. A state that cannot be read may be one.
    """
    found = _POSITION.search(text)
    if found:
        _read_position(message, found)
    elif word == "VP1":
        _read_vp1(message, text)
    dated = _DATED_STATE.search(text)
    if dated and not found:
        message.sent_at = _dated(dated[1], text.partition(",")[0])
    state = _STATE.search(text, found.end() if found else dated.start() if dated else len(text))
    if state:
        cry(message, _said(int(state[1], 16)), frame)
    elif dated:
        cry_raw(message, "unreadable state", frame)
    elif re.search(r"(?:^|,)(?:SOS|HELP)(?:,|$)", text) and word != "V4":
        cry(message, [(Kind.SOS, "sos")], frame)
    _read_more(message, word, text.split(","))


def before_position(text: str) -> str:
    """Of an answer (V4): what stands before its own time and place."""
    found = _POSITION.search(text)
    return text[: found.start()] if found else text


def read_binary(message: Message, frame: bytes, *, wide: bool) -> None:
    """Decimal digits: identifier, time, date, latitude, battery, longitude, speed, course, state.

    The last half byte of the longitude says valid, north and east. A frame cut short, or with
    other than digits in it, is read as far as it goes; one whose state is missing may be an alarm.
    """
    octets = Octets(frame, 1)
    try:
        message.device_id = octets.take(8 if wide else 5).hex()[:15]
        hour, minute, second, day, month, year = pairs(octets.take(6).hex())
        message.sent_at = instant([year, month, day, hour, minute, second])
        lat, battery, lon = octets.take(4).hex(), octets.number(1), octets.take(5).hex()
        speed, state = octets.take(3).hex(), octets.number(4)
    except ValueError:
        message.errors["frame"] = "is too short"
        cry_raw(message, "unreadable frame", frame)
        return
    cry(message, _said(state), frame)
    message.battery = _battery(battery)
    if not (lat + lon[:9] + speed).isdecimal():
        message.warnings["position"] = "could not be read"
        return
    flags = int(lon[9], 16)
    lat_degrees = int(lat[:2]) + int(lat[2:]) / 600_000
    lon_degrees = int(lon[:3]) + int(lon[3:9]) / 600_000
    place(
        message,
        lat_degrees if flags & 4 else -lat_degrees,
        lon_degrees if flags & 8 else -lon_degrees,
        valid=bool(flags & 2),
        speed_mps=int(speed[:3]) * KNOT_MPS,
        course=float(int(speed[3:])),
    )


def is_dated(view: bytes, at: int) -> bool:
    """Whether an identifier ends there and a time and a date follow, all in decimal digits."""
    digits = view[1 : at + 6].hex()
    if len(digits) < 2 * (at + 5) or not digits[: 2 * at - 3].isdecimal():
        return False
    hour, minute, second, day, month, year = pairs(digits[-12:])
    return instant([year, month, day, hour, minute, second]) is not None


def _said(state: int) -> list[Said]:
    return [_ALARMS[bit] for bit in bits(~state & 0xFFFFFFFF) if bit in _ALARMS]


def _read_position(message: Message, found: re.Match[str]) -> None:
    time, valid, lat, north, lon, east, speed, course, date = found.groups()
    message.sent_at = _dated(date or "", time or "000000")
    lat_degrees, lon_degrees = _degrees(lat), _degrees(lon)
    place(
        message,
        -abs(lat_degrees) if north == "S" else lat_degrees,
        -abs(lon_degrees) if east == "W" else lon_degrees,
        valid=valid == "A" or valid.isdecimal(),
        speed_mps=float(speed) * KNOT_MPS if speed else None,
        course=float(course) if course else None,
    )


def _read_vp1(message: Message, text: str) -> None:
    """A place with a date at most, or the cells where it has none."""
    found = _BARE_POSITION.search(text)
    if found:
        _, lat, north, lon, east, speed = found.groups()
        date = _LAST_DATE.search(text)
        message.sent_at = _dated(date[1], "000000") if date else None
        lat_degrees, lon_degrees = _degrees(lat), _degrees(lon)
        place(
            message,
            -lat_degrees if north == "S" else lat_degrees,
            -lon_degrees if east == "W" else lon_degrees,
            valid=True,
            speed_mps=float(speed) * KNOT_MPS if speed else None,
        )
    elif text.startswith("V,"):
        mcc, mnc, *cells = [*text[2:].replace("Y", ",").split(","), ""]
        _keep_cells(message, mcc, mnc, cells)


def _read_more(message: Message, word: str, parts: list[str]) -> None:
    match word, parts:
        case "HTBT", [battery, *_]:
            message.battery = percent(_whole(battery))
        case "LINK", [_, _, _, battery, *_]:
            message.battery = percent(_whole(battery))
        case "NBR", [_, mcc, mnc, _, count, *rest]:
            _keep_cells(message, mcc, mnc, rest[: _CELL_TRIPLE * (_whole(count) or 0)])
        case "V3", [_, network, count, *rest] if len(network) > 3:
            fours = range(0, 4 * min(_whole(count) or 0, _MAX_CELLS), 4)
            cells = [part for at in fours for part in [*rest[at : at + 2], ""]]
            _keep_cells(message, network[:3], network[3:], cells)


def _keep_cells(message: Message, mcc: str, mnc: str, parts: list[str]) -> None:
    """Area, number and signal of each; what is no number is left out."""
    country, network = _whole(mcc), _whole(mnc)
    cells = []
    for at in range(0, min(len(parts), _CELL_TRIPLE * _MAX_CELLS) - 1, _CELL_TRIPLE):
        area, number, *signal = parts[at : at + _CELL_TRIPLE]
        lac, cid = _whole(area), _whole(number)
        if country and lac is not None and cid is not None:
            cells.append(Cell(country, network or 0, lac, cid, _whole("".join(signal))))
    message.cells = tuple(cells)


def _degrees(text: str) -> float:
    """`DDMM.mmmm`, the same without its dot (four decimals), or `-DD-MM.mmmm`."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if "-" in digits:
        degrees, minutes = digits.split("-")
        return sign * (int(degrees) + float(minutes) / 60)
    if "." not in digits:
        digits = f"{digits[:-4]}.{digits[-4:]}"
    whole, _, fraction = digits.partition(".")
    return sign * (int(whole[:-2] or 0) + float(f"{whole[-2:]}.{fraction or 0}") / 60)


def _dated(date: str, time: str) -> datetime | None:
    if len(date) != 6 or len(time) != 6:
        return None
    day, month, year = pairs(date)
    return instant([year, month, day, *pairs(time)])


def _battery(value: int) -> int | None:
    """1 to 6 are steps, beyond it percent; 0xF1 to 0xF6 are steps of one."""
    if value == 0:
        return None
    if value <= 3:
        return (value - 1) * 10
    if value <= 6:
        return (value - 1) * 20
    if 0xF1 <= value <= 0xF6:
        return value - 0xF0
    return percent(value)


def _whole(text: str) -> int | None:
    text = text.strip()
    return (
        int(text) if text.lstrip("-").isdecimal() and len(text) <= 10 and "--" not in text else None
    )
