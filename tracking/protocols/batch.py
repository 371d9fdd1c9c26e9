"""Positions of many devices in one request, as our own JSON. Pure: body → messages.

A list of objects, one a message: `device_id`, `fixed_at` (ISO 8601, seconds or milliseconds),
`lat`, `lon` (degrees), `accuracy_m`, `altitude_m`, `speed_mps`, `course` (degrees), `valid`,
`datum` (`wgs84`, `gcj02`, `bd09`), `battery` (percent), `charging`, `alarm` (words). Only
`device_id` must be there. What is wrong stands under the number of its entry: `3.lat`.
"""

import json
from datetime import tzinfo

from tracking import values, words
from tracking.geo import is_nowhere
from tracking.messages import Fix, Message
from tracking.protocols import salvage
from tracking.values import Fields

MAX_BODY = 1_000_000  # bytes; about 5,000 positions; of more, only an alarm is read

_ERROR = values.measured(1e7)
_HEIGHT = values.within(-12_000, 100_000)
_SPEED = values.measured(1_000)
_PERCENT = values.measured(100)
_DATUM = values.one_of("wgs84", "gcj02", "bd09")


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
        return salvage.message(json.dumps(entry).encode(), "must be a list of objects")
    fields = Fields(entry, place)
    battery = fields.take("battery", _PERCENT)
    message = Message(
        device_id=fields.take("device_id", values.identifier) or "",
        sent_at=fields.take("fixed_at", lambda value: values.instant(value, zone)),
        battery=None if battery is None else round(battery),
        charging=fields.take("charging", values.flag),
        errors=fields.errors,
    )
    if not message.device_id:
        fields.errors.setdefault(place + "device_id", "is missing")
    if (alarm := entry.get("alarm")) is not None:
        message.kinds = words.read(alarm if isinstance(alarm, list) else [alarm])
        message.alarm_text = words.printable(json.dumps(alarm, ensure_ascii=False))
    message.fix = _fix(fields, message)
    return message


def _fix(fields: Fields, message: Message) -> Fix | None:
    accuracy_m = fields.take("accuracy_m", _ERROR)
    altitude_m = fields.take("altitude_m", _HEIGHT)
    speed_mps = fields.take("speed_mps", _SPEED)
    course = fields.take("course", values.course)
    valid = fields.take("valid", values.flag) is not False
    datum = fields.take("datum", _DATUM) or ""
    place = fields.pair("lat", "lon")
    if place is None:
        return None
    if is_nowhere(*place):
        message.warnings[fields.place + "lat"] = "(0, 0) is not a place"
        return None
    return Fix(
        *place, message.sent_at, accuracy_m, altitude_m, speed_mps, course, valid=valid, datum=datum
    )
