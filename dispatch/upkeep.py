"""What waits for nobody: silent devices, and what is done once a day or a month. A sweep of its
own, so that it never stands before a deadline. Each chore finds out by itself whether it is due."""

from datetime import datetime

from dispatch import arriving, canaries, chores, retention, reviews, troubles
from tracking import history, zones

CHORES = (
    *(arriving.sweep, troubles.sweep, reviews.draw_due, history.sweep, zones.sweep),
    *(retention.sweep, canaries.sweep),
)


def sweep(*, now: datetime) -> int:
    """Does what is due; how much that was."""
    return chores.do(CHORES, now=now)
