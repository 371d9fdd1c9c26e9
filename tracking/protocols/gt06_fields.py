"""The contents of GT06's frames, by type. Pure; sources in docs/devices.md."""

from collections.abc import Callable
from typing import NamedTuple

from tracking.messages import Kind, Message
from tracking.protocols import gt06_codes as codes
from tracking.protocols import gt06_places as places
from tracking.protocols.octets import Octets
from tracking.protocols.readings import cry, instant, percent

GPS_ALARMS, WIDE_ALARMS, CELL_ALARMS = {0x16, 0x26, 0x27, 0x32}, {0xA3, 0xA4}, {0x19, 0xA5}
EVENT, SOS, ARMED = 0x95, 0x99, 0x33
# The types that came with 3G and 4G are dated in UTC, whatever zone the login named.
UTC_KINDS = {0x22, 0x26, 0x27, 0x2D, 0x36, 0x37, 0x38, 0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5}


class Of(NamedTuple):
    """What is being read: its type, the whole frame, and the clock it is dated by."""

    kind: int
    frame: bytes
    ahead_s: int


Reader = Callable[[Message, Octets, Of], None]


def read(
    message: Message, content: bytes, of: Of, *, long: bool = False, bare: bool = False
) -> None:
    """Take what the content says; of a type that is not known, nothing.

    Raises ValueError where the content ends too early.
    """
    readers = _BARE if bare else _LONG if long else _SHORT
    reader = readers.get(of.kind)
    if reader and (content or may_be_alarm(of.kind, long=long)):
        reader(message, Octets(content), of)


def may_be_alarm(kind: int, *, long: bool) -> bool:
    """Whether a frame of this type that nobody can read has to count as an alarm."""
    alarms = GPS_ALARMS | WIDE_ALARMS | CELL_ALARMS | {EVENT, SOS}
    return kind in alarms or (long and kind == ARMED)


def ahead_s(extension: int) -> int:
    """The login's time zone: hours and minutes as a decimal in the upper 12 bits, bit 3 is west."""
    hours, minutes = divmod(extension >> 4, 100)
    offset_s = (hours * 60 + minutes) * 60
    if offset_s > 14 * 3600:
        return 0
    return -offset_s if extension & 8 else offset_s


def _read_position(message: Message, body: Octets, of: Of) -> None:
    # Some makers put the IMEI before it, or the IMEI and another time.
    body.at = places.gps_at(body.data, (0, 8, 15)) or 0
    places.read_gps(message, body, ahead_s=of.ahead_s)
    state_at = body.at + 8
    if of.kind != 0x10 and body.left >= 8:
        sizes = {0x11: {"mnc": 2, "cid": 4}, 0xA0: {"lac": 4, "cid": 8}}.get(of.kind, {})
        places.read_cell(message, body, **sizes)
    if of.kind == 0x12 and len(body.data) in (31, 38):  # two makers append their state
        code = body.data[state_at + 4 : state_at + 5] if len(body.data) == 38 else b""
        cry(message, [*codes.state(body.data[state_at]), *codes.code(*code)], of.frame)


def _read_x1(message: Message, body: Octets, of: Of) -> None:
    body.take(4)
    places.read_gps(message, body, ahead_s=of.ahead_s)
    body.take(6)
    places.read_cell(message, body, cid=4)


def _read_gps_alarm(message: Message, body: Octets, of: Of) -> None:
    """GPS, cell, state, voltage, signal, alarm, language, and the fence's number in 0x27 and 0xA4.

    The length before the cell counts itself, or not; the state is where it looks like one.
    """
    if of.kind == 0xA3 and body.left < places.GPS_BYTES + 16:  # another maker's heartbeat
        message.battery = percent(body.data[13]) if body.left > 13 else None
        return
    tail = 6 if of.kind in (0x27, 0xA4) else 5
    backwards = body.data[-tail:][:5] if body.left >= places.GPS_BYTES + tail else b""
    places.read_gps(message, body, ahead_s=of.ahead_s)
    long_cell = body.number(1) == 0x0A and of.kind == 0x32
    if of.kind in WIDE_ALARMS:
        places.read_cell(message, body, lac=4, cid=8)
    else:
        places.read_cell(message, body, cid=4 if long_cell else 3)
    forwards = b"" if long_cell else body.data[body.at : body.at + 5]
    states = [state for state in (forwards, backwards) if len(state) == 5]
    looks_right = (state for state in states if state[1] <= 6 and state[4] <= 2)
    _read_state(message, Octets(next(looks_right, states[0] if states else b"")), of)


def _read_cell_alarm(message: Message, body: Octets, of: Of) -> None:
    listed = of.kind == 0x19 and body.left >= 18  # a maker's list of cells under the same number
    if of.kind == 0xA5:
        places.read_cell(message, body, lac=4, cid=8)
    else:
        places.read_cell(message, body)
    if not listed:
        _read_state(message, body, of)


def _read_state(message: Message, body: Octets, of: Of) -> None:
    """State, voltage from 0 to 6, signal, alarm; the language behind them says nothing to us."""
    state, level, _, code = body.take(4)
    message.charging = bool(state & 4)
    message.battery = level * 100 // 6 if level <= 6 else None
    cry(message, [*codes.state(state), *codes.code(code)], of.frame)


def _read_heartbeat(message: Message, body: Octets, of: Of) -> None:
    if body.left >= 14:  # a maker's own: state, 2, alarm, language, percent
        message.battery = percent(body.data[5])
        cry(message, codes.code(body.data[3]), of.frame)
    elif body.left == 3:
        _read_state(message, Octets(body.data + b"\0"), of)
    else:
        _read_state(message, body, of)


def _read_heartbeat_4g(message: Message, body: Octets, of: Of) -> None:
    """State as ever, then modules: number 2, length 1. Another maker's is a position."""
    if places.gps_at(body.data, (0,)) == 0 and body.left >= 26:
        _read_position(message, body, of)
        return
    _read_state(message, body, of)
    body.take(1)
    while body.left > 3:
        module, value = body.number(2), body.take(body.number(1))
        if module == 0x6A and len(value) == 1:
            message.battery = percent(value[0])


def _read_heartbeat_gk(message: Message, body: Octets, of: Of) -> None:
    state = body.number(1)
    message.charging = bool(state & 4)
    cry(message, codes.state(state), of.frame)


def _read_event(message: Message, body: Octets, of: Of) -> None:
    """Dash cameras. The short form has no place; the one behind FF FF has another order."""
    extended = body.data[:2] == b"\xff\xff"
    if extended:
        body.take(3)
    message.sent_at = instant(body.take(6), ahead_s=of.ahead_s)
    if extended:
        body.take(1)
    placed = body.left > 2
    if placed:
        lat, lon, flags = body.number(4), body.number(4), body.number(2)
        places.put(message, lat, lon, flags, body.number(2) if extended else None)
    if extended:
        body.take(2)
    code = body.number(1)
    named = not extended and (placed or code != 1)
    said = codes.code(code) if named else []
    cry(message, said or [(Kind.OTHER, f"event {code}")], of.frame)


def _read_cells(message: Message, body: Octets, of: Of) -> None:
    wide = of.kind in (ARMED, 0xA1, 0xA2)
    places.read_cells(
        message,
        body,
        count=6 if of.kind == ARMED else 7,
        wide=wide,
        ahead_s=of.ahead_s,
        counted=of.kind == 0x24 and len(body.data) == 44,
    )
    if of.kind in (0x18, 0x2C, ARMED, 0xA2) and body.left > 1:
        body.take(1)
        places.read_access_points(message, body, body.number(1))


def _read_fixed_address(message: Message, body: Octets, of: Of) -> None:
    """Type 0x17 asks for an address by cells; one maker sends positions under its number."""
    if places.gps_at(body.data, (0,)) == 0 and body.left >= 26:
        _read_position(message, body, of)


def _read_modules(message: Message, body: Octets, of: Of) -> None:
    """Numbered parts with lengths; one that cannot be read does not spoil the others."""
    while body.left >= 4:
        module, value = body.number(2), Octets(body.take(min(body.number(2), body.left)))
        if module == 0x2B and value.left:
            cry(message, codes.module_event(value.number(1)), of.frame)
        elif module == 0x11 and value.left >= 9:
            places.read_cell(message, value, mnc=2)
        elif module == 0x33 and value.left >= 18:
            places.read_module(message, value)


def _read_sized(message: Message, body: Octets, of: Of) -> None:
    """AZ735: each part with a length before it, 0 where it is missing."""
    said_at = body.take(6)
    message.sent_at = instant(said_at, ahead_s=of.ahead_s)
    if body.number(1):
        body = Octets(said_at + body.rest())
        places.read_gps(message, body, ahead_s=of.ahead_s)
    if length := body.number(1):
        places.read_cell(message, Octets(body.take(min(length - 1, 9))))
        body.take(1)
    body.take(body.number(1))
    body.take(body.number(1))
    state = body.number(1)
    if of.kind == ARMED:
        cry(message, codes.armed_state(state), of.frame)


def _read_button(message: Message, body: Octets, of: Of) -> None:
    """What the tracker heard over Bluetooth: a button in the house is pressed for a reason."""
    if b"BUTTON" in body.data.upper():
        cry(message, [(Kind.OTHER, "button over Bluetooth")], of.frame)


def _read_named_wifi(message: Message, body: Octets, of: Of) -> None:
    places.read_named_access_points(message, body)


def _read_bare_sos(message: Message, body: Octets, of: Of) -> None:
    cry(message, [(Kind.SOS, "sos")], of.frame)


def _read_bare_position(message: Message, body: Octets, of: Of) -> None:
    places.read_gps(message, body)


def _read_bare_state(message: Message, body: Octets, of: Of) -> None:
    message.battery = percent(body.number(1))


def _read_bare_hints(message: Message, body: Octets, of: Of) -> None:
    places.read_bare_hints(message, body, of.frame[2])


_POSITIONS = (0x10, 0x11, 0x12, 0x1A, 0x1E, 0x22, 0x2A, 0x2D, 0x31, 0x37, 0xA0)
_SHORT: dict[int, Reader] = {
    **dict.fromkeys(_POSITIONS, _read_position),
    **dict.fromkeys(GPS_ALARMS | WIDE_ALARMS, _read_gps_alarm),
    **dict.fromkeys(CELL_ALARMS, _read_cell_alarm),
    **dict.fromkeys((0x18, 0x24, 0x28, 0x2C, 0x2E, ARMED, 0xA1, 0xA2), _read_cells),
    0x13: _read_heartbeat,
    0x17: _read_fixed_address,
    0x23: _read_heartbeat_gk,
    0x34: _read_x1,
    0x36: _read_heartbeat_4g,
    EVENT: _read_event,
    SOS: _read_bare_sos,
    0xF3: _read_named_wifi,
}
_LONG: dict[int, Reader] = {
    **_SHORT,
    0x32: _read_sized,
    ARMED: _read_sized,
    0x38: _read_position,
    0x70: _read_modules,
    0xF2: _read_button,
}
_BARE: dict[int, Reader] = {
    0x10: _read_bare_position,
    0x11: _read_bare_position,
    0x13: _read_bare_state,
    0x17: _read_bare_hints,
    0x69: _read_bare_hints,
    SOS: _read_bare_sos,
}
