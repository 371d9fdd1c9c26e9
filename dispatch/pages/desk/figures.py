"""The figures on top of the console: how the desk is doing at this moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from dispatch import selectors
from dispatch.models import Deadline, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.states import OPEN, State
from elders.models import User
from providers.models import Worker
from telephony import desk as calls
from telephony.models import Call
from telephony.selectors import calls_for

ANSWER_S = 20  # the share that NENA and the TEC standard ask for
LATELY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Figures:
    waiting: int
    longest_since: datetime | None
    answered_share: int | None  # per cent of the last day's calls, None when there were none
    open: int
    at_risk: int
    on_duty: int


def read(user: User, *, now: datetime) -> Figures:
    waiting = calls.queue().filter(pk__in=calls_for(user).values("pk"))
    first = waiting.order_by("queued_at").first()
    open_ones = selectors.requests_for(user).filter(state__in=OPEN)
    open_ones = open_ones.exclude(source=ServiceRequest.Source.CANARY)
    late = Deadline.objects.filter(RUNNING, kind="state", rounds__gt=0, request__state__in=OPEN)
    at_risk = open_ones.filter(Q(state=State.UNFILLED) | Q(pk__in=late.values("request")))
    return Figures(
        waiting=waiting.count(),
        longest_since=first.queued_at if first else None,
        answered_share=_answered(user, now=now),
        open=open_ones.count(),
        at_risk=at_risk.count(),
        on_duty=Worker.objects.filter(on_duty=True, provider__active=True).count(),
    )


def _answered(user: User, *, now: datetime) -> int | None:
    """How many of the callers who waited for a person were answered in time."""
    lately = calls_for(user).filter(
        direction=Call.Direction.INBOUND, opened_at__gt=now - LATELY, queued_at__isnull=False
    )
    answered = lately.filter(answered_at__isnull=False)
    in_time = answered.filter(answered_at__lte=F("queued_at") + timedelta(seconds=ANSWER_S)).count()
    asked = answered.count() + lately.filter(state=Call.State.ABANDONED).count()
    return round(100 * in_time / asked) if asked else None
