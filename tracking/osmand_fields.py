"""The fields of the OsmAnd protocol: where each may stand, its type, its range. Pure."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import TypeVar

from tracking import words
from tracking.geo import is_nowhere
from tracking.messages import Fix, Kind, Message

T = TypeVar("T")

KNOT_MPS = 0.514444
MAX_ID = 64
FIRST_YEAR, LAST_YEAR = 1970, 2100

_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?", re.ASCII)
_UNPLUSSED = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)$", re.ASCII)

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


class Param(str):
    """A value from a query or form, where numbers are text; in JSON they must be numbers."""

    __slots__ = ()


Found = dict[str, list[tuple[str, object]]]  # our name → (the name it stood under, its value)


def build(found: Found, *, zone: tzinfo) -> Message:
    """One message from the fields found; what is wrong with them stands in its `errors`."""
    reader = _Reader(found)
    alarms = [value for _, value in found.get("alarm", ())]
    kinds = words.read(alarms)
    if Kind.SOS in words.read(v for _, v in found.get("event", ()) if isinstance(v, str)):
        kinds = kinds if Kind.SOS in kinds else (Kind.SOS, *kinds)
    percent = reader.take("percent", _measured(100))
    level = reader.take("level", _measured(1))
    if level is not None:
        percent = level * 100
    message = Message(
        token=reader.take("token", _text) or "",
        sent_at=reader.take("timestamp", lambda value: _instant(value, zone)),
        battery=None if percent is None else round(percent),
        charging=reader.take("charge", _flag),
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
    device_id = reader.take("id", _identifier)
    if device_id is not None:
        return device_id
    readable = [words.printable(str(value), MAX_ID) for value in reader.values("id")]
    if not any(readable) or insist:
        reader.errors.setdefault("id", "is missing")
    return "" if insist else next(filter(None, readable), "")


def _fix(reader: "_Reader", message: Message) -> Fix | None:
    lat = reader.take("lat", _within(-90, 90))
    lon = reader.take("lon", _within(-180, 180))
    if place := reader.take("location", _place):
        lat, lon = place
    readings = {
        "accuracy_m": reader.take("accuracy", _measured(1e7)),
        "altitude_m": reader.take("altitude", _within(-12_000, 100_000)),
        "course": reader.take("course", _course),
        "speed_mps": reader.take("mps", _measured(1_000)),
    }
    knots = reader.take("knots", _measured(2_000))
    if knots is not None:
        readings["speed_mps"] = knots * KNOT_MPS
    valid = reader.take("valid", _flag)
    reader.take("object", _no_object)
    if lat is None or lon is None:
        for name, value, other in (("lat", lat, lon), ("lon", lon, lat)):
            if value is None and other is not None and not reader.failed(name):
                reader.errors[name] = "is missing"
        return None
    if is_nowhere(lat, lon):
        message.warnings["lat"] = "(0, 0) is not a place"
        return None
    return Fix(lat, lon, message.sent_at, valid=valid is not False, **readings)


class _Reader:
    """Takes the values of fields, and keeps the reasons why it could not."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.errors: dict[str, str] = {}

    def values(self, name: str) -> list[object]:
        return [value for _, value in self.found.get(name, ())]

    def take(self, name: str, read: Callable[[object], T | None]) -> T | None:
        """The field's one value; None when it is absent, empty, unknown or wrong."""
        taken: list[T] = []
        for path, value in self.found.get(name, ()):
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
        return any(path in self.errors for path, _ in self.found.get(name, ()))


def _number(value: object) -> float:
    if isinstance(value, Param) and _NUMBER.fullmatch(value.strip(" ")):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    if not -1e30 < value < 1e30:  # neither NaN nor infinite, and no integer beyond a float
        raise ValueError("must be a finite number")
    return float(value)


def _bounded(value: object, low: float, high: float) -> float:
    number = _number(value)
    if not low <= number <= high:
        raise ValueError(f"must be between {low:g} and {high:g}")
    return number


def _within(low: float, high: float) -> Callable[[object], float]:
    return lambda value: _bounded(value, low, high)


def _measured(high: float) -> Callable[[object], float | None]:
    """A reader of measures from 0 up; a telephone says -1 for what it does not know."""
    return lambda value: None if _number(value) < 0 else _bounded(value, 0, high)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("must be printable text")
    return value


def _identifier(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**20:
        value = str(value)
    if not isinstance(value, str) or not value.isprintable() or not value.strip():
        raise ValueError("must be printable text")
    if len(value.strip()) > MAX_ID:
        raise ValueError(f"must not exceed {MAX_ID} characters")
    return value.strip()


def _flag(value: object) -> bool:
    if isinstance(value, Param) and value.strip().lower() in ("true", "1", "false", "0"):
        return value.strip().lower() in ("true", "1")
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _place(value: object) -> tuple[float, float]:
    """A form's `location=lat,lon`."""
    if not isinstance(value, Param):
        raise ValueError("must be an object")
    lat, separator, lon = value.partition(",")
    if not separator:
        raise ValueError("must be latitude,longitude")
    return _bounded(Param(lat), -90, 90), _bounded(Param(lon), -180, 180)


def _course(value: object) -> float | None:
    course = _measured(360)(value)
    return None if course is None else course % 360


def _no_object(value: object) -> str:
    raise ValueError("must be an object")


def _instant(value: object, zone: tzinfo) -> datetime:
    """Seconds or milliseconds since 1970, or ISO 8601; text without a zone is in `zone`."""
    try:
        number = _number(value)
    except ValueError:
        return _written_instant(value, zone)
    seconds = number if abs(number) < 2**31 else number / 1000
    if not 0 <= seconds < 4_102_444_800:  # 2100-01-01
        raise ValueError(f"must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return datetime.fromtimestamp(seconds, UTC)


def _written_instant(value: object, zone: tzinfo) -> datetime:
    text = value.strip() if isinstance(value, str) else ""
    try:  # in a query a "+" that was not escaped has become a space
        written = datetime.fromisoformat(_UNPLUSSED.sub(r"\1+\2", text))
    except ValueError:
        raise ValueError("must be seconds, milliseconds or an ISO 8601 time") from None
    if not FIRST_YEAR < written.year < LAST_YEAR:
        raise ValueError(f"must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return (written if written.tzinfo else written.replace(tzinfo=zone)).astimezone(UTC)
