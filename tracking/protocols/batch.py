"""Positions of many devices in one request, as our own JSON. Pure: body → messages.

A list of objects, one a message: `device_id`, `fixed_at` (ISO 8601, seconds or milliseconds),
`lat`, `lon` (degrees), `accuracy_m`, `altitude_m`, `speed_mps`, `course` (degrees), `valid`,
`datum` (`wgs84`, `gcj02`, `bd09`), `battery` (percent), `charging`, `alarm` (words). Only
`device_id` must be there. What is wrong stands under the number of the entry: `3.lat`.
"""

import json
from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from tracking import values, words
from tracking.geo import is_nowhere
from tracking.messages import Fix, Message
from tracking.protocols import salvage

MAX_BODY = 1_000_000  # bytes; about 5,000 positions

Reader = Callable[[object], Any]
DATUMS = frozenset({"wgs84", "gcj02", "bd09"})


def _datum(value: object) -> str:
    if value not in DATUMS:
        raise ValueError("must be wgs84, gcj02 or bd09")
    return str(value)


_READERS: dict[str, Reader] = {
    "lat": values.within(-90, 90),
    "lon": values.within(-180, 180),
    "accuracy_m": values.measured(1e7),
    "altitude_m": values.within(-12_000, 100_000),
    "speed_mps": values.measured(1_000),
    "course": values.course,
    "valid": values.flag,
    "datum": _datum,
    "battery": values.measured(100),
    "charging": values.flag,
}


def decode(body: bytes, *, zone: tzinfo) -> list[Message]:
    """The messages of one request, at least one; `zone` is for times that name none.

    Never raises: what could not be read stands in the messages' `errors` by field.
    """
    if len(body) > MAX_BODY:
        return [salvage.message(body, f"must not exceed {MAX_BODY} bytes")]
    try:
        entries = json.loads(body)
    except (ValueError, RecursionError):
        return [salvage.message(body, "must be readable JSON")]
    if isinstance(entries, dict):
        entries = [entries]
    if not isinstance(entries, list) or not entries:
        return [salvage.message(body, "must be a list of objects")]
    return [_message(entry, f"{n}.", zone) for n, entry in enumerate(entries)]


def _message(entry: object, place: str, zone: tzinfo) -> Message:
    if not isinstance(entry, dict):
        return salvage.message(json.dumps(entry).encode(), "must be an object")
    errors: dict[str, str] = {}
    read: dict[str, Any] = {}
    for name, value in entry.items():
        reader = _READERS.get(name)
        if reader is None or value is None:
            continue
        try:
            read[name] = reader(value)
        except (ValueError, OverflowError) as error:
            errors[place + name] = str(error)
    alarms = entry.get("alarm")
    battery = read.get("battery")
    message = Message(
        battery=None if battery is None else round(battery),
        charging=read.get("charging"),
        kinds=words.read(alarms if isinstance(alarms, list) else [alarms]),
        errors=errors,
    )
    if message.kinds:
        message.alarm_text = words.printable(json.dumps(alarms, ensure_ascii=False))
    try:
        message.device_id = values.identifier(entry.get("device_id", ""))
    except ValueError as error:
        errors[place + "device_id"] = str(error)
    if (fixed_at := entry.get("fixed_at")) is not None:
        try:
            message.sent_at = values.instant(fixed_at, zone)
        except (ValueError, OverflowError) as error:
            errors[place + "fixed_at"] = str(error)
    message.fix = _fix(message, read, place)
    return message


def _fix(message: Message, read: dict[str, Any], place: str) -> Fix | None:
    lat, lon = read.get("lat"), read.get("lon")
    if lat is None or lon is None:
        for name, value, other in (("lat", lat, lon), ("lon", lon, lat)):
            if value is None and other is not None:
                message.errors.setdefault(place + name, "is missing")
        return None
    if is_nowhere(lat, lon):
        message.warnings[place + "lat"] = "(0, 0) is not a place"
        return None
    return Fix(
        lat,
        lon,
        message.sent_at,
        read.get("accuracy_m"),
        read.get("altitude_m"),
        read.get("speed_mps"),
        read.get("course"),
        read.get("valid", True),
        read.get("datum", ""),
    )
