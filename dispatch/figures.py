"""What a service is measured by: how soon calls are answered, what is open, late and unfilled.

Answer times follow GB/T 33358 (15 s), NENA (20 s), TEC (60 and 180 s). They count calls that
asked for a person: those answered, and those abandoned, which no threshold counts as answered.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import NamedTuple, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from dispatch.models import Notice, ServiceRequest
from dispatch.states import OPEN, State
from telephony.models import Call

THRESHOLDS_S = (15, 20, 60, 180)
PERCENTILES = (50, 90, 95, 99)
Key = TypeVar("Key", bound=datetime | str)
LATE = frozenset({"not_departed", "late", "overdue", "unclaimed", "handover_unconfirmed"})


@dataclass(slots=True)
class Answers:
    """Calls that asked for a person. `waits_s` of those answered."""

    waits_s: list[float] = field(default_factory=list)
    abandoned: int = 0

    @property
    def calls(self) -> int:
        return len(self.waits_s) + self.abandoned

    def percentile(self, percent: int) -> float | None:
        """Nearest rank, in seconds; None when nobody was answered."""
        if not self.waits_s:
            return None
        ordered = sorted(self.waits_s)
        return ordered[max(0, ceil(percent / 100 * len(ordered)) - 1)]

    def within(self, seconds: int) -> float | None:
        """The share answered within `seconds`; None without a call."""
        if not self.calls:
            return None
        return sum(wait <= seconds for wait in self.waits_s) / self.calls


class Tally(NamedTuple):
    """Requests by their present state; the late and unfilled are among the open."""

    requests: int
    open: int
    late: int
    unfilled: int


@dataclass(frozen=True, slots=True)
class Figures:
    """`by_hour` by the town hour in which a call or request came in, `by_grid` by grid code."""

    answers: Answers
    total: Tally
    hours: dict[datetime, tuple[Answers, Tally]]
    grids: dict[str, tuple[Answers, Tally]]


class CallRow(NamedTuple):
    opened_at: datetime
    grid: str | None
    answered_at: datetime | None


class RequestRow(NamedTuple):
    opened_at: datetime
    grid: str
    state: str
    late: bool


def measure(
    requests: QuerySet[ServiceRequest], calls: QuerySet[Call], *, since: datetime, until: datetime
) -> Figures:
    """The figures of what came in from `since` to before `until`, and of all that is open now."""
    came = Q(opened_at__gte=since, opened_at__lt=until)
    late = Notice.objects.filter(request=OuterRef("pk"), code__in=LATE, done_at=None)
    real = requests.exclude(source=ServiceRequest.Source.CANARY)
    rows = real.filter(came | Q(state__in=OPEN)).annotate(late=Exists(late))
    told = [RequestRow(*row) for row in rows.values_list("opened_at", "grid", "state", "late")]
    rung = calls.filter(came, direction=Call.Direction.INBOUND).filter(
        Q(answered_at__isnull=False) | Q(state=Call.State.ABANDONED)
    )
    heard = rung.values_list("opened_at", "elder__grid__code", "answered_at")
    waited = [CallRow(*row) for row in heard]
    lately = [row for row in told if since <= row.opened_at < until]
    return Figures(
        answers=_answers(waited),
        total=_tally(told),
        hours=_by(lambda row: _hour(row.opened_at), waited, lately),
        grids=_by(lambda row: row.grid or "", waited, told),
    )


def _by(
    key: Callable[[CallRow | RequestRow], Key], calls: list[CallRow], requests: list[RequestRow]
) -> dict[Key, tuple[Answers, Tally]]:
    """The same figures for each value of `key`, in its order."""
    some_calls: defaultdict[Key, list[CallRow]] = defaultdict(list)
    some_requests: defaultdict[Key, list[RequestRow]] = defaultdict(list)
    for call in calls:
        some_calls[key(call)].append(call)
    for request in requests:
        some_requests[key(request)].append(request)
    keys = sorted({*some_calls, *some_requests}, key=str)
    return {each: (_answers(some_calls[each]), _tally(some_requests[each])) for each in keys}


def _hour(instant: datetime) -> datetime:
    """The beginning of its hour in town."""
    return timezone.localtime(instant).replace(minute=0, second=0, microsecond=0)


def _answers(calls: list[CallRow]) -> Answers:
    waits = [
        (call.answered_at - call.opened_at).total_seconds() for call in calls if call.answered_at
    ]
    return Answers(waits, abandoned=len(calls) - len(waits))


def _tally(requests: list[RequestRow]) -> Tally:
    still = [row for row in requests if row.state in OPEN]
    return Tally(
        requests=len(requests),
        open=len(still),
        late=sum(row.late for row in still),
        unfilled=sum(row.state == State.UNFILLED for row in still),
    )
