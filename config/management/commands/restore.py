from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config import backup
from config.backup_postgres import ToolError


class Command(BaseCommand):
    help = "Replaces the database by what `backup` wrote."
    requires_system_checks = ()  # there may be no database yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--force",
            action="store_true",
            help="replace a database that is not empty; take a backup whose keys are not here",
        )

    def handle(self, *, file: Path, force: bool, **_: Any) -> None:
        try:
            manifest = backup.restore(file, force=force, now=timezone.now())
        except (backup.BackupError, ToolError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored what was there at {manifest.made_at}. Next:")
        if backup.pending():
            self.stdout.write("  manage.py migrate         the backup is of an older version")
        self.stdout.write("  manage.py verify_ledger   nobody has touched the record of who looked")
        self.stdout.write("  then start the house; what was due meanwhile is done at once.")
