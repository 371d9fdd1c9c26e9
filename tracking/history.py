"""The history of positions: a table by day on PostgreSQL, made ahead and dropped when it is old.

By the day of `fixed_at`, in UTC, because that is what makes a position unique: told again a day
later it is still the same one. What devices with wrong clocks say, and what was buffered for
longer than the history reaches, is in a table of its own, and goes by the day it was received.
"""

from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from tracking.models import Position

AHEAD_DAYS = 3
EVERY_S = 600
MOST_AT_ONCE = 10_000  # rows deleted in one transaction
PREFIX = "tracking_position_"
ELSEWHERE = f"{PREFIX}elsewhere"
_LOCK = 7_205_759  # so that two processes do not make the same table


class _Turn:
    """When this process looks again; there is nothing to be done every second."""

    due_at: datetime | None = None


_turn = _Turn()


def sweep(*, now: datetime) -> int:
    """What `tend` does, every ten minutes and as long as there is more to do."""
    if _turn.due_at is not None and now < _turn.due_at <= now + timedelta(seconds=EVERY_S):
        return 0
    done = tend(now=now)
    _turn.due_at = now + timedelta(seconds=0 if done >= MOST_AT_ONCE else EVERY_S)
    return done


def tend(*, now: datetime) -> int:
    """Makes the days to come and deletes what is older than POSITION_DAYS; how many tables or
    rows that were."""
    limit = now - timedelta(days=settings.POSITION_DAYS)
    if connection.vendor != "postgresql":
        return _delete(limit)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute("SET LOCAL lock_timeout = '2s'")  # nobody waits for us for longer
        there = days(cursor)
        today = now.astimezone(UTC).date()
        for ahead in range(-1, AHEAD_DAYS + 1):
            if (day := today + timedelta(days=ahead)) not in there:
                make(cursor, day)
        last = limit.astimezone(UTC).date()
        old = [day for day in there if day < last]
        for day in old:
            cursor.execute(f"DROP TABLE {PREFIX}{day:%Y%m%d}")
    return len(old) + _delete(limit, ELSEWHERE)


def days(cursor: CursorWrapper) -> set[date]:
    """The days that have a table."""
    cursor.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'tracking_position'::regclass AND c.relname <> %s",
        [ELSEWHERE],
    )
    names = [name.removeprefix(PREFIX) for (name,) in cursor.fetchall()]
    return {datetime.strptime(name, "%Y%m%d").replace(tzinfo=UTC).date() for name in names}


def make(cursor: CursorWrapper, day: date) -> None:
    """The table of a day, with what had been said of that day before it had one."""
    table, following = f"{PREFIX}{day:%Y%m%d}", day + timedelta(days=1)
    span = [f"{day} 00:00+00", f"{following} 00:00+00"]
    cursor.execute(f"CREATE TABLE {table} (LIKE tracking_position INCLUDING ALL)")
    cursor.execute(
        f"WITH moved AS (DELETE FROM {ELSEWHERE}"  # noqa: S608  names of ours
        " WHERE fixed_at >= %s AND fixed_at < %s RETURNING *)"
        f" INSERT INTO {table} SELECT * FROM moved",
        span,
    )
    cursor.execute(
        f"ALTER TABLE tracking_position ATTACH PARTITION {table} FOR VALUES FROM (%s) TO (%s)", span
    )


def _delete(limit: datetime, table: str = Position._meta.db_table) -> int:
    """Some of the rows that were received before the limit; how many."""
    key = "ctid" if connection.vendor == "postgresql" else "id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE {key} IN"  # noqa: S608  names of ours
            f" (SELECT {key} FROM {table} WHERE received_at < %s LIMIT {MOST_AT_ONCE})",
            [connection.ops.adapt_datetimefield_value(limit)],
        )
        return int(cursor.rowcount)
