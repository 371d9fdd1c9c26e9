"""The day's calls by the hour, against the usual: is this a day like others?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractHour
from django.utils import timezone

from telephony.models import Call

WEEKS = 4


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Calls that came in by the town's hour, 24 of each.

    `usual` is the mean of the same weekday over the last four weeks, `today` ends with the hour
    that runs.
    """

    today: list[int]
    usual: list[float]

    @property
    def is_empty(self) -> bool:
        """Nothing has come, neither today nor on the days it is held against."""
        return not any(self.today) and not any(self.usual)

    @property
    def so_far(self) -> int:
        return sum(self.today)

    @property
    def usual_so_far(self) -> float:
        """Of the hours that are over, and of the one that runs in full."""
        return sum(self.usual[: len(self.today)])


def read(calls: QuerySet[Call], *, now: datetime) -> Rhythm:
    """Of those of `calls` that came in. Two queries."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    came = calls.filter(direction=Call.Direction.INBOUND)
    if settings.CANARY_NUMBER:
        came = came.exclude(from_number=settings.CANARY_NUMBER)
    past = Q(pk__in=[])
    for week in range(1, WEEKS + 1):
        began = midnight - timedelta(days=7 * week)
        past |= Q(opened_at__gte=began, opened_at__lt=began + timedelta(days=1))
    today = _by_hour(came.filter(opened_at__gte=midnight, opened_at__lte=now))
    usual = _by_hour(came.filter(past))
    return Rhythm(
        today=[today.get(hour, 0) for hour in range(timezone.localtime(now).hour + 1)],
        usual=[usual.get(hour, 0) / WEEKS for hour in range(24)],
    )


def _by_hour(calls: QuerySet[Call]) -> dict[int, int]:
    told = calls.annotate(hour=ExtractHour("opened_at")).values_list("hour").order_by("hour")
    return dict(told.annotate(count=Count("pk")))
