"""The fields of the OsmAnd protocol: where each may stand, its type, its range. Pure."""

from collections.abc import Callable
from datetime import tzinfo
from typing import TypeVar

from tracking import values, words
from tracking.geo import is_nowhere, is_on_earth
from tracking.messages import Fix, Kind, Message

T = TypeVar("T")

KNOT_MPS = 0.514444

PERCENT, SHARE = values.measured(100), values.measured(1)
METRES, HEIGHT = values.measured(1e7), values.within(-12_000, 100_000)
SPEED, KNOTS = values.measured(1_000), values.measured(2_000)

# Our name of a field, by where it stands: a parameter, or the path within the JSON object.
PARAMETERS = {
    "id": "id",
    "deviceid": "id",
    "token": "token",
    "timestamp": "timestamp",
    "lat": "lat",
    "lon": "lon",
    "location": "location",
    "valid": "valid",
    "accuracy": "accuracy",
    "altitude": "altitude",
    "speed": "knots",
    "bearing": "course",
    "heading": "course",
    "batt": "percent",
    "charge": "charge",
    "alarm": "alarm",
}
NAMES = PARAMETERS | {
    "device_id": "id",
    "location.timestamp": "timestamp",
    "location.coords": "object",
    "location.coords.latitude": "lat",
    "location.coords.longitude": "lon",
    "location.coords.accuracy": "accuracy",
    "location.coords.altitude": "altitude",
    "location.coords.speed": "mps",
    "location.coords.heading": "course",
    "location.battery": "object",
    "location.battery.level": "level",
    "location.battery.is_charging": "charge",
    "location.alarm": "alarm",
    "location.extras.alarm": "alarm",
    "extras.alarm": "alarm",
    "location.event": "event",
}


Found = dict[str, list[tuple[str, object]]]  # our name → (the name it stood under, its value)


def build(found: Found, *, zone: tzinfo) -> Message:
    """One message from the fields found; what is wrong with them stands in its `errors`."""
    reader = _Reader(found)
    alarms = [value for _, value in found.get("alarm", ())]
    kinds = words.read(alarms) if alarms else ()
    if "event" in found and Kind.SOS not in kinds:
        said = words.read(value for _, value in found["event"] if isinstance(value, str))
        kinds = (Kind.SOS, *kinds) if Kind.SOS in said else kinds
    percent = reader.take("percent", PERCENT)
    level = reader.take("level", SHARE)
    if level is not None:
        percent = level * 100
    message = Message(
        token=reader.take("token", values.text) or "",
        sent_at=reader.take("timestamp", lambda value: values.instant(value, zone)),
        battery=None if percent is None else round(percent),
        charging=reader.take("charge", values.flag),
        kinds=kinds,
        alarm_text=words.printable(", ".join(map(str, alarms))) if kinds else "",
        errors=reader.errors,
    )
    message.device_id = _device_id(reader, insist=not kinds)
    message.fix = _fix(reader, message)
    if alarms and not kinds:
        message.warnings["alarm"] = "says that there is none"
    return message


def _device_id(reader: "_Reader", *, insist: bool) -> str:
    """The device's id; where an alarm hangs on it (not `insist`), what is left of a bad one."""
    device_id = reader.take("id", values.identifier)
    if device_id is not None:
        return device_id
    readable = [words.printable(str(value), values.MAX_ID) for value in reader.values("id")]
    if not any(readable) or insist:
        reader.errors.setdefault("id", "is missing")
    return "" if insist else next(filter(None, readable), "")


def _fix(reader: "_Reader", message: Message) -> Fix | None:
    lat = reader.take("lat", values.degrees)
    lon = reader.take("lon", values.degrees)
    if place := reader.take("location", values.place):
        lat, lon = place
    accuracy_m = reader.take("accuracy", METRES)
    altitude_m = reader.take("altitude", HEIGHT)
    course = reader.take("course", values.course)
    speed_mps = reader.take("mps", SPEED)
    knots = reader.take("knots", KNOTS)
    valid = reader.take("valid", values.flag)
    reader.take("object", values.no_object)
    if lat is None or lon is None:
        for name, value, other in (("lat", lat, lon), ("lon", lon, lat)):
            if value is None and other is not None and not reader.failed(name):
                reader.errors[name] = "is missing"
        return None
    if not is_on_earth(lat, lon):
        reader.errors["lat"] = values.LATITUDE
        return None
    if is_nowhere(lat, lon):
        message.warnings["lat"] = "(0, 0) is not a place"
        return None
    return Fix(
        lat,
        lon,
        message.sent_at,
        accuracy_m=accuracy_m,
        altitude_m=altitude_m,
        speed_mps=speed_mps if knots is None else knots * KNOT_MPS,
        course=course,
        valid=valid is not False,
    )


class _Reader:
    """Takes the values of fields, and keeps the reasons why it could not."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.errors: dict[str, str] = {}

    def values(self, name: str) -> list[object]:
        return [value for _, value in self.found.get(name, ())]

    def take(self, name: str, read: Callable[[object], T | None]) -> T | None:
        """The field's one value; None when it is absent, empty, unknown or wrong."""
        there = self.found.get(name)
        if not there:
            return None
        if len(there) > 1:
            return self._one_of(name, there, read)
        ((path, value),) = there
        try:
            return None if value == "" else read(value)
        except (ValueError, OverflowError) as error:
            self.errors.setdefault(path, str(error))
            return None

    def _one_of(
        self, name: str, there: list[tuple[str, object]], read: Callable[[object], T | None]
    ) -> T | None:
        """What is said more than once, if it is the same."""
        taken: list[T] = []
        for path, value in there:
            if value == "":
                continue
            try:
                one = read(value)
            except (ValueError, OverflowError) as error:
                self.errors.setdefault(path, str(error))
                continue
            if one is not None and one not in taken:
                taken.append(one)
            if len(taken) > 1:
                self.errors.setdefault(path, "is given more than once, with different values")
        return taken[0] if taken and not self.failed(name) else None

    def failed(self, name: str) -> bool:
        """Whether a value stood there and could not be taken."""
        if not self.errors:
            return False
        return any(path in self.errors for path, _ in self.found.get(name, ()))
