"""What a Traccar server forwards: positions and events as JSON. Pure: body → messages.

Facts: traccar.org/forward and the models of its API. A position comes as `{"position", "device"}`,
an event as `{"event", "position", "device", …}`; times are ISO 8601 or milliseconds, `speed` is in
knots, an `accuracy` of 0 is not known, `outdated` says that the place is an old one. A device's
alarm stands in the attributes of its position; the event that Traccar makes of it says the same
again with the same time, and so joins it.
"""

import json
from datetime import datetime, tzinfo

from tracking import values, words
from tracking.geo import is_nowhere
from tracking.messages import Fix, Kind, Message, in_order
from tracking.protocols import salvage
from tracking.values import Fields

MAX_BODY = 1_000_000  # bytes; of more, only an alarm is read
KNOT_MPS = 0.514444

# Traccar's event types that are news to us; "alarm" names its word in the attributes.
_EVENTS = {
    "geofenceEnter": Kind.ZONE_ENTER,
    "geofenceExit": Kind.ZONE_EXIT,
    "deviceOffline": Kind.SILENT,
    "deviceInactive": Kind.SILENT,
}


def decode(body: bytes, *, zone: tzinfo) -> list[Message]:
    """The messages of one request, at least one.

    Never raises: what could not be read stands in the messages' `errors` by field.
    """
    if len(body) > MAX_BODY:
        return [salvage.message(body, f"must not exceed {MAX_BODY} bytes")]
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return [salvage.message(body, "must be readable JSON")]
    entries = document if isinstance(document, list) else [document]
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        return [salvage.message(body, "must be a JSON object or a list of them")]
    messages = [_message(entry, zone) for entry in entries]
    if all(message.errors and not message.kinds for message in messages):
        cry = salvage.message(body, "holds an alarm where none belongs")
        return [cry] if cry.kinds else messages
    return messages


def _message(entry: dict[str, object], zone: tzinfo) -> Message:
    """One forwarded object; a bare position or event is taken as if it stood under its name."""
    fields = Fields(entry)
    if "position" not in entry and "latitude" in entry:
        fields = Fields({"position": entry, "device": entry})
    elif "event" not in entry and "type" in entry:
        fields = Fields({"event": entry, "device": entry})
    event, position, device = (fields.within(name) for name in ("event", "position", "device"))
    attributes = position.within("attributes")
    kinds, text = _kinds(event, attributes)
    battery = attributes.take("batteryLevel", values.measured(100))
    message = Message(
        device_id=device.take("uniqueId", values.identifier) or "",
        sent_at=_time(position, "deviceTime", zone) or _time(event, "eventTime", zone),
        battery=None if battery is None else round(battery),
        charging=attributes.take("charge", values.flag),
        kinds=kinds,
        alarm_text=text,
    )
    message.fix = _fix(position, message, zone)
    for part in (event, position, attributes, device):
        message.errors |= part.errors
    if not message.device_id:
        message.errors.setdefault("device.uniqueId", "is missing")
        number = position.raw("deviceId") or event.raw("deviceId")
        message.device_id = f"traccar {number}" if kinds and isinstance(number, int) else ""
    return message


def _kinds(event: Fields, attributes: Fields) -> tuple[tuple[Kind, ...], str]:
    said = [attributes.raw("alarm")]
    kind = event.raw("type")
    if kind == "alarm":
        said.append(event.within("attributes").raw("alarm"))
    kinds = list(words.read(said))
    if isinstance(kind, str) and kind in _EVENTS:
        kinds.append(_EVENTS[kind])
    if kind == "alarm" and not kinds:
        kinds.append(Kind.RAW)
    told = [str(word) for word in (kind, *said) if word]
    return in_order(kinds), words.printable(", ".join(told)) if kinds else ""


def _time(fields: Fields, name: str, zone: tzinfo) -> datetime | None:
    return fields.take(name, lambda value: values.instant(value, zone))


def _fix(position: Fields, message: Message, zone: tzinfo) -> Fix | None:
    fixed_at = _time(position, "fixTime", zone) or message.sent_at
    knots = position.take("speed", values.measured(2_000))
    accuracy_m = position.take("accuracy", values.measured(1e7)) or None
    altitude_m = position.take("altitude", values.within(-12_000, 100_000))
    course = position.take("course", values.course)
    valid = position.take("valid", values.flag)
    place = position.pair("latitude", "longitude")
    if place is None or position.raw("outdated") is True:
        return None
    if is_nowhere(*place):
        message.warnings["position.latitude"] = "(0, 0) is not a place"
        return None
    speed_mps = None if knots is None else knots * KNOT_MPS
    return Fix(*place, fixed_at, accuracy_m, altitude_m, speed_mps, course, valid is not False)
