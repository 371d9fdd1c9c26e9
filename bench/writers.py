"""How long a writer of the embedded house waits for its turn, while several write all the time.

Threads that each begin a transaction, change five rows, hold it for a moment and commit to the
disk, as calls, alarms and sweeps do. The peer, in the same run on a database of its own, is
Django's backend for SQLite with the same settings, whose waiting writers ask again and again: most
find the lock free at once, as it was theirs a moment ago, and the others starve.
"""

import os
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler, OperationalError

from bench.figures import busy, percentile

SECONDS = float(os.environ.get("WRITERS_S", "20"))
PEER = "django.db.backends.sqlite3"
HOLDS_S = 0.005
ROWS, CHANGED = 1000, 5


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(busy())
    print(f"{'writers':<10}{'':<6}{'writes/s':>10}{'p50':>10}{'p99':>10}{'longest':>12}")
    for many in (2, 8, 14):
        with TemporaryDirectory() as folder:
            ours, peer = (
                _waits(Path(folder) / name, engine, many)
                for name, engine in (("ours", "config.sqlite"), ("peer", PEER))
            )
        for name, waits in (("ours", ours), ("peer", peer)):
            p50, p99 = (percentile(waits, percent) for percent in (50, 99))
            print(f"{many:<10}{name:<6}{len(waits) / SECONDS:>10.0f}{p50:>7.1f} ms", end="")
            print(f"{p99:>7.0f} ms{max(waits):>9.0f} ms")
        print(f"{'':<10}ratio of the longest {max(ours) / max(peer):.3f}", flush=True)


def _waits(file: Path, engine: str, many: int) -> list[float]:
    """Milliseconds from the wish to write to the permission; a refusal counts as its 20 s."""
    options = settings.DATABASES["default"]["OPTIONS"]
    databases = ConnectionHandler(
        {"default": {"ENGINE": engine, "NAME": str(file), "OPTIONS": options}}
    )
    with databases["default"].cursor() as cursor:
        cursor.execute("CREATE TABLE people (id integer PRIMARY KEY, words text)")
        cursor.executemany("INSERT INTO people VALUES (%s, '')", [[n] for n in range(ROWS)])
    waited: list[float] = []
    ends = time.monotonic() + SECONDS

    def write() -> None:
        own = databases["default"]
        while time.monotonic() < ends:
            waited.append(_wait(own))
        own.close()

    threads = [threading.Thread(target=write) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    databases["default"].close()
    return waited


def _wait(own: BaseDatabaseWrapper) -> float:
    began = time.monotonic()
    try:
        own.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    except OperationalError:
        return (time.monotonic() - began) * 1000
    took = (time.monotonic() - began) * 1000
    with own.cursor() as cursor:
        for n in range(CHANGED):
            cursor.execute("UPDATE people SET words = %s WHERE id = %s", ["y" * 200, n])
    time.sleep(HOLDS_S)
    own.commit()
    own.set_autocommit(True)
    return took
