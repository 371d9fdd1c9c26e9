"""Whether a device's clock can be believed."""

from datetime import UTC, datetime, timedelta

from tracking.models import Clock

AHEAD = timedelta(seconds=120)  # a device's clock may be this much ahead of ours
EPOCH = datetime(2001, 1, 1, tzinfo=UTC)  # clocks that nobody set begin in 1970, 1980 or 2000


def clock_at(said: datetime, *, now: datetime) -> Clock:
    """What a device's clock is worth that says `said` now. Old is not wrong: it may be buffered."""
    if said > now + AHEAD:
        return Clock.AHEAD
    return Clock.UNSET if said < EPOCH else Clock.GOOD
