"""What is asked of services outside about places: work of its own, so that nothing waits for it."""

from datetime import datetime

from tracking import addresses, hints


def sweep(*, now: datetime) -> int:
    """Resolves what devices heard, and the addresses that somebody wanted to read."""
    return hints.sweep(now=now) + addresses.sweep(now=now)
