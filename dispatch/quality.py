"""How a house answers and comes: the figures of its last four weeks.

Offers that were withdrawn are nobody's doing and do not count. On time is what the offer had
promised: the way took no longer than the clock of "late" allows (`timing.LATE_FACTOR`).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Avg, Count
from django.utils import timezone

from dispatch.models import Assignment, Offer, Rating, Survey
from dispatch.states import AssignmentState, OfferState, Role
from dispatch.timing import LATE_AT_LEAST_S, LATE_FACTOR
from providers.models import Provider

LATELY = timedelta(days=28)
ANSWERED = (OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Day:
    """How the offers of one day in town were answered."""

    accepted: int = 0
    declined: int = 0
    expired: int = 0

    @property
    def offers(self) -> int:
        return self.accepted + self.declined + self.expired


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares are from 0 to 1, and None without anything to measure; `score` is from 1 to 5."""

    offers: int
    accepted: float | None
    accept_s: float | None  # median from asked to accepted
    arrivals: int
    on_time: float | None
    visits: int
    scored: int
    score: float | None
    rated: int  # by families, in stars from 1 to 5
    stars: float | None
    days: list[Day]  # the oldest first, today last

    @property
    def is_empty(self) -> bool:
        """Nothing to measure yet."""
        return not (self.offers or self.arrivals or self.visits or self.scored or self.rated)

    @property
    def whole(self) -> Day:
        """All days together."""
        return Day(*(sum(getattr(day, word) for day in self.days) for word in ANSWERED))

    @property
    def most(self) -> int:
        """Offers of the fullest day."""
        return max(day.offers for day in self.days)


def measure(house: Provider, *, now: datetime) -> Quality:
    since = now - LATELY
    answered = Offer.objects.filter(
        worker__provider=house, made_at__gte=since, state__in=ANSWERED
    ).values_list("state", "made_at", "answered_at")
    waits = [
        (at - made).total_seconds() for state, made, at in answered if state == "accepted" and at
    ]
    visits = Assignment.objects.filter(worker__provider=house, assigned_at__gte=since)
    ways = [
        (there - left).total_seconds() <= max(LATE_AT_LEAST_S, eta_s * LATE_FACTOR)
        for left, there, eta_s in visits.filter(
            role=Role.RESPONDER,
            en_route_at__isnull=False,
            on_scene_at__isnull=False,
            offer__isnull=False,
        ).values_list("en_route_at", "on_scene_at", "offer__eta_s")
        if left and there and eta_s is not None
    ]
    said = Survey.objects.filter(
        worker__provider=house, state=Survey.State.ANSWERED, ended_at__gte=since
    ).aggregate(times=Count("pk"), mean=Avg("score"))
    stars = Rating.objects.filter(worker__provider=house, at__gte=since).aggregate(
        times=Count("pk"), mean=Avg("stars")
    )
    return Quality(
        offers=len(answered),
        accepted=len(waits) / len(answered) if answered else None,
        accept_s=median(waits) if waits else None,
        arrivals=len(ways),
        on_time=sum(ways) / len(ways) if ways else None,
        visits=visits.filter(state=AssignmentState.CLEARED).count(),
        scored=said["times"],
        score=said["mean"],
        rated=stars["times"],
        stars=stars["mean"],
        days=_by_day([(state, made) for state, made, _at in answered], now=now),
    )


def _by_day(answered: list[tuple[str, datetime]], *, now: datetime) -> list[Day]:
    today = timezone.localdate(now)
    seen = Counter((state, (today - timezone.localdate(made)).days) for state, made in answered)
    return [
        Day(*(seen[str(state), ago] for state in ANSWERED)) for ago in reversed(range(LATELY.days))
    ]
