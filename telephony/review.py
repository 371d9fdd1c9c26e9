"""Calls drawn for review: two a handler a month, one of them an emergency where there was one.

The draw is seeded by month and handler (`settings.AUDIT_SEED`), so that anybody can draw it again
and nobody can choose.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from elders.models import User
from telephony.errors import CallError
from telephony.models import Call, CallReview, Priority

A_MONTH = 2
QUESTIONS = ("greeting", "identity", "need", "location", "manner", "outcome")
BEST = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A handler's month: `score` is the share of points in percent, None before a review."""

    handler: User
    drawn: int
    reviewed: int
    emergencies: int
    score: int | None


def draw(month: date, *, now: datetime) -> list[CallReview]:
    """Draws `month` for every handler who has not been drawn; returns what is new.

    CallError("not_over") before the month has ended: whoever knows may not choose.
    """
    first = month.replace(day=1)
    since, until = _bounds(first)
    if until > now:
        raise CallError("not_over", _("This month has not ended yet."))
    spoken = Call.objects.filter(
        answered_at__gte=since, answered_at__lt=until, operator__isnull=False
    )
    made = []
    with transaction.atomic():
        drawn = CallReview.objects.filter(month=first).values("handler")
        handlers = spoken.exclude(operator__in=drawn).order_by("operator")
        for handler in handlers.values_list("operator", flat=True).distinct():
            theirs = spoken.filter(operator=handler)
            for call in choose(_facts(theirs), seed=f"{settings.AUDIT_SEED}:{first}:{handler}"):
                emergency = theirs.filter(pk=call, priority=Priority.EMERGENCY).exists()
                made.append(
                    CallReview.objects.create(
                        call_id=call,
                        handler_id=handler,
                        month=first,
                        emergency=emergency,
                        drawn_at=now,
                    )
                )
    return made


def choose(calls: Iterable[tuple[int, bool]], *, seed: str) -> list[int]:
    """Two of `calls` (id, whether an emergency): an emergency first, where there is one."""
    luck = Random(seed)  # noqa: S311 - a draw that can be repeated, no secret
    rows = sorted(calls)
    emergencies = [pk for pk, grave in rows if grave]
    chosen = [luck.choice(emergencies)] if emergencies else []
    ordinary = [pk for pk, grave in rows if not grave]
    rest = ordinary or [pk for pk in emergencies if pk not in chosen]
    return chosen + luck.sample(rest, min(A_MONTH - len(chosen), len(rest)))


def mark(
    review_id: int, marks: Mapping[str, int], *, note: str, by: User, now: datetime
) -> CallReview:
    """What the reviewer found: 0, 1 or 2 for every question. Nobody reviews their own call."""
    review = CallReview.objects.filter(pk=review_id).first()
    if review is None:
        raise CallError("not_found", _("There is no such review."), http_status=404)
    if review.handler_id == by.pk:
        raise CallError("own_call", _("A colleague reviews your calls."), http_status=403)
    wrong = [q for q in QUESTIONS if marks.get(q) not in range(BEST + 1)]
    if wrong:
        reason = _("Give every question 0, 1 or 2.")
        raise CallError("bad_request", reason, http_status=400, fields=dict.fromkeys(wrong, reason))
    review.marks = {question: marks[question] for question in QUESTIONS}
    review.note, review.reviewer, review.reviewed_at = note, by, now
    review.save()
    return review


def report(month: date) -> list[Line]:
    """A line a handler, in the order of their names."""
    rows = CallReview.objects.filter(month=month.replace(day=1)).select_related("handler")
    by_handler: dict[User, list[CallReview]] = {}
    for row in rows:
        by_handler.setdefault(row.handler, []).append(row)
    lines = [_line(handler, theirs) for handler, theirs in by_handler.items()]
    return sorted(lines, key=lambda line: str(line.handler))


def _line(handler: User, rows: list[CallReview]) -> Line:
    done = [row for row in rows if row.reviewed_at]
    points = sum(sum(row.marks.values()) for row in done)
    most = BEST * len(QUESTIONS) * len(done)
    return Line(
        handler=handler,
        drawn=len(rows),
        reviewed=len(done),
        emergencies=sum(row.emergency for row in rows),
        score=round(100 * points / most) if most else None,
    )


def _facts(calls: Iterable[Call]) -> list[tuple[int, bool]]:
    return [(call.pk, call.priority == Priority.EMERGENCY) for call in calls]


def _bounds(first: date) -> tuple[datetime, datetime]:
    """The month in town time."""
    following = (first + timedelta(days=32)).replace(day=1)
    zone = timezone.get_default_timezone()
    began, ended = (datetime(day.year, day.month, 1, tzinfo=zone) for day in (first, following))
    return began, ended
