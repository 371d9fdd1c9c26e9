"""Prove the ledger of reads, or write it out for a proof elsewhere."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from elders import ledger


class Command(BaseCommand):
    help = "Check the ledger of reads: that no entry was changed, removed, added or reordered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--export",
            type=Path,
            metavar="FILE",
            help="write the ledger as JSON lines instead, for `python -m elders.chain FILE`",
        )

    def handle(self, *args: Any, export: Path | None, **options: Any) -> None:
        if export:
            write(export)
            return
        faults = ledger.verify()
        for fault in faults:
            self.stdout.write(str(fault))
        end = ledger.head()
        waiting = ledger.unlinked().count()
        self.stdout.write(f"{end['position']} entries, {waiting} not linked yet, {end['hash']}")
        if faults:
            raise CommandError(f"{len(faults)} faults in the ledger")


def write(path: Path) -> None:
    """One JSON object a line: roots, entries, and the head last."""
    days, end = list(ledger.roots()), ledger.head()
    with path.open("w", encoding="utf-8") as out:
        for root in days:
            out.write(json.dumps({"root": root}) + "\n")
        for entry in ledger.entries(end):
            out.write(json.dumps({"entry": entry}) + "\n")
        out.write(json.dumps({"head": end}) + "\n")
