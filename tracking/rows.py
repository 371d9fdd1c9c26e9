"""Many rows at once: a load into a table of the connection's own, then one statement a purpose.

On PostgreSQL the load is a COPY, on SQLite an executemany; the statements are the same on both.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from tracking.models import Clock


class Reading(NamedTuple):
    """The columns of a `models.Reading` of a fix."""

    lat: float
    lon: float
    accuracy_m: float | None
    altitude_m: float | None
    speed_mps: float | None
    course: float | None
    valid: bool
    fixed_at: datetime
    received_at: datetime
    clock: str
    source: str
    datum_in: str

    @property
    def sound(self) -> bool:
        """Valid, and dated by a clock one can believe."""
        return self.valid and self.clock == Clock.GOOD

    @property
    def believed_at(self) -> datetime:
        """When it was fixed; where the device's clock cannot be believed, when it came."""
        return self.fixed_at if self.clock == Clock.GOOD else self.received_at


class Entry(NamedTuple):
    """One line of the history."""

    device_id: int
    reading: Reading
    battery: int | None
    doubt: str = ""


@dataclass(slots=True)
class News:
    """What changes about a device; `last` is its new last position, if it has one."""

    device_id: int
    heard_at: datetime
    battery: int | None = None
    charging: bool | None = None
    last: Reading | None = None


_SAID = {
    "lat": "float8",
    "lon": "float8",
    "accuracy_m": "float8",
    "altitude_m": "float8",
    "speed_mps": "float8",
    "course": "float8",
    "valid": "bool",
    "fixed_at": "timestamptz",
    "received_at": "timestamptz",
    "clock": "varchar",
    "source": "varchar",
    "datum_in": "varchar",
}
POSITIONS = {"device_id": "int8", **_SAID, "battery": "int2", "doubt": "varchar"}
NEWS = {
    "device_id": "int8", "heard_at": "timestamptz", "battery": "int2", "charging": "bool",
    "moved": "bool", **_SAID,
}  # fmt: skip
_NOWHERE = (False, *[None] * len(_SAID))
# What the register says of the datum is a setting: a reading never changes it.
_LAST = ", ".join(f"{name} = n.{name}" for name in _SAID if name != "datum_in")
_KEPT = ", ".join(POSITIONS)

_KEEP = f"""
INSERT INTO tracking_position ({_KEPT}, stored_at)
SELECT {_KEPT}, %s FROM incoming_positions WHERE true ON CONFLICT DO NOTHING
"""  # noqa: S608  names of ours
_HEARD = """
UPDATE tracking_device AS d SET last_heard_at = n.heard_at,
battery = coalesce(n.battery, d.battery), charging = coalesce(n.charging, d.charging)
"""
_MOVE = f"{_HEARD}, {_LAST} FROM incoming_news AS n WHERE n.moved AND d.id = n.device_id"
_STAY = f"{_HEARD} FROM incoming_news AS n WHERE NOT n.moved AND d.id = n.device_id"


def write(history: Sequence[Entry], news: Sequence[News], *, now: datetime) -> None:
    """Keep the entries that are new, and tell the devices their news."""
    at = connection.ops.adapt_datetimefield_value(now)
    if history:
        with _loaded("incoming_positions", POSITIONS, map(_entry, history)) as cursor:
            cursor.execute(_KEEP, [at])
    with _loaded("incoming_news", NEWS, map(_news, news)) as cursor:
        moving = sum(about.last is not None for about in news)
        if moving:
            cursor.execute(_MOVE)
        if moving < len(news):
            cursor.execute(_STAY)


def _entry(entry: Entry) -> tuple[Any, ...]:
    return (entry.device_id, *entry.reading, entry.battery, entry.doubt)


def _news(about: News) -> tuple[Any, ...]:
    said = about.last
    last = (True, *said._replace(fixed_at=said.believed_at)) if said else _NOWHERE
    return (about.device_id, about.heard_at, about.battery, about.charging, *last)


@contextmanager
def _loaded(
    table: str, columns: Mapping[str, str], rows: Iterable[tuple[Any, ...]]
) -> Iterator[CursorWrapper]:
    """A cursor that finds the rows in a table of this connection's own."""
    load = _copy if connection.vendor == "postgresql" else _insert
    with connection.cursor() as cursor:
        load(cursor, table, columns, rows)
        yield cursor
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608


def _copy(
    cursor: CursorWrapper, table: str, columns: Mapping[str, str], rows: Iterable[tuple[Any, ...]]
) -> None:
    said = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} ({said}) ON COMMIT DELETE ROWS")
    with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def _insert(
    cursor: CursorWrapper, table: str, columns: Mapping[str, str], rows: Iterable[tuple[Any, ...]]
) -> None:
    cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} ({', '.join(columns)})")
    places = ", ".join(["%s"] * len(columns))
    plain = [[_plain(value) for value in row] for row in rows]
    cursor.executemany(f"INSERT INTO {table} VALUES ({places})", plain)  # noqa: S608


def _plain(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
