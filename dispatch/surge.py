"""A surge: everybody waits far longer than usual, so each call is kept short.

The wait is compared with the usual one of the last weeks (`SURGE_DAYS`, `SURGE_FACTOR`). What is
asked then, and what is left for later, stands in QUESTIONS and nowhere else.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Avg, DurationField, ExpressionWrapper, F, QuerySet
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from telephony import desk
from telephony.models import Call

log = logging.getLogger(__name__)

LATELY_S = 600  # answered within this, or waiting now: the present wait
LONGEST_S = 7200
USUAL_AT_LEAST_S = 5.0  # a desk that answers at once is not in a surge after three seconds
WAITING_AT_LEAST = 3  # one long wait is bad luck, and the answer-time rules have it
KEPT_S = 300  # the usual wait is measured this often

# (question, whether it is asked in a surge too)
QUESTIONS: list[tuple[Any, bool]] = [
    (_("Who is it about, and where are you now?"), True),
    (_("What has happened? Is anybody in danger?"), True),
    (_("Awake, breathing, bleeding?"), True),
    (_("Which number do we ring back?"), True),
    (_("Is somebody with you, or has a key?"), True),
    (_("Is the address in the register still right?"), False),
    (_("Who should come, and when suits best?"), False),
    (_("Price, subsidy and how it is paid"), False),
    (_("Were you content last time?"), False),
    (_("Is there anything else?"), False),
]


@dataclass(frozen=True, slots=True)
class Surge:
    """`usual_s` and `present_s`: mean waits in seconds. Not `on`: everything is asked."""

    on: bool
    usual_s: float
    present_s: float

    @property
    def asked(self) -> list[str]:
        return [str(words) for words, always in QUESTIONS if always or not self.on]

    @property
    def skipped(self) -> list[str]:
        return [str(words) for words, always in QUESTIONS if self.on and not always]


def now_or_not(*, now: datetime) -> Surge:
    """Whether this is a surge."""
    waiting = [_waited_s(call, now) for call in desk.queue()]
    lately = _answered().filter(
        opened_at__gt=now - timedelta(seconds=LONGEST_S),  # by its index; nobody waits longer
        answered_at__gt=now - timedelta(seconds=LATELY_S),
    )
    waits = waiting + [_waited_s(call, call.answered_at or now) for call in lately[:1000]]
    present_s = sum(waits) / len(waits) if waits else 0.0
    usual_s = _usual(now=now)
    line_s = settings.SURGE_FACTOR * max(usual_s, USUAL_AT_LEAST_S)
    return Surge(len(waiting) >= WAITING_AT_LEAST and present_s >= line_s, usual_s, present_s)


def _usual(*, now: datetime) -> float:
    """Measured anew every few minutes; without a cache every time."""
    key = f"usual-wait:{int(now.timestamp()) // KEPT_S}"
    try:
        kept: float | None = cache.get(key)
        if kept is None:
            kept = usual_s(now=now)
            cache.set(key, kept, 2 * KEPT_S)
    except (RedisError, OSError):
        log.warning("the usual wait is measured each time: the cache is away")
        return usual_s(now=now)
    return kept


def usual_s(*, now: datetime) -> float:
    """The mean wait of the callers answered in the last SURGE_DAYS, without the last hour."""
    wait = ExpressionWrapper(F("answered_at") - F("opened_at"), output_field=DurationField())
    earlier = _answered().filter(
        opened_at__gt=now - timedelta(days=settings.SURGE_DAYS),
        opened_at__lte=now - timedelta(hours=1),
    )
    mean: timedelta | None = earlier.aggregate(mean=Avg(wait))["mean"]
    return mean.total_seconds() if mean else 0.0


def _answered() -> QuerySet[Call]:
    return Call.objects.filter(direction=Call.Direction.INBOUND, answered_at__isnull=False)


def _waited_s(call: Call, until: datetime) -> float:
    return (until - call.opened_at).total_seconds()
