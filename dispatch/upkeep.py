"""What waits for nobody: silent devices, and what is done once a day or a month. A sweep of its
own, so that it never stands before a deadline. Each chore finds out by itself whether it is due."""

import logging
from datetime import datetime

from dispatch import arriving, canaries, retention, reviews, troubles
from tracking import history, zones

log = logging.getLogger(__name__)
CHORES = (
    *(arriving.sweep, troubles.sweep, reviews.draw_due, history.sweep, zones.sweep),
    *(retention.sweep, canaries.sweep),
)


def sweep(*, now: datetime) -> int:
    """Does what is due; one chore that fails keeps no other from its turn."""
    done = 0
    for chore in CHORES:
        try:
            done += chore(now=now)
        except Exception:
            log.exception("chore failed", extra={"chore": chore.__module__})
    return done
