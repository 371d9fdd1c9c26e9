"""Winding and stopping deadlines. What happens when one runs out is `deadlines.fire_due`."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from dispatch.models import Deadline
from dispatch.models.clock import RUNNING

SUBJECTS = ("request", "offer", "handover", "call", "callback", "checkin")


def arm(
    kind: str,
    *,
    after_s: float,
    now: datetime,
    rounds: int = 0,
    is_new: bool = False,
    **subject: Any,
) -> None:
    """Sets the one running clock of this kind on its subject, moving it if it already runs;
    on a subject made in this transaction (`is_new`) none does.

    `subject` is one or two of request, offer, handover, call, callback, checkin (rows or None).
    One that is due at once rings whoever runs the sweep, after commit.
    """
    exact = {name: subject.get(name) for name in SUBJECTS}
    fresh = {"due_at": now + timedelta(seconds=after_s), "rounds": rounds, "failures": 0}
    running = Deadline.objects.filter(RUNNING, kind=kind, **exact)
    if is_new or not running.update(**fresh):
        Deadline.objects.create(kind=kind, **fresh, **subject)
    if after_s < 1:
        import_string(settings.BELL)()


def clear(*kinds: str, now: datetime, **subject: Any) -> None:
    """Stops these running clocks of the subject; with no kind, all of them."""
    running = Deadline.objects.filter(RUNNING, **subject)
    if kinds:
        running = running.filter(kind__in=kinds)
    running.update(cleared_at=now)
