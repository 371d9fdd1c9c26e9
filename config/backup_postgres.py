"""PostgreSQL's own tools, told where the database is without showing the password to `ps`."""

import os
import shutil
import subprocess
from pathlib import Path

from django.conf import settings
from django.db import connection


class ToolError(Exception):
    """A tool of PostgreSQL is missing or refused; the message is its own."""


def dump(target: Path) -> None:
    """A consistent dump of the whole database in pg_restore's format."""
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def load(source: Path) -> None:
    """Replaces everything in the database by a dump; all of it, or an empty database."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    connection.close()
    _run(
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={settings.DATABASES['default']['NAME']}",
        str(source),
    )


def _run(name: str, *arguments: str) -> None:
    database = settings.DATABASES["default"]
    env = {
        **os.environ,
        "PGHOST": str(database["HOST"]),
        "PGPORT": str(database["PORT"] or 5432),
        "PGUSER": str(database["USER"]),
        "PGPASSWORD": str(database["PASSWORD"]),
        "PGDATABASE": str(database["NAME"]),
    }
    done = subprocess.run(  # noqa: S603  our own words and the administrator's settings
        [_tool(name), *arguments], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ToolError(f"{name}: {done.stderr.strip()}")


def _tool(name: str) -> str:
    """The newest one: an older pg_dump refuses a newer server."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3])
    )
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        raise ToolError(f"{name} is not installed; it comes with PostgreSQL's client programs.")
    return found
