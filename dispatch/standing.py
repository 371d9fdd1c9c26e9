"""How far the day's check-ins have come: for the wall board and the figures."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from dispatch import mornings, trunks
from dispatch.models import CheckIn

State = CheckIn.State


@dataclass(frozen=True, slots=True)
class Standing:
    """`planned` for the day in all. `backlog`: due, and not rung for want of a free line.

    `oldest_s`: how long the oldest of the backlog has been due. `last_due_at`: when the plan ends,
    as it stands. `clears_s`: how long the backlog will take with the lines there are; None while
    calling out pauses because somebody waits for a person. `silent`: whose contacts are asked or
    to whom somebody goes.
    """

    day: date
    planned: int
    waiting: int
    backlog: int
    oldest_s: float
    ringing: int
    answered: int
    silent: int
    paused: int
    missed: int
    last_due_at: datetime | None
    clears_s: float | None
    held_up: bool

    @property
    def oldest_min(self) -> int:
        """Whole minutes, for people to read."""
        return int(self.oldest_s // 60)


ANSWERED = (State.WELL, State.HEARD, State.PERSON, State.VOUCHED)
SILENT = (State.CONTACTS, State.VISIT)


def today(rows: QuerySet[CheckIn], *, now: datetime) -> Standing:
    """The day it is in town, of those of `rows` (`selectors.checkins_for`). Two queries."""
    day = mornings.town_day(now)
    due = Q(state=State.WAITING, due_at__lte=now)
    counts = rows.filter(day=day).aggregate(
        planned=Count("pk"),
        waiting=_count(State.WAITING),
        backlog=Count("pk", filter=due),
        oldest=Min("due_at", filter=due),
        ringing=_count(State.RINGING),
        answered=_count(*ANSWERED),
        silent=_count(*SILENT),
        paused=_count(State.PAUSED),
        missed=_count(State.MISSED),
        last_due_at=Max("due_at", filter=Q(state=State.WAITING)),
    )
    oldest = counts.pop("oldest")
    held_up = trunks.someone_waits()
    clears_s = 60 * counts["backlog"] / mornings.a_minute() if not held_up else None
    return Standing(
        day=day,
        oldest_s=(now - oldest).total_seconds() if oldest else 0.0,
        clears_s=clears_s,
        held_up=held_up,
        **counts,
    )


def silent_today(rows: QuerySet[CheckIn], *, now: datetime) -> QuerySet[CheckIn]:
    """Those of the day that nobody answered: contacts are asked, or somebody goes."""
    return rows.filter(day=mornings.town_day(now), state__in=SILENT)


def _count(*states: str) -> Count:
    return Count("pk", filter=Q(state__in=states))
