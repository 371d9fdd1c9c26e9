"""One file with everything needed to stand up elsewhere, except the keys.

A zip of `manifest.json`, the town's base map where it has one, and the database as its own engine
writes it: a copied SQLite file, or what `pg_dump` makes. The manifest says what it is, what it
needs and how to tell that it is whole.
"""

import hashlib
import json
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config import backup_postgres as postgres
from config import basemap, work
from config.keys import fingerprint
from config.models import Heartbeat

FORMAT = 1
MANIFEST, DATA, MAP = "manifest.json", "database", "basemap.json"


class BackupError(Exception):
    """Why a backup cannot be made or read; nothing has been changed."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `keys` are fingerprints of the FIELD_KEYS it needs."""

    format: int
    made_at: str
    engine: str
    engine_version: str
    migrations: list[str]
    keys: list[str]
    bytes: int
    sha256: str


def write(target: Path, *, now: datetime) -> Manifest:
    """Writes the backup of the running database, in one step, readable by its owner alone."""
    with tempfile.TemporaryDirectory(dir=target.resolve().parent) as folder:
        data, whole = Path(folder, DATA), Path(folder, "whole")
        if connection.vendor == "sqlite":
            _copy_sqlite(data)
        else:
            postgres.dump(data)
        manifest = Manifest(
            format=FORMAT,
            made_at=now.isoformat(timespec="seconds"),
            engine=connection.vendor,
            engine_version=".".join(map(str, connection.get_database_version())),
            migrations=_applied(),
            keys=[fingerprint(key) for key in settings.FIELD_KEYS],
            bytes=data.stat().st_size,
            sha256=_digest(data),
        )
        whole.touch(0o600)
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2))
            archive.write(data, DATA)
            if basemap.file().exists():
                archive.write(basemap.file(), MAP)
        whole.replace(target)
    return manifest


def restore(source: Path, *, force: bool, now: datetime) -> Manifest:
    """Replaces the database by the backup. Raises BackupError before anything has changed.

    `force` allows a target that is not empty, and a backup whose keys are not here.
    """
    with _unpacked(source) as (manifest, data):
        _fits(manifest)
        if not force:
            _has_keys(manifest)
            _is_empty()
        _is_quiet(now)
        if connection.vendor == "sqlite":
            _place_sqlite(data, now=now)
        else:
            postgres.load(data)
        if (map_file := data.with_name(MAP)).exists():
            map_file.replace(basemap.file())
    return manifest


def pending() -> list[str]:
    """Migrations that this code has and the database has not."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    return sorted(known - set(_applied()))


@contextmanager
def _unpacked(source: Path) -> Iterator[tuple[Manifest, Path]]:
    """The manifest, and the database's file after it was found whole."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as folder:
        data = Path(folder, DATA)
        try:
            with zipfile.ZipFile(source) as archive:
                manifest = _manifest(json.loads(archive.read(MANIFEST)))
                with archive.open(DATA) as packed, data.open("wb") as out:
                    shutil.copyfileobj(packed, out, 1 << 20)
                if MAP in archive.namelist():
                    archive.extract(MAP, folder)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise BackupError(f"{source} is not a backup: {error}") from error
        if _digest(data) != manifest.sha256:
            raise BackupError(f"{source} is damaged: its database does not match its manifest.")
        yield manifest, data


def _manifest(said: Any) -> Manifest:
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise ValueError("its manifest is of a kind that this version does not know")
    try:
        return Manifest(**said)
    except TypeError as error:
        raise ValueError(f"its manifest is incomplete ({error})") from error


def _fits(manifest: Manifest) -> None:
    if manifest.engine != connection.vendor:
        raise BackupError(
            f"The backup is of {manifest.engine}, the database here is {connection.vendor}."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(manifest.migrations) - known):
        raise BackupError(f"The backup is of a newer version; unknown here: {', '.join(unknown)}.")


def _has_keys(manifest: Manifest) -> None:
    here = {fingerprint(key) for key in settings.FIELD_KEYS}
    if absent := [key for key in manifest.keys if key not in here]:
        raise BackupError(
            f"FIELD_KEYS lacks the key with fingerprint {', '.join(absent)}: health notes and"
            " identity numbers could not be read."
        )


def _is_empty() -> None:
    if connection.introspection.table_names():
        raise BackupError("The database here is not empty.")


def _is_quiet(now: datetime) -> None:
    """A house that runs on the database must be stopped first, force or no force."""
    recent = now - timedelta(seconds=work.SILENT_AFTER_S)
    try:
        running = Heartbeat.objects.filter(at__gt=recent).exists()
    except DatabaseError:
        return  # no tables: nobody runs on it
    finally:
        connection.close()
    if running:
        raise BackupError("A house is running on this database. Stop it and wait 20 seconds.")


def _applied() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def _digest(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _copy_sqlite(target: Path) -> None:
    """A consistent copy while others write, by SQLite's own backup."""
    connection.ensure_connection()
    copy = sqlite3.connect(target)
    try:
        connection.connection.backup(copy)
        (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()
    if verdict != "ok":
        raise BackupError(f"The database is damaged: {verdict}")


def _place_sqlite(data: Path, *, now: datetime) -> None:
    """Puts the copy where the database was; the old one stays beside it under another name."""
    target = Path(settings.DATABASES["default"]["NAME"])
    worth_keeping = bool(connection.introspection.table_names())
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        old = Path(f"{target}{suffix}")
        if worth_keeping and old.exists():
            old.replace(f"{target}.before-{now:%Y%m%dT%H%M%S}{suffix}")
        old.unlink(missing_ok=True)
    data.chmod(0o600)
    data.replace(target)
