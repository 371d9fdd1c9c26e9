"""Many rows at once: a load into a table of the connection's own, then one statement a purpose.

On PostgreSQL the load is a COPY, on SQLite an executemany; the statements are the same on both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from tracking import statements
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
COLUMNS = {
    "device_id": "int8", **_SAID, "battery": "int2", "doubt": "varchar",
    # the news of the device: whether this is its last position, since when one can believe that,
    # when it was heard, and what it said of itself
    "moves": "bool", "believed_at": "timestamptz", "heard_at": "timestamptz",
    "level": "int2", "charging": "bool",
}  # fmt: skip
_NOWHERE = (*[None] * len(_SAID), None, None, False, None)
_KEPT = ", ".join(["device_id", *_SAID, "battery", "doubt"])
# What the register says of the datum is a setting: a reading never changes it.
_PLACE = ", ".join(f"{name} = i.{name}" for name in _SAID if name not in ("datum_in", "fixed_at"))

_COLUMNS = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
_TABLE = f"CREATE TEMP TABLE IF NOT EXISTS incoming ({_COLUMNS})"
_COPY = "COPY incoming FROM STDIN (FORMAT BINARY)"
_KEEP = f"""
INSERT INTO tracking_position ({_KEPT}, stored_at)
SELECT {_KEPT}, %s FROM incoming WHERE lat IS NOT NULL ON CONFLICT DO NOTHING
"""  # noqa: S608  names of ours
_HEARD = """
UPDATE tracking_device AS d SET last_heard_at = i.heard_at,
battery = coalesce(i.level, d.battery), charging = coalesce(i.charging, d.charging)
"""
_MOVE = (
    f"{_HEARD}, fixed_at = i.believed_at, {_PLACE}"
    " FROM incoming AS i WHERE i.moves AND d.id = i.device_id"
)
_STAY = f"{_HEARD} FROM incoming AS i WHERE i.lat IS NULL AND d.id = i.device_id"


def write(history: Sequence[Entry], news: Sequence[News], *, now: datetime) -> None:
    """Keep the entries that are new, and tell the devices their news. In a transaction."""
    load = _copy if connection.vendor == "postgresql" else _insert
    staying = [about for about in news if not about.last]
    abouts = {about.device_id: about for about in news}
    rows = [_entry(entry, abouts[entry.device_id]) for entry in history]
    rows += [(about.device_id, *_NOWHERE, *_told(about)) for about in staying]
    load(rows)
    if history:
        statements.run(_KEEP, now)
    if len(staying) < len(news):
        statements.run(_MOVE)
    if staying:
        statements.run(_STAY)
    statements.run("DELETE FROM incoming")


def _entry(entry: Entry, about: News) -> statements.Row:
    said = entry.reading
    moves = about.last is said
    believed_at = said.believed_at if moves else None
    kept = (entry.device_id, *said, entry.battery, entry.doubt)
    return (*kept, moves, believed_at, *_told(about))


def _told(about: News) -> statements.Row:
    return about.heard_at, about.battery, about.charging


def _copy(rows: Sequence[statements.Row]) -> None:
    statements.run(_TABLE + " ON COMMIT DELETE ROWS")
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(list(COLUMNS.values()))
        for row in rows:
            copy.write_row(row)


def _insert(rows: Sequence[statements.Row]) -> None:
    statements.run(_TABLE)
    places = ", ".join(["%s"] * len(COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO incoming VALUES ({places})",  # noqa: S608  names of ours
            [[statements.plain(value) for value in row] for row in rows],
        )
