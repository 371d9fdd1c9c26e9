"""Rounds of work of which one that fails keeps no other from its turn."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

log = logging.getLogger(__name__)

Chore = Callable[..., int]


def do(chores: Iterable[Chore], *, now: datetime) -> int:
    """Each finds out by itself what is due; how much that was. What failed is logged, and due again
    in the next round."""
    done = 0
    for chore in chores:
        try:
            done += chore(now=now)
        except Exception:
            log.exception("chore failed", extra={"chore": chore.__module__})
    return done
