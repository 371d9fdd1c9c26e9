"""What a body that cannot be read still says: an alarm among rubbish is an alarm. Pure."""

import re
from typing import NamedTuple

from tracking import words
from tracking.messages import Message

MAX_SEARCHED = 64_000  # bytes

_ALARM = re.compile(r"""["']?\balarm["']?\s{0,9}[:=]\s{0,9}([^&}\]\r\n]{0,60})""", re.IGNORECASE)
_CRY = re.compile(r"\bsos\b", re.IGNORECASE)
_ID = re.compile(
    r"""\b(?:(?:device_?|unique)?id|tid)["']?\s{0,9}[:=]\s{0,9}["']?([\w.:-]{1,64})""",
    re.IGNORECASE,
)


class Remains(NamedTuple):
    """The words that stood where an alarm stands, and whose they are."""

    alarms: list[str]
    device_id: str
    text: str


def search(body: bytes) -> Remains:
    """What can be found in the body, however broken it is."""
    text = body[:MAX_SEARCHED].decode(errors="replace")
    alarms = [value.partition(",")[0].strip(" \t\"'") or "?" for value in _ALARM.findall(text)]
    if not alarms and _CRY.search(text):
        alarms = ["sos"]
    owner = _ID.search(text)
    return Remains(alarms, owner[1] if owner else "", text)


def message(body: bytes, reason: str, *, device_id: str = "") -> Message:
    """All that is left of a body, as a message with its error; `device_id` where that is known."""
    left = search(body)
    kinds = words.read(left.alarms)
    return Message(
        device_id=device_id or left.device_id,
        kinds=kinds,
        alarm_text=words.printable(left.text) if kinds else "",
        errors={"body": reason},
    )
