"""What we ring by ourselves every day: planned once, rung as lines are free. A sweep of its own,
so that fifty thousand check-ins never stand before anybody's deadline."""

from datetime import datetime

from dispatch import checkins, mornings, surveys


def sweep(*, now: datetime) -> int:
    """Plans the day when it has begun, and rings who is due; returns how many were rung."""
    mornings.plan(now=now)
    return checkins.ring_due(now=now) + surveys.ring_due(now=now)
