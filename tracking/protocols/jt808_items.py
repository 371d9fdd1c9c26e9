"""The items behind a report of JT/T 808: the standard's, and those of makers. Pure.

Sources: docs/devices.md. An item of an unknown number says nothing to us.
"""

import re
from collections.abc import Callable, Iterable

from tracking.messages import Cell, Kind, Message, Wifi
from tracking.protocols.octets import Octets, bits
from tracking.protocols.readings import Said, percent

_TEXT_WIFI = re.compile(r"((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}),(-?\d{1,3})")
_MAX_HINTS = 32

# Bits that are 0 while there is an alarm: 0x0089 and 0x00C5 within 0xEB (BSJ). Its document calls
# bit 4 of 0x0089 a collision, but trackers send it low in every position on the way.
_LOW_89: dict[int, Said] = {
    0: (Kind.POWER_LOST, "battery switched off"),
    8: (Kind.OTHER, "hard acceleration"),
    9: (Kind.OTHER, "hard braking"),
    12: (Kind.REMOVED, "taken off"),
    25: (Kind.OTHER, "sharp turn"),
    31: (Kind.TAMPER, "false base station"),
}
_LOW_C5: dict[int, Said] = {
    6: (Kind.OTHER, "vibration"),
    14: (Kind.TAMPER, "light fell into it"),
}
# Bits within 0xFE, 7C (LK), and those of Jointech's locks.
_FE_ALARMS: dict[int, Said] = {
    0: (Kind.OTHER, "hard acceleration"),
    1: (Kind.OTHER, "hard braking"),
    2: (Kind.OTHER, "sharp turn"),
    3: (Kind.OTHER, "collision"),
    4: (Kind.TAMPER, "tampered with"),
}
_57_ALARMS: dict[int, Said] = {
    8: (Kind.OTHER, "hard acceleration"),
    9: (Kind.OTHER, "hard braking"),
    10: (Kind.OTHER, "sharp turn"),
}
_LOCK_ALARMS: dict[int, Said] = {
    1: (Kind.LOW_BATTERY, "low power"),
    2: (Kind.OTHER, "vibration"),
    3: (Kind.LOW_BATTERY, "low battery"),
}
_E8_ALARMS: dict[int, Said] = {0x0C01: (Kind.SOS, "sos"), 0x0406: (Kind.OTHER, "vibration")}


def read(message: Message, number: int, value: Octets) -> list[Said]:
    """Take what the item says; the alarms in it. Raises Short where it ends too early."""
    reader = _READERS.get(number)
    return list(reader(message, value) or ()) if reader else []


def lock_alarms(product: int, alarms: int) -> list[Said]:
    if product in (1, 2):
        return [(Kind.LOW_BATTERY, "low power")] if alarms & 1 else []
    return _said(_LOCK_ALARMS, alarms) if product == 3 else []


def _said(table: dict[int, Said], flags: int) -> list[Said]:
    return [table[bit] for bit in bits(flags) if bit in table]


def _area(message: Message, value: Octets) -> Iterable[Said]:
    """Type of area, its number, and the direction: 0 in, 1 out."""
    kind = value.number(1)
    value.take(4 if kind else min(4, max(0, value.left - 1)))
    if value.number(1):
        return [(Kind.ZONE_EXIT, "out of an area")]
    return [(Kind.ZONE_ENTER, "into an area")]


def _battery(message: Message, value: Octets) -> None:
    if value.left == 1:
        message.battery = percent(value.number(1))


def _battery_in_tenths(message: Message, value: Octets) -> None:
    """0 to 10, and on some devices the percentage after it."""
    tenths = value.number(1)
    exact = value.number(1) if value.left else 0
    message.battery = percent(exact or tenths * 10)


def _battery_in_mv(message: Message, value: Octets) -> None:
    """Millivolts, a state (2: charging), percent."""
    if value.left == 6:
        value.take(4)
        message.charging = value.number(1) == 2
        message.battery = percent(value.number(1))


def _battery_and_charge(message: Message, value: Octets) -> None:
    if value.left == 2:
        message.charging = value.number(1) == 0
        message.battery = percent(value.number(1))


def _fe(message: Message, value: Octets) -> Iterable[Said]:
    if value.left < 3:
        _battery(message, value)
        return []
    said: list[Said] = []
    if value.number(1) == 0x7C:
        while value.left >= 2:
            kind, inner = value.number(1), Octets(value.take(min(value.number(1), value.left)))
            if kind == 1 and inner.left >= 4:
                said += _said(_FE_ALARMS, inner.number(4))
    return said


def _user_state(message: Message, value: Octets) -> Iterable[Said]:
    return [(Kind.OTHER, "vibration")] if value.number(4) & 8 else []


def _extended(message: Message, value: Octets) -> Iterable[Said]:
    return _said(_57_ALARMS, value.number(2))


def _jimi(message: Message, value: Octets) -> Iterable[Said]:
    """A state (0x2003, 0x2005), or an alarm with a label of sixteen bytes."""
    code = value.number(2)
    if code == 0x2003 and value.left >= 3:
        message.charging = bool(value.number(1) & 4)
        value.take(1)
        level = value.number(1)
        message.battery = level * 100 // 6 if level <= 6 else None
    if code >> 8 == 0x20 or not value.left or value.number(1) != 0x10:
        return []
    return [_E8_ALARMS.get(code, (Kind.OTHER, f"alarm {code:#06x}"))]


def _cells_of(size: int) -> Callable[[Message, Octets], None]:
    """A count, and cells of mcc 2, mnc 1, lac 2, cid, signal 1, in `size` bytes each."""

    def read_cells(message: Message, value: Octets) -> None:
        count = min(value.number(1), value.left // size, _MAX_HINTS)
        _keep(message, [[value.number(n) for n in (2, 1, 2, size - 6, 1)] for _ in range(count)])

    return read_cells


def _keep(message: Message, cells: Iterable[list[int]]) -> None:
    """Cells of mcc, mnc, lac, cid and perhaps a signal; those of no country or place are none."""
    message.cells = tuple(
        Cell(*numbers) for numbers in cells if 0 < numbers[0] < 1000 and any(numbers[2:4])
    )


def _cells_2g(message: Message, value: Octets) -> None:
    count = value.data[0] if value.data else 0
    wide = count and (value.left - 1) == count * 10
    _cells_of(10 if wide else 8)(message, value)


def _cells_f0(message: Message, value: Octets) -> None:
    if value.left % 13 or not value.left:
        return
    cells = []
    for _ in range(min(value.left // 13, _MAX_HINTS)):
        mcc, mnc, cid, lac = (value.number(n) for n in (2, 2, 4, 4))
        cells.append([mcc, mnc, lac, cid, -value.number(1)])
    _keep(message, cells)


def _cell_fd(message: Message, value: Octets) -> None:
    if value.left == 10:
        _keep(message, [[value.number(n) for n in (2, 2, 2, 4)]])


def _points(message: Message, value: Octets, count: int) -> None:
    count = min(count, value.left // 7, _MAX_HINTS)
    message.wifi = tuple(Wifi(value.take(6).hex(":"), value.signed(1)) for _ in range(count))


def _wifi(message: Message, value: Octets) -> None:
    _points(message, value, value.number(1))


def _wifi_uncounted(message: Message, value: Octets) -> None:
    _points(message, value, value.left // 7)


def _eb(message: Message, value: Octets) -> Iterable[Said]:
    """Cells as of old, or parts with a length of two bytes that counts the number after it."""
    if int.from_bytes(value.data[:2]) > 200:
        _cells_eb(message, value)
        return []
    said: list[Said] = []
    while value.left >= 4:
        size, number = value.number(2), value.number(2)
        part = Octets(value.take(min(max(size - 2, 0), value.left)))
        said += _eb_part(message, number, part)
    return said


def _eb_part(message: Message, number: int, part: Octets) -> list[Said]:
    match number:
        case 0x0089:
            return _said(_LOW_89, ~part.number(4))
        case 0x00C5:
            return _said(_LOW_C5, ~part.number(4))
        case 0x00A8 | 0x00E1:
            _battery(message, part)
        case 0x00D8:
            _keep(message, [[part.number(n) for n in (2, 1, 2, 4)]])
        case 0x00B9:
            found = _TEXT_WIFI.findall(part.rest().decode("latin-1"))[:_MAX_HINTS]
            message.wifi = tuple(Wifi(bssid.lower(), int(signal)) for bssid, signal in found)
    return []


def _cells_eb(message: Message, value: Octets) -> None:
    mcc, mnc = value.number(2), value.number(1)
    count = min(value.left // 5, _MAX_HINTS)
    _keep(message, [[mcc, mnc, *(value.number(n) for n in (2, 2, 1))] for _ in range(count)])


_READERS: dict[int, Callable[[Message, Octets], Iterable[Said] | None]] = {
    0x12: _area,
    0x53: _cells_2g,
    0x54: _wifi,
    0x56: _battery_in_tenths,
    0x57: _extended,
    0x5D: _cells_of(10),
    0xD0: _user_state,
    0xD4: _battery,
    0xE4: _battery_and_charge,
    0xE8: _jimi,
    0xEB: _eb,
    0xEC: _wifi_uncounted,
    0xF0: _cells_f0,
    0xF7: _battery_in_mv,
    0xFD: _cell_fd,
    0xFE: _fe,
}
