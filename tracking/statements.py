"""The few statements every batch of positions consists of; PostgreSQL plans them once a connection.

Put together by the ORM and planned anew for each batch, they would cost as much again as they do.
"""

import json
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from psycopg import Cursor

Row = tuple[Any, ...]


def run(sql: str, *parameters: Any) -> list[Row]:
    """The rows of a statement, whose text is always the same.

    Where it says `{among}`, it means any of the values of a list; `{held_d}` at its end holds the
    rows of the table `d` until the transaction ends. Raises what Django's own cursor raises.
    """
    if connection.vendor != "postgresql":
        return _run_on_sqlite(
            sql.format(among="IN (SELECT value FROM json_each(%s))", held_d=""), parameters
        )
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        text = sql.format(among="= ANY(%s)", held_d="FOR NO KEY UPDATE OF d")
        cursor.execute(text, parameters, prepare=True, binary=True)
        return cursor.fetchall() if cursor.description else []


def plain(value: Any) -> Any:
    """The value as SQLite keeps it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return json.dumps(value) if isinstance(value, list) else value


def _run_on_sqlite(sql: str, parameters: Row) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [plain(value) for value in parameters])
        return [tuple(map(_aware, row)) for row in cursor.fetchall()]


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
