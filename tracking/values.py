"""Typed values out of what devices send: numbers that are numbers, times that are times. Pure.

Each reader answers with the value, or with None where a device says that it does not know, and
raises ValueError with the reason.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import TypeVar

from tracking.geo import is_on_earth

T = TypeVar("T")

MAX_ID = 64
LATITUDE = "must be between -90 and 90"
FIRST_YEAR, LAST_YEAR = 1970, 2100

_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?", re.ASCII)
_UNPLUSSED = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)$", re.ASCII)


class Param(str):
    """A value from a query or form, where numbers are text; in JSON they must be numbers."""

    __slots__ = ()


class Fields:
    """The fields of a JSON object, and by its path why one could not be read."""

    def __init__(self, entry: object, place: str = "") -> None:
        self.place = place
        self.errors: dict[str, str] = {}
        self._entry: dict[str, object] = {}
        if isinstance(entry, dict):
            self._entry = entry
        elif entry is not None:
            self.errors[place.rstrip(".") or "body"] = "must be an object"

    def raw(self, name: str) -> object:
        return self._entry.get(name)

    def take(self, name: str, read: Callable[[object], T | None]) -> T | None:
        """The field's value; None when it is absent, null, unknown or wrong."""
        value = self._entry.get(name)
        if value is None:
            return None
        try:
            return read(value)
        except (ValueError, OverflowError) as error:
            self.errors[self.place + name] = str(error)
            return None

    def within(self, name: str) -> "Fields":
        """The fields of the object that stands under that name; none where nothing stands."""
        return Fields(self._entry.get(name), f"{self.place}{name}.")

    def pair(self, lat: str, lon: str) -> tuple[float, float] | None:
        """A place in degrees, in the order that was said; half of one is an error."""
        found = self.take(lat, degrees), self.take(lon, degrees)
        if found[0] is not None and found[1] is not None:
            if is_on_earth(found[0], found[1]):
                return found[0], found[1]
            self.errors[self.place + lat] = LATITUDE
            return None
        for name, value, other in ((lat, *found), (lon, *found[::-1])):
            if value is None and other is not None:
                self.errors.setdefault(self.place + name, "is missing")
        return None


def number(value: object) -> float:
    if isinstance(value, float):
        measure = value
    elif isinstance(value, Param) and _NUMBER.fullmatch(value.strip(" ")):
        measure = float(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        measure = value
    else:
        raise ValueError("must be a number")
    if not -1e30 < measure < 1e30:  # neither NaN nor infinite, and no integer beyond a float
        raise ValueError("must be a finite number")
    return float(measure)


def within(low: float, high: float) -> Callable[[object], float]:
    """A reader of numbers between these."""

    def read(value: object) -> float:
        measure = number(value)
        if low <= measure <= high:
            return measure
        raise ValueError(f"must be between {low:g} and {high:g}")

    return read


def measured(high: float) -> Callable[[object], float | None]:
    """A reader of measures from 0 up; a telephone says -1 for what it does not know."""

    def read(value: object) -> float | None:
        measure = number(value)
        if measure <= high:
            return None if measure < 0 else measure
        raise ValueError(f"must be between 0 and {high:g}")

    return read


degrees = within(-180, 180)
_turn = measured(360)


def text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("must be printable text")
    return value


def identifier(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**20:
        value = str(value)
    if not isinstance(value, str) or not value.isprintable() or not value.strip():
        raise ValueError("must be printable text")
    if len(value.strip()) > MAX_ID:
        raise ValueError(f"must not exceed {MAX_ID} characters")
    return value.strip()


def flag(value: object) -> bool:
    if isinstance(value, Param) and value.strip().lower() in ("true", "1", "false", "0"):
        return value.strip().lower() in ("true", "1")
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def place(value: object) -> tuple[float, float]:
    """A form's `location=lat,lon`."""
    if not isinstance(value, Param):
        raise ValueError("must be an object")
    lat, separator, lon = value.partition(",")
    if not separator:
        raise ValueError("must be latitude,longitude")
    found = degrees(Param(lat)), degrees(Param(lon))
    if not is_on_earth(*found):
        raise ValueError(LATITUDE)
    return found


def course(value: object) -> float | None:
    turned = _turn(value)
    return None if turned is None else turned % 360


def one_of(*words: str) -> Callable[[object], str]:
    """A reader of one of these words."""

    def read(value: object) -> str:
        if value not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return str(value)

    return read


def no_object(value: object) -> str:
    raise ValueError("must be an object")


def instant(value: object, zone: tzinfo) -> datetime:
    """Seconds or milliseconds since 1970, or ISO 8601; text without a zone is in `zone`."""
    try:
        since_1970 = number(value)
    except ValueError:
        return _written_instant(value, zone)
    seconds = since_1970 if abs(since_1970) < 2**31 else since_1970 / 1000
    if not 0 <= seconds < 4_102_444_800:  # 2100-01-01
        raise ValueError(f"must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return datetime.fromtimestamp(seconds, UTC)


def _written_instant(value: object, zone: tzinfo) -> datetime:
    said = value.strip() if isinstance(value, str) else ""
    try:  # in a query a "+" that was not escaped has become a space
        written = datetime.fromisoformat(_UNPLUSSED.sub(r"\1+\2", said))
    except ValueError:
        raise ValueError("must be seconds, milliseconds or an ISO 8601 time") from None
    if not FIRST_YEAR < written.year < LAST_YEAR:
        raise ValueError(f"must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return (written if written.tzinfo else written.replace(tzinfo=zone)).astimezone(UTC)
