"""A surge: everybody waits far longer than usual, so each call is kept short.

The wait is compared with the usual one of the last weeks (`SURGE_DAYS`). A surge begins at
`SURGE_FACTOR` times that, and ends below `SURGE_END_FACTOR` times it, after `SURGE_LEAST_S` at the
earliest, so that the script does not change under the operators' hands with every call. The sweep
(`watch`) decides, once for everybody; it is a row. What is asked then, and what is left for later,
stands in QUESTIONS and nowhere else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Avg, DurationField, ExpressionWrapper, F, QuerySet
from django.utils.translation import gettext_lazy as _

from dispatch.live import pokes
from dispatch.live.outage import at_best
from dispatch.models import SurgeSpell
from telephony import desk
from telephony.models import Call

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
    """Whether this is a surge, as the sweep has found, and how long people wait."""
    usual_s, present_s, _waiting = _waits(now=now)
    return Surge(SurgeSpell.objects.filter(ended_at=None).exists(), usual_s, present_s)


def watch(*, now: datetime) -> int:
    """Begins or ends a surge; how many it began or ended. Safe in any number of processes."""
    lasting = SurgeSpell.objects.filter(ended_at=None)
    spell = lasting.first()
    if spell is None and desk.queue().count() < WAITING_AT_LEAST:
        return 0
    usual_s, present_s, waiting = _waits(now=now)
    usual_s = max(usual_s, USUAL_AT_LEAST_S)
    if spell is None:
        begins = waiting >= WAITING_AT_LEAST and present_s >= settings.SURGE_FACTOR * usual_s
        return int(begins and _begin(usual_s, present_s, now=now))
    lasted_s = (now - spell.began_at).total_seconds()
    if lasted_s < settings.SURGE_LEAST_S or present_s >= settings.SURGE_END_FACTOR * usual_s:
        return 0
    pokes.after_commit("console")
    return lasting.filter(pk=spell.pk).update(ended_at=now)


def _begin(usual_s: float, present_s: float, *, now: datetime) -> bool:
    """False when another process was first."""
    try:
        with transaction.atomic():
            SurgeSpell.objects.create(began_at=now, usual_s=usual_s, present_s=present_s)
            pokes.after_commit("console")
    except IntegrityError:
        return False
    return True


def _waits(*, now: datetime) -> tuple[float, float, int]:
    """The usual and the present wait in seconds, and how many wait."""
    waiting = [_waited_s(call, now) for call in desk.queue()]
    lately = _answered().filter(
        opened_at__gt=now - timedelta(seconds=LONGEST_S),  # by its index; nobody waits longer
        answered_at__gt=now - timedelta(seconds=LATELY_S),
    )
    waits = waiting + [_waited_s(call, call.answered_at or now) for call in lately[:1000]]
    present_s = sum(waits) / len(waits) if waits else 0.0
    return _usual(now=now), present_s, len(waiting)


def _usual(*, now: datetime) -> float:
    """Measured anew every few minutes; without a cache every time."""
    key = f"usual-wait:{int(now.timestamp()) // KEPT_S}"
    kept: float | None = at_best(lambda: cache.get(key))
    if kept is None:
        kept = usual_s(now=now)
        at_best(lambda: cache.set(key, kept, 2 * KEPT_S))
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
