"""Ringing the worker once a transaction is committed, whichever host it runs on.

The apps know this only as `settings.BELL`. A bell that nobody hears costs at most a second: every
host also looks by itself.
"""

import logging
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from config import embedded
from dispatch.live import outage
from dispatch.live.teller import Teller

log = logging.getLogger(__name__)

# Kinds of `config.work.SWEEPS`. Nobody waits for the others: to ring them as well would give a
# third of a busy house's time to looking for what is not there.
RUNG = ("deadlines", "outbound", "push")


def ring() -> None:
    """After the commit of the present transaction, the worker looks at what is due, at once."""
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    if settings.REDIS_URL:
        _bells.tell({"all": None})
    else:
        embedded.ring(RUNG)


def _ring_celery(_: Mapping[str, int | None]) -> None:
    """In a thread of its own, what is rung meanwhile together: a call for help rings twice, and
    each message costs it as much as two statements."""
    from config import celery

    try:
        if outage.answers():  # Celery's own patience is longer than anybody's
            for kind in RUNG:
                celery.turn.apply_async((kind,), expires=5)
    except OperationalError:
        log.warning("bell not heard: the queue is away; the next sweep finds the work")
    except Exception:
        log.exception("bell not heard; the next sweep finds the work")


_bells = Teller(_ring_celery)
