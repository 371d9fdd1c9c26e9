"""`manage.py deletions`: what is kept how long, what was deleted last, and what is too old now."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from dispatch import retention
from dispatch.models import Deletion


class Command(BaseCommand):
    help = "Proves the deletions: 1 when something is older than a day beyond its time."

    def handle(self, *args: Any, **options: Any) -> None:
        now, overdue = timezone.now(), 0
        for kind in retention.KINDS:
            days = getattr(settings, kind.setting)
            last = Deletion.objects.filter(kind=kind.name, ended_at__isnull=False).first()
            told = f"{last.day}: {last.deleted} deleted, {last.left} left" if last else "never yet"
            before = kind.before(now - timedelta(days=1))
            left = kind.left(before) if before else 0
            overdue += left
            self.stdout.write(f"{kind.name:12} {days:5} days  {told}  overdue now: {left}")
        if overdue:
            raise SystemExit(1)
