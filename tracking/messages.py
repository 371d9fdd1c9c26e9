"""What a device says, in one shape for every protocol. A decoder makes these; no Django here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What an alarm is about, the gravest first: an alarm is a set of these, and SOS leads it."""

    SOS = "sos"
    FALL = "fall"
    RAW = "raw"  # an alarm whose word nobody could read: help until a person knows better
    SILENT = "silent"
    REMOVED = "removed"
    TAMPER = "tamper"
    SIM = "sim"  # its card is missing, changed or refused
    ZONE_EXIT = "zone_exit"
    ZONE_ENTER = "zone_enter"
    POWER_LOST = "power_lost"
    LOW_BATTERY = "low_battery"
    POWER_BACK = "power_back"
    BATTERY_OK = "battery_ok"
    OTHER = "other"


# A call for help; the others are faults and news, which a person is told.
HELP = frozenset({Kind.SOS, Kind.FALL, Kind.RAW, Kind.OTHER})


def in_order(kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    """The distinct kinds, the gravest first."""
    said = set(kinds)
    return tuple(kind for kind in Kind if kind in said) if said else ()


class Fix(NamedTuple):
    """A raw reading. None is "not said"; `fixed_at` is the device's own clock, UTC.

    Where latitude and longitude are swapped (`geo.is_swapped`), they are told as they were said.

    `datum` is a value of tracking.models.Datum where the frame itself names what it measures in;
    else the register or the protocol knows, and what comes out is WGS-84 in any case.
    """

    lat: float
    lon: float
    fixed_at: datetime | None = None
    accuracy_m: float | None = None
    altitude_m: float | None = None
    speed_mps: float | None = None
    course: float | None = None
    valid: bool = True
    datum: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A radio cell that the device hears. `signal` is in the device's own unit."""

    mcc: int
    mnc: int
    lac: int
    cid: int
    signal: int | None = None


@dataclass(frozen=True, slots=True)
class Wifi:
    """An access point that the device hears. `bssid` is written aa:bb:cc:dd:ee:ff."""

    bssid: str
    signal: int | None = None


@dataclass(slots=True)
class Message:
    """One thing a device said.

    `device_id` is empty when it could not be read; `aliases` are other names that the register
    may know the device by. `errors` (field → reason) say what could not; a message with errors
    counts as nothing but its alarm, `warnings` spoil nothing. `reference` is the message's own
    identity, where the protocol has one; `callback` a number or address at which the device may be
    spoken to.
    """

    device_id: str = ""
    aliases: tuple[str, ...] = ()
    token: str = ""
    sent_at: datetime | None = None
    fix: Fix | None = None
    battery: int | None = None  # percent
    charging: bool | None = None
    kinds: tuple[Kind, ...] = ()
    alarm_text: str = ""  # the alarm in words, and the frame as it was sent
    reference: str = ""
    callback: str = ""
    cells: tuple[Cell, ...] = ()  # the serving one first
    wifi: tuple[Wifi, ...] = ()
    answers: str = ""  # the order of ours that the device answers
    answer_text: str = ""
    refused: bool = False  # it answers that it has not done so
    errors: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
