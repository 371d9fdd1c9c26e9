"""The OsmAnd protocol: query, form, or the JSON body of Traccar Client. Pure: request → messages.

Facts: traccar.org/osmand (both formats and their fields). In a query or form `speed` is in knots
and `batt` in percent; in JSON `location.coords.speed` is in m/s and `location.battery.level` runs
from 0 to 1. The client's SOS button sends `alarm=sos`, in JSON within `location.extras`.

A field given twice must say the same twice. An alarm is read from wherever it stands, also from a
body that is nothing else one could read.
"""

import json
import re
from collections.abc import Iterator
from datetime import tzinfo
from urllib.parse import parse_qsl

from tracking import words
from tracking.messages import Message
from tracking.protocols import osmand_fields as fields
from tracking.protocols import salvage
from tracking.protocols.osmand_fields import Found
from tracking.values import Param

MAX_BODY = 1_000_000  # bytes; of more, only an alarm is read

_OBJECTS = ("location", "location.coords", "location.battery", "location.extras", "extras")
_PART = re.compile(
    rb'name="?([\w.]{1,40})"?[^\r\n]{0,200}\r?\n(?:[^\r\n]{1,200}\r?\n){0,4}\r?\n([^\r\n]{0,1000})'
)


def decode(query: str, body: bytes, content_type: str, *, zone: tzinfo) -> list[Message]:
    """The messages of one request, at least one; `zone` is for times that name none.

    Never raises: what could not be read stands in the messages' `errors` by field.
    """
    shared = _collect_pairs(_pairs(query))
    if not body.strip():
        return [fields.build(shared, zone=zone)]
    if len(body) > MAX_BODY:
        return [_salvage(shared, body, f"must not exceed {MAX_BODY} bytes", zone)]
    if "json" in content_type.lower() or body.lstrip()[:1] in b"{[":
        return _decode_json(shared, body, zone)
    if "multipart" in content_type.lower():
        pairs = [(n.decode(), v.decode(errors="replace")) for n, v in _PART.findall(body)]
    else:
        pairs = _pairs(body.decode(errors="replace"))
    found = _merge(shared, _collect_pairs(pairs))
    if not found:
        return [_salvage(shared, body, "must be a form or a JSON object", zone)]
    return [fields.build(found, zone=zone)]


def _pairs(text: str) -> list[tuple[str, str]]:
    """Names and values; where nothing is escaped, as mostly, at a quarter of the cost."""
    if "%" in text or "+" in text:
        return parse_qsl(text, keep_blank_values=True, errors="replace")
    parts = (part.partition("=") for part in text.split("&") if part)
    return [(name, value) for name, _, value in parts]


def _decode_json(shared: Found, body: bytes, zone: tzinfo) -> list[Message]:
    try:
        document = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_keep_repeats)
    except (ValueError, RecursionError):
        return [_salvage(shared, body, "must be readable JSON", zone)]
    entries = document if isinstance(document, list) else [document]
    if not any(isinstance(entry, dict) for entry in entries):
        return [_salvage(shared, body, "must be a JSON object", zone)]
    messages = [
        fields.build(_merge(shared, _collect_object(part)), zone=zone)
        for entry in entries
        for part in _locations(entry)
    ]
    if all(message.errors and not message.kinds for message in messages):
        cry = _salvage(shared, body, "holds an alarm where none belongs", zone)
        return [cry] if cry.kinds else messages
    return messages


def _keep_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose repeated names hold the list of their values, so that none is lost."""
    by_name: dict[str, list[object]] = {}
    for name, value in pairs:
        by_name.setdefault(name, []).append(value)
    return {name: v[0] if len(v) == 1 else v for name, v in by_name.items()}


def _locations(entry: object) -> list[object]:
    """A batch carries several locations under one name: one entry each."""
    places = entry.get("location") if isinstance(entry, dict) else None
    if isinstance(entry, dict) and isinstance(places, list) and places:
        return [{**entry, "location": place} for place in places]
    return [entry]


def _collect_object(entry: object) -> Found:
    if not isinstance(entry, dict):
        return {"object": [("body", entry)]}
    found: Found = {}
    for path, value in _leaves("", entry):
        if name := fields.NAMES.get(path):
            found.setdefault(name, []).append((path, value))
    return found


def _leaves(prefix: str, entry: dict[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in entry.items():
        path = prefix + key.strip().lower()
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and path in _OBJECTS:
                yield from _leaves(path + ".", item)
            elif item is not None:
                yield path, item


def _collect_pairs(pairs: list[tuple[str, str]]) -> Found:
    found: Found = {}
    for key, value in pairs:
        path = key if key in fields.PARAMETERS else key.strip().lower()
        if name := fields.PARAMETERS.get(path):
            found.setdefault(name, []).append((path, Param(value)))
    return found


def _merge(one: Found, other: Found) -> Found:
    return {name: one.get(name, []) + other.get(name, []) for name in {**one, **other}}


def _salvage(shared: Found, body: bytes, reason: str, zone: tzinfo) -> Message:
    """What an unreadable body still says: whose it is, and whether it cries for help."""
    left = salvage.search(body)
    alarms: list[tuple[str, object]] = [("alarm", Param(word)) for word in left.alarms]
    found = {**shared, "alarm": shared.get("alarm", []) + alarms}
    if "id" not in shared and left.device_id:
        found["id"] = [("id", Param(left.device_id))]
    message = fields.build(found, zone=zone)
    message.errors["body"] = reason
    if message.kinds:
        message.alarm_text = words.printable(left.text)
    return message
