"""`manage.py replay FILE --speed X`: real calls through the simulator carrier, the whole path.

The settings of this process are its own: the simulator is on, the database is
`var/replay.sqlite3` or `--database URL`, and the world is simulated; nothing else is.
"""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from tqdm import tqdm

from config.replay import report
from config.replay.calls import BadFile, RealCall, read
from config.replay.clock import Clock
from config.replay.people import settle_town
from config.replay.run import Replay

INSIDE = "ONE_NUMBER_REPLAY"

LONGEST_H = 10 * 366 * 24


class Command(BaseCommand):
    requires_system_checks = []  # a world of its own: it needs nothing that a town must set
    help = "Plays a CSV of real calls through the whole house and reports how it did."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV: called_at,lat,lon,nature,township")
        parser.add_argument(
            "--speed",
            type=float,
            default=0.0,
            help="simulated seconds to a real one; 0: as fast as it goes, the same every time",
        )
        parser.add_argument("--operators", type=int, default=4)
        parser.add_argument("--workers", type=int, default=800)
        parser.add_argument("--providers", type=int, default=160)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--hours", type=float, help="only the first so many hours of the file")
        parser.add_argument("--database", help="an empty database's URL; else var/replay.sqlite3")

    def handle(self, *, file: Path, database: str | None, **options: Any) -> None:
        _sound(options)
        calls = self._read(file, options["hours"])
        if os.environ.get(INSIDE) != "1":
            raise SystemExit(_again_inside(database))
        call_command("migrate", verbosity=0)
        clock = Clock(calls[0].called_at - timedelta(minutes=5), speed=options["speed"])
        began_s = time.monotonic()
        with clock.ruling():
            self._play(calls, clock, options)
            self.stdout.write("")
            for line in report.lines(zone=ZoneInfo(settings.TIME_ZONE), now=clock.now()):
                self.stdout.write(line)
        self.stdout.write(
            f"Played {len(calls)} calls over {calls[-1].called_at - calls[0].called_at} with"
            f" {options['operators']} operators and {options['workers']} workers, seed"
            f" {options['seed']}, in {time.monotonic() - began_s:.0f} s.\n"
            f"Next: the whole story stands in {connection.settings_dict['NAME']}."
        )

    def _play(self, calls: list[RealCall], clock: Clock, options: dict[str, Any]) -> None:
        with transaction.atomic():
            people = settle_town(
                calls,
                workers=options["workers"],
                providers=options["providers"],
                operators=options["operators"],
                seed=options["seed"],
                now=clock.now(),
            )
        clock.begin()
        replay = Replay(calls, people, clock, seed=options["seed"])
        with tqdm(total=len(calls), unit=" calls", desc="Playing") as bar:
            replay.play(progress=bar.update)

    def _read(self, file: Path, hours: float | None) -> list[RealCall]:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as reason:
            raise CommandError(f"{file}: cannot be read: {reason}") from None
        try:
            calls, bad = read(text.split("\n"), zone=ZoneInfo(settings.TIME_ZONE))
        except BadFile as reason:
            raise CommandError(f"{file}: {reason}") from None
        if os.environ.get(INSIDE) != "1":
            for row in bad:
                self.stderr.write(f"{file}: {row}; left out")
        if hours is not None and calls:
            ends = calls[0].called_at + timedelta(hours=hours)
            calls = [call for call in calls if call.called_at < ends]
        if not calls:
            raise CommandError(f"{file}: there is no call to play")
        return calls


def _sound(options: dict[str, Any]) -> None:
    for name, least in (("speed", 0), ("operators", 1), ("workers", 1), ("providers", 1)):
        if not options[name] >= least:
            raise CommandError(f"--{name}: must be at least {least}")
    hours = options["hours"]
    if hours is not None and not 0 < hours <= LONGEST_H:
        raise CommandError(f"--hours: must be more than 0 and at most {LONGEST_H}")


def _again_inside(database: str | None) -> int:
    """Runs this command again in a process with settings of its own: they cannot change later."""
    own = settings.VAR_DIR / "replay.sqlite3"
    if database is None:
        for leftover in settings.VAR_DIR.glob("replay.sqlite3*"):
            leftover.unlink()
    environment = os.environ | {
        INSIDE: "1",
        "SIMULATOR": "1",
        "DATABASE_URL": database or f"sqlite:///{own.resolve()}",
        "REDIS_URL": "",
        # Made-up people in a database of their own need no secret.
        "SECRET_KEY": "replay-" + "0" * 50,
        "FIELD_KEYS": "replay-" + "1" * 50,
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "ERROR"),
    }
    command = [sys.executable, *sys.argv]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
