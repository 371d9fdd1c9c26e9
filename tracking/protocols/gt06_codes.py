"""The alarm codes of GT06 in our kinds. Pure.

Source: Concox' and Jimi's protocol documents (docs/devices.md), where each code has the name that
stands beside it here.
"""

from tracking.messages import Kind
from tracking.protocols.readings import Said

# Bits 3 to 5 of the terminal's state.
_STATES: dict[int, Said] = {
    1: (Kind.OTHER, "vibration"),
    2: (Kind.POWER_LOST, "power cut"),
    3: (Kind.LOW_BATTERY, "low battery"),
    4: (Kind.SOS, "sos"),
    6: (Kind.ZONE_EXIT, "fence"),
    7: (Kind.REMOVED, "removed"),
}
_CODES: dict[int, Said] = {
    0x01: (Kind.SOS, "sos"),
    0x02: (Kind.POWER_LOST, "power cut"),
    0x03: (Kind.OTHER, "vibration"),
    0x04: (Kind.ZONE_ENTER, "into the fence"),
    0x05: (Kind.ZONE_EXIT, "out of the fence"),
    0x06: (Kind.OTHER, "overspeed"),
    0x09: (Kind.OTHER, "moved"),
    0x0C: (Kind.POWER_BACK, "switched on"),
    0x0E: (Kind.LOW_BATTERY, "external battery low"),
    0x0F: (Kind.LOW_BATTERY, "external battery low, protected"),
    0x10: (Kind.SIM, "SIM changed"),
    0x11: (Kind.POWER_LOST, "switched off"),
    0x12: (Kind.SILENT, "flight mode"),
    0x13: (Kind.TAMPER, "taken apart"),
    0x14: (Kind.OTHER, "door"),
    0x15: (Kind.POWER_LOST, "switched off by low battery"),
    0x16: (Kind.OTHER, "sound"),
    0x17: (Kind.TAMPER, "false base station"),
    0x18: (Kind.TAMPER, "cover opened"),
    0x19: (Kind.LOW_BATTERY, "internal battery low"),
    0x23: (Kind.FALL, "fall"),
    0x24: (Kind.POWER_BACK, "charger plugged in"),
    0x29: (Kind.OTHER, "hard acceleration"),
    0x2A: (Kind.OTHER, "sharp left turn"),
    0x2B: (Kind.OTHER, "sharp right turn"),
    0x2C: (Kind.OTHER, "collision"),
    0x2D: (Kind.OTHER, "rolled over"),
    0x30: (Kind.OTHER, "hard braking"),
    0x32: (Kind.REMOVED, "pulled off"),
    0x3E: (Kind.OTHER, "button pressed"),
    0x80: (Kind.OTHER, "vibration"),
    0x87: (Kind.OTHER, "overspeed"),
    0x90: (Kind.OTHER, "hard acceleration"),
    0x91: (Kind.OTHER, "hard braking"),
    0x92: (Kind.OTHER, "hard cornering"),
    0x93: (Kind.OTHER, "collision"),
}
# Normal; into and out of a place without GPS; first fix; asleep; ignition on and off.
_NO_ALARM = {0x00, 0x0A, 0x0B, 0x0D, 0x20, 0xFE, 0xFF}
_MODULE_EVENTS: dict[int, Said] = {
    0x11: (Kind.LOW_BATTERY, "low battery"),
    0x12: (Kind.LOW_BATTERY, "low power"),
    0x13: (Kind.POWER_LOST, "power cut"),
    0x14: (Kind.REMOVED, "removed"),
}
_AT_REST = {0x00, 0xA0, 0xA1}  # armed, disarmed
_ARMED_STATES: dict[int, Said] = {
    0xA2: (Kind.LOW_BATTERY, "low battery"),
    0xA3: (Kind.LOW_BATTERY, "low battery"),
    0xA4: (Kind.OTHER, "alarm"),
    0xA5: (Kind.OTHER, "door"),
}


def state(byte: int) -> list[Said]:
    """What bits 3 to 5 of the terminal's state say."""
    said = _STATES.get(byte >> 3 & 7)
    return [said] if said else []


def code(*numbers: int) -> list[Said]:
    """What an alarm code says; one that nobody knows is an alarm all the same."""
    return [
        _CODES.get(number, (Kind.OTHER, f"alarm {number:#04x}"))
        for number in numbers
        if number not in _NO_ALARM
    ]


def module_event(number: int) -> list[Said]:
    """What module 0x2B of a frame 0x70 says; most of its numbers are no alarm."""
    return [_MODULE_EVENTS[number]] if number in _MODULE_EVENTS else []


def armed_state(number: int) -> list[Said]:
    """What the last byte of AZ735's alarm says: armed, disarmed, or an alarm."""
    if number in _AT_REST:
        return []
    return [_ARMED_STATES.get(number, (Kind.OTHER, f"state {number:#04x}"))]
