"""What the service is measured by."""

from datetime import date, datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from typing_extensions import TypedDict

from dispatch import figures, selectors, standing
from dispatch.api.devices import Span
from dispatch.api.errors import Invalid
from dispatch.api.kinds import reader
from dispatch.figures import PERCENTILES, THRESHOLDS_S, Answers, Tally
from dispatch.standing import Standing
from telephony.selectors import calls_for

router = Router(tags=["stats"])
LONGEST = timedelta(days=31)


class AnswerShape(TypedDict):
    """Seconds by percentile ("p50" …) and shares by threshold ("15" …); null without a call."""

    calls: int
    abandoned: int
    percentiles_s: dict[str, float | None]
    within: dict[str, float | None]


class TallyShape(TypedDict):
    requests: int
    open: int
    late: int
    unfilled: int


class HourShape(TallyShape):
    hour: datetime
    answer: AnswerShape


class GridShape(TallyShape):
    grid: str
    answer: AnswerShape


class CheckInsShape(TypedDict):
    """Of the town day it is now. `backlog`: due, and not rung for want of a free line; it clears
    in `clears_s`, or (null) not before nobody waits for a person any more."""

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


class StatsShape(TallyShape):
    """`open`, `late` and `unfilled` are as of now, everything else of the span asked for."""

    checkins: CheckInsShape

    since: datetime
    until: datetime
    answer: AnswerShape
    by_hour: list[HourShape]
    by_grid: list[GridShape]


@router.get("", response=StatsShape)
def get_stats(request: HttpRequest, span: Query[Span]) -> StatsShape:
    """Answer times, and what is open, late and unfilled; the last 24 hours unless told else."""
    user, now = reader(request), timezone.now()
    until = span.until or now
    since = span.since or until - timedelta(days=1)
    if not timedelta() < until - since <= LONGEST:
        raise Invalid(**{"from": "before `to`, and at most 31 days"})
    found = figures.measure(
        selectors.requests_for(user, now=now), calls_for(user), since=since, until=until
    )
    return {
        "since": since,
        "until": until,
        "answer": _answer(found.answers),
        **_tally(found.total),
        "checkins": _checkins(standing.today(selectors.checkins_for(user), now=now)),
        "by_hour": [
            {"hour": hour, "answer": _answer(answers), **_tally(tally)}
            for hour, (answers, tally) in found.hours.items()
        ],
        "by_grid": [
            {"grid": grid, "answer": _answer(answers), **_tally(tally)}
            for grid, (answers, tally) in found.grids.items()
        ],
    }


def _answer(answers: Answers) -> AnswerShape:
    return {
        "calls": answers.calls,
        "abandoned": answers.abandoned,
        "percentiles_s": {f"p{each}": answers.percentile(each) for each in PERCENTILES},
        "within": {str(each): answers.within(each) for each in THRESHOLDS_S},
    }


def _checkins(told: Standing) -> CheckInsShape:
    return {
        "day": told.day,
        "planned": told.planned,
        "waiting": told.waiting,
        "backlog": told.backlog,
        "oldest_s": told.oldest_s,
        "ringing": told.ringing,
        "answered": told.answered,
        "silent": told.silent,
        "paused": told.paused,
        "missed": told.missed,
        "last_due_at": told.last_due_at,
        "clears_s": told.clears_s,
        "held_up": told.held_up,
    }


def _tally(tally: Tally) -> TallyShape:
    return {
        "requests": tally.requests,
        "open": tally.open,
        "late": tally.late,
        "unfilled": tally.unfilled,
    }
