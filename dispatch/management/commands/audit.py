"""`manage.py audit`: finds what nobody watches. Silent and 0 in a sound house, else 1."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from dispatch import selectors

MEANING = {
    "no_clock": "open requests without a running clock",
    "no_owner": "requests that a worker should have and none does",
    "no_offer": "requests said to be offered, and offered to nobody",
    "unclaimed": "emergencies that nobody has and no clock watches",
    "overdue": "deadlines that should have fired a minute ago",
    "callbacks": "call-backs without a running clock",
}


class Command(BaseCommand):
    help = "Finds open requests, emergencies and call-backs that nobody watches; 1 if there are."

    def handle(self, *args: Any, **options: Any) -> None:
        found = {name: ids for name, ids in selectors.unwatched(now=timezone.now()).items() if ids}
        for name, ids in found.items():
            listed = ", ".join(map(str, ids))
            self.stdout.write(f"{name} ({MEANING[name]}): {listed}")
        if found:
            sys.exit(1)
