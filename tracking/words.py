"""The words devices use for alarms, read in our kinds. Pure.

Sources: the alarm names of Traccar's position model, and what Traccar Client's SOS button sends.
"""

import re
import unicodedata
from collections.abc import Iterable

from tracking.messages import Kind, in_order

MAX_TEXT = 200

_SEPARATORS = re.compile(r"[,;|、，；]")
_NOTHING = {"0", "false", "no", "none", "null", "off", "normal", "ok"}
_WORDS = {
    Kind.SOS: "1 true yes on sos help panic emergency alarm 求救 求助 呼救 紧急 紧急求助",
    Kind.FALL: "fall falldown fallen falldetected 跌倒 摔倒",
    Kind.LOW_BATTERY: "lowbattery lowpower batterylow 低电",
    Kind.BATTERY_OK: "batteryok batterynormal",
    Kind.POWER_LOST: "powerlost powercut poweroff",
    Kind.POWER_BACK: "powerback powerrestored poweron",
    Kind.REMOVED: "removed removing takeoff",
    Kind.ZONE_ENTER: "zoneenter geofenceenter",
    Kind.ZONE_EXIT: "zoneexit geofenceexit geofence",
    Kind.TAMPER: "tamper tampering",
    Kind.SIM: "sim simerror simfailure simremoved simchanged",
    Kind.SILENT: "silent",
    Kind.RAW: "raw",
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_CRIES = ("sos", "help", "求救", "求助", "呼救")


def read(values: Iterable[object]) -> tuple[Kind, ...]:
    """The kinds that these values of an alarm field name; () when each says there is none.

    Whatever else stands there is an alarm too: an unknown word is OTHER, no word at all RAW.
    """
    return in_order(kind for value in values for kind in _kinds(value))


def _kinds(value: object) -> Iterable[Kind]:
    if isinstance(value, str):
        return filter(None, map(_kind, _SEPARATORS.split(value)))
    if value is None or value == 0:  # False too
        return ()
    if value is True or value == 1:
        return (Kind.SOS,)
    return (Kind.OTHER if isinstance(value, int | float) else Kind.RAW,)


def _kind(text: str) -> Kind | None:
    plain = unicodedata.normalize("NFKC", text).casefold()
    word = "".join(c for c in plain if c.isalnum())
    if not text.strip() or word in _NOTHING:
        return None
    if known := _KINDS.get(word):
        return known
    if any(cry in word for cry in _CRIES):
        return Kind.SOS
    return Kind.OTHER if word else Kind.RAW


def printable(text: str, length: int = MAX_TEXT) -> str:
    """`text` without what a database or a screen chokes on, at most `length` characters."""
    return "".join(c for c in text if c.isprintable())[:length].strip()
