"""OwnTracks over HTTP. Pure: body and names from the headers → messages.

Facts: owntracks.org/booklet, "JSON" and "HTTP". `_type` says what an object is; `tst` is in seconds
since 1970, `vel` in km/h, `batt` in percent, `bs` 2 and 3 are charging and full. A `transition`
enters or leaves a region of the app's own, an `lwt` is what a broker says when the app has gone.
The app names itself by `X-Limit-U` and `X-Limit-D` and by HTTP Basic.

A payload encrypted by the app is refused: TLS protects it on the way, and a case cannot be opened
on what nobody can read. It is no alarm, because the app has no button for one; where a wrapper adds
an `alarm`, that is read as everywhere.
"""

import json
from dataclasses import dataclass
from datetime import datetime, tzinfo

from tracking import values, words
from tracking.geo import is_nowhere
from tracking.messages import Fix, Kind, Message, in_order
from tracking.protocols import salvage
from tracking.values import Fields

MAX_BODY = 1_000_000  # bytes; of more, only an alarm is read
KMH_MPS = 1 / 3.6
CHARGING = {1: False, 2: True, 3: True}

_CROSSED = {"enter": Kind.ZONE_ENTER, "leave": Kind.ZONE_EXIT}


@dataclass(frozen=True, slots=True)
class Names:
    """Who sends, as the headers say; the device is known by one or the other, or by both."""

    user: str = ""
    device: str = ""


def decode(body: bytes, names: Names, *, zone: tzinfo) -> list[Message]:
    """The messages of one request, at least one.

    Never raises: what could not be read stands in the messages' `errors` by field.
    """
    if len(body) > MAX_BODY:
        return [_salvage(body, names, f"must not exceed {MAX_BODY} bytes")]
    if not body.strip():  # the app tells so that it forgot a friend
        return [_named(Message(), names)]
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return [_salvage(body, names, "must be readable JSON")]
    entries = document if isinstance(document, list) else [document]
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        return [_salvage(body, names, "must be a JSON object")]
    return [_message(entry, names, zone) for entry in entries]


def _message(entry: dict[str, object], names: Names, zone: tzinfo) -> Message:
    fields = Fields(entry)
    kind = entry.get("_type")
    alarm = entry.get("alarm")
    kinds = list(words.read(alarm if isinstance(alarm, list) else [alarm]))
    if kind == "encrypted":
        fields.errors["_type"] = "is encrypted: switch the encryption key off, TLS protects it"
    elif kind == "transition":
        crossed = entry.get("event")
        kinds.append(_CROSSED.get(crossed if isinstance(crossed, str) else "", Kind.OTHER))
    elif kind == "lwt":
        kinds.append(Kind.SILENT)
    elif not isinstance(kind, str):
        fields.errors["_type"] = "is missing"
    battery = fields.take("batt", values.measured(100))
    status = entry.get("bs")
    message = Message(
        sent_at=fields.take("tst", lambda value: values.instant(value, zone)),
        battery=None if battery is None else round(battery),
        charging=CHARGING.get(status) if isinstance(status, int) else None,
        kinds=in_order(kinds),
        alarm_text=words.printable(json.dumps(entry, ensure_ascii=False)) if kinds else "",
        errors=fields.errors,
    )
    if kind in ("location", "transition"):
        message.fix = _fix(fields, message, insist=kind == "location")
    return _named(message, names, fields)


def _fix(fields: Fields, message: Message, *, insist: bool) -> Fix | None:
    speed = fields.take("vel", values.measured(3_600))
    place = fields.pair("lat", "lon")
    accuracy_m = fields.take("acc", values.measured(1e7))
    altitude_m = fields.take("alt", values.within(-12_000, 100_000))
    course = fields.take("cog", values.course)
    if place is None:
        if insist:
            fields.errors.setdefault("lat", "is missing")
        return None
    if is_nowhere(*place):
        message.warnings["lat"] = "(0, 0) is not a place"
        return None
    at: datetime | None = message.sent_at
    speed_mps = None if speed is None else speed * KMH_MPS
    return Fix(*place, at, accuracy_m, altitude_m, speed_mps, course)


def _named(message: Message, names: Names, fields: Fields | None = None) -> Message:
    """With the names it may be known by: user and device, each of them, or what the body says."""
    topic = fields.raw("topic") if fields else None
    parts = topic.split("/") if isinstance(topic, str) else []
    user = names.user or (parts[1] if len(parts) > 2 else "")
    device = names.device or (parts[2] if len(parts) > 2 else "")
    tid = fields.raw("tid") if fields else None
    said = f"{user}/{device}" if user and device else user or device
    if not said and isinstance(tid, str):
        said = tid
    try:
        message.device_id = values.identifier(said)
    except ValueError:
        message.errors["tid"] = "is missing, and no header says who sends"
        message.device_id = words.printable(said, values.MAX_ID) if message.kinds else ""
    message.aliases = tuple(
        name for name in (device, user) if name.isprintable() and 0 < len(name) <= values.MAX_ID
    )
    return message


def _salvage(body: bytes, names: Names, reason: str) -> Message:
    return _named(salvage.message(body, reason), names, Fields({"tid": salvage.search(body)[1]}))
