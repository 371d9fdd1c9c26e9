"""The work behind the pages: deadlines, calls and texts, the ledger, the carriers' own.

They are sweeps over rows, safe to run from any number of places at once. The embedded ticker and
the Celery worker differ only in who rings; both call `turn`.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

from django.db import DatabaseError
from django.utils import timezone
from django.utils.module_loading import import_string
from prometheus_client import Counter, Histogram

from config.models import Heartbeat

log = logging.getLogger(__name__)

Sweep = Callable[..., int | None]

# What is to be done → the function that does it, called with `now=` alone.
SWEEPS = {
    "deadlines": "dispatch.deadlines.fire_due",
    "outbound": "telephony.outbound.deliver_due",
    "push": "telephony.push.deliver_due",
    "calling": "dispatch.calling.sweep",
    "ledger": "elders.ledger.seal",
    "upkeep": "dispatch.upkeep.sweep",
    "carriers": "telephony.carriers.registry.tend",
    "parts": "config.missed.sweep",
    "places": "tracking.places.sweep",
}
BEAT_EVERY_S = 5.0
SILENT_AFTER_S = 20.0

_took = Histogram("one_number_sweep_seconds", "How long a sweep took", ["work"])
_broke = Counter("one_number_sweep_errors_total", "Sweeps that raised an exception", ["work"])
_last_beat: dict[str, datetime] = {}


@cache
def _sweep(work: str) -> Sweep:
    found: Sweep = import_string(SWEEPS[work])
    return found


def turn(work: str, *, now: datetime) -> int:
    """Does what is due of `work` and returns how much that was; an error is logged, never raised.

    An error costs this turn only: what is still due is found again by the next one. The heart beats
    first: a turn that takes long is heard from at its beginning, one that hangs is not any more.
    """
    _beat(work, now=now)
    done = 0
    try:
        with _took.labels(work).time():
            done = _sweep(work)(now=now) or 0
    except Exception:  # whatever breaks, the next turn must come
        _broke.labels(work).inc()
        log.exception("sweep failed", extra={"work": work})
    return done


def _beat(work: str, *, now: datetime) -> None:
    """Says at most every `BEAT_EVERY_S` that this work is being done.

    Also where every turn fails: the worker lives, and what it fails to do shows as overdue.
    """
    last = _last_beat.get(work)
    if last is not None and timedelta() <= now - last < timedelta(seconds=BEAT_EVERY_S):
        return
    try:
        Heartbeat.beat(work, now=now)
        _last_beat[work] = now
    except DatabaseError:  # the sweep will say so, too
        log.warning("heartbeat not written", extra={"work": work})


def turn_now(work: str) -> int:
    """`turn` at the present moment, for the hosts."""
    return turn(work, now=timezone.now())
