"""Link new entries of the ledger and make the roots of finished days."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from elders import ledger


class Command(BaseCommand):
    help = "Link new entries of the ledger of reads, and make the Merkle roots of finished days."

    def handle(self, *args: Any, **options: Any) -> None:
        linked = ledger.seal(now=timezone.now())
        self.stdout.write(f"{linked} entries linked")
        for root in ledger.roots():
            self.stdout.write(f"{root['day']} {root['root']}")
