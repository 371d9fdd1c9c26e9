"""The bodies of JT/T 808's messages. Pure; sources in docs/devices.md."""

from datetime import datetime

from tracking.messages import Kind, Message
from tracking.protocols import jt808_items as items
from tracking.protocols.octets import Octets, Short, bits
from tracking.protocols.readings import (
    KMH_MPS,
    KNOT_MPS,
    Said,
    cry,
    cry_raw,
    instant,
    pairs,
    percent,
    place,
)

GENERAL_ANSWER, REGISTER, ASKS_TIME = 0x0001, 0x0100, 0x0109
PARAMETERS, REPORT, QUERIED, BATCH = 0x0104, 0x0200, 0x0201, 0x0704
BATTERY, PASSED_ON, LOCK, LOCK_BLIND = 0x0210, 0x0900, 0x5501, 0x5502
KNOWN = {0x0002, 0x0003, 0x0102, REGISTER, ASKS_TIME, REPORT, QUERIED, BATCH, LOCK, LOCK_BLIND}
ANSWERS = {GENERAL_ANSWER, PARAMETERS, QUERIED}

BEIJING_S = 8 * 3600  # the standard dates everything in Beijing's time

_ALARMS: dict[int, Said] = {
    0: (Kind.SOS, "sos"),
    1: (Kind.OTHER, "overspeed"),
    2: (Kind.OTHER, "fatigue"),
    3: (Kind.OTHER, "danger"),
    4: (Kind.TAMPER, "GNSS out of order"),
    5: (Kind.TAMPER, "GNSS antenna cut off"),
    6: (Kind.TAMPER, "GNSS antenna short-circuited"),
    7: (Kind.LOW_BATTERY, "main power low"),
    8: (Kind.POWER_LOST, "main power lost"),
    9: (Kind.OTHER, "display out of order"),
    10: (Kind.OTHER, "voice out of order"),
    11: (Kind.OTHER, "camera out of order"),
    13: (Kind.OTHER, "overspeed near"),
    14: (Kind.OTHER, "fatigue near"),
    15: (Kind.LOW_BATTERY, "battery low"),
    16: (Kind.OTHER, "vibration"),
    17: (Kind.TAMPER, "taken off or opened"),
    18: (Kind.OTHER, "driven for too long today"),
    19: (Kind.OTHER, "stands for too long"),
    20: (Kind.ZONE_EXIT, "in or out of an area"),
    21: (Kind.ZONE_EXIT, "in or out of a route"),
    22: (Kind.OTHER, "too slow or too fast on a part of the way"),
    23: (Kind.ZONE_EXIT, "off the route"),
    24: (Kind.OTHER, "speed sensor out of order"),
    25: (Kind.OTHER, "fuel as it should not be"),
    26: (Kind.OTHER, "stolen"),
    27: (Kind.OTHER, "started without leave"),
    28: (Kind.OTHER, "moved without leave"),
    29: (Kind.OTHER, "collision"),
    30: (Kind.OTHER, "rolled over"),
    31: (Kind.OTHER, "door opened without leave"),
}


def may_be_alarm(kind: int) -> bool:
    """Whether a message of this kind that nobody can read has to count as an alarm."""
    return kind in (REPORT, QUERIED, BATCH)


def read(kind: int, body: bytes, frame: bytes, *, part: int = 0) -> tuple[list[Message], bytes]:
    """The messages of a body, at least one, and what of it belongs to the next part.

    Nothing is raised: what ends too early is read as far as it goes, and a report whose alarms
    could not be read is one of kind RAW.
    """
    octets = Octets(body)
    if kind == BATCH:
        return _read_batch(octets, frame, part)
    message = Message()
    try:
        if kind in (REPORT, QUERIED):
            if kind == QUERIED:
                octets.take(2)
            if part <= 1:
                _read_report(message, octets, frame)
        elif kind in (LOCK, LOCK_BLIND):
            _read_lock(message, octets, frame, valid=kind == LOCK)
        elif kind == BATTERY:
            message.battery = percent(octets.number(1))
            message.sent_at = _clock(octets)
        elif kind == PASSED_ON and octets.number(1) == 0xF0:
            _read_vehicle(message, octets)
    except ValueError:
        message.warnings["body"] = "ends too early"
        if may_be_alarm(kind) and len(body) < 4:
            cry_raw(message, "unreadable report", frame)
    return [message], b""


def _read_batch(octets: Octets, frame: bytes, part: int) -> tuple[list[Message], bytes]:
    """A count, a type, then reports with a length before each; the last may end in the next part.

    What has begun is read at once, because it may be an alarm; then again when the rest is here.
    """
    messages: list[Message] = []
    rest = b""
    if part <= 1:
        octets.take(min(3, octets.left))
    while octets.left >= 2:
        begun, size = octets.at, octets.number(2)
        message = Message()
        if octets.left < size:
            rest = octets.data[begun:] if part else b""
        item = Octets(octets.take(min(size, octets.left)))
        try:
            _read_report(message, item, frame)
        except ValueError:
            message.warnings["body"] = "ends too early"
            if len(item.data) < 4 and not rest:
                cry_raw(message, "unreadable report", frame)
        if not rest or message.kinds:
            messages.append(message)
    if part and octets.left:
        rest = octets.rest()
    return messages or [Message()], rest


def _read_report(message: Message, octets: Octets, frame: bytes) -> None:
    """Alarms 4, state 4, latitude 4, longitude 4, height 2, speed 2, course 2, time 6; then items.

    The alarms are taken first, so that nothing behind them can spoil them.
    """
    flags = octets.number(4)
    cry(message, [_ALARMS[bit] for bit in bits(flags) if bit in _ALARMS], frame)
    state, lat, lon = octets.number(4), octets.number(4), octets.number(4)
    height, speed, course = octets.signed(2), octets.number(2), octets.number(2)
    message.sent_at = _clock(octets)
    _put(message, state, lat, lon, speed_kmh=speed / 10, course=course, height=height)
    while octets.left >= 2:
        number, size = octets.number(1), octets.number(1)
        value = Octets(octets.take(min(size, octets.left)))
        try:
            cry(message, items.read(message, number, value), frame)
        except Short:
            message.warnings[f"item {number:#04x}"] = "ends too early"


def _put(
    message: Message,
    state: int,
    lat: int,
    lon: int,
    *,
    speed_kmh: float | None = None,
    course: float | None = None,
    height: float | None = None,
) -> None:
    """Millionths of a degree; bits 1 to 3 of the state say valid, south and west."""
    place(
        message,
        (-lat if state & 4 else lat) / 1e6,
        (-lon if state & 8 else lon) / 1e6,
        valid=bool(state & 2),
        speed_mps=None if speed_kmh is None else speed_kmh * KMH_MPS,
        course=course,
        altitude_m=height,
    )


def _clock(octets: Octets) -> datetime | None:
    return instant(pairs(octets.take(6).hex()), ahead_s=BEIJING_S)


def _read_lock(message: Message, octets: Octets, frame: bytes, *, valid: bool) -> None:
    """Jointech's padlocks: everything in decimal digits, UTC, degrees and minutes."""
    day, month, year, *time = pairs(octets.digits(6))
    message.sent_at = instant([year, month, day, *time])
    lat = octets.digits(4)
    lon = octets.take(5).hex()
    flags = int(lon[9], 16)
    speed, course = octets.number(1), octets.number(1)
    south, west = not flags & 2, not flags & 4
    degrees = int(lat[:2]) + int(lat[2:]) / 600_000, int(lon[:3]) + int(lon[3:9]) / 600_000
    place(
        message,
        -degrees[0] if south else degrees[0],
        -degrees[1] if west else degrees[1],
        valid=valid and bool(flags & 1),
        speed_mps=speed * KNOT_MPS,
        course=course * 2.0,
    )
    octets.take(6)
    battery = octets.number(1)
    message.battery = percent(battery)
    message.charging = True if battery in (0xAA, 0xFF) else None
    octets.take(6)
    product, _, alarms = octets.number(1), octets.number(2), octets.number(2)
    cry(message, items.lock_alarms(product, alarms), frame)


def _read_vehicle(message: Message, octets: Octets) -> None:
    """What a vehicle's computer says (0x0900, F0): items, then a state and a place."""
    message.sent_at = _clock(octets)
    octets.take(2)
    kind = octets.number(1)
    if kind not in (1, 3):
        return
    for _ in range(octets.number(1)):
        octets.take(2 if kind == 1 else 1)
        octets.take(octets.number(1))
    state, lat, lon = octets.number(4), octets.number(4), octets.number(4)
    if octets.left >= 6:
        message.sent_at = _clock(octets)
    _put(message, state, lat, lon)
