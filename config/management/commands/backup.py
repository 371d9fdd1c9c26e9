from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config import backup
from config.backup_postgres import ToolError


class Command(BaseCommand):
    help = "Writes everything needed to stand up elsewhere, except the keys, into one file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_: Any) -> None:
        try:
            manifest = backup.write(file, now=timezone.now())
        except (backup.BackupError, ToolError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{file}: {manifest.engine}, {manifest.bytes:,} bytes of data.")
        self.stdout.write(f"Reading it needs the key(s) {', '.join(manifest.keys)} (fingerprints).")
