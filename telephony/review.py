"""Calls drawn for review: two a handler a month, one of them an emergency where there was one.

A month is drawn once. Its seed is thrown when it is drawn, so that nobody can know before, and
kept with the draw, so that anybody can draw it again and nobody can choose.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from elders.models import User
from telephony.errors import CallError
from telephony.models import Call, CallReview, Priority, ReviewDraw

A_MONTH = 2
QUESTIONS = ("greeting", "identity", "need", "location", "manner", "outcome")
BEST = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A handler's month: on how many calls they spoke, how many of them were emergencies, how many
    were drawn and reviewed. `score` is the share of points in percent, None before a review."""

    handler: User
    calls: int
    emergencies: int
    drawn: int
    reviewed: int
    score: int | None


def draw(
    month: date, *, emergencies: Iterable[int], now: datetime, seed: str = ""
) -> list[CallReview]:
    """Draws `month` for every handler; nothing when it has been drawn. Safe in any number of
    processes. `emergencies`: ids of calls that were about one, whatever they began as.

    CallError("not_over") before the month has ended in town: whoever knows may not choose.
    """
    first = month.replace(day=1)
    since, until = _bounds(first)
    if until > now:
        raise CallError("not_over", _("This month has not ended yet."))
    with transaction.atomic():
        made, is_new = ReviewDraw.objects.get_or_create(
            month=first, defaults={"seed": seed or secrets.token_hex(16), "drawn_at": now}
        )
        if not is_new:
            return []
        spoken = Call.objects.filter(answered_at__gte=since, answered_at__lt=until)
        grave = Q(priority=Priority.EMERGENCY) | Q(pk__in=emergencies)
        theirs = _by_handler(spoken.filter(operator__isnull=False), grave)
        made.pool = {
            handler: {"calls": len(calls), "emergencies": sum(one for _pk, one in calls)}
            for handler, calls in theirs.items()
        }
        made.save(update_fields=["pool"])
        return CallReview.objects.bulk_create(
            CallReview(
                call_id=pk, handler_id=handler, month=first, emergency=is_grave, drawn_at=now
            )
            for handler, calls in theirs.items()
            for pk, is_grave in choose(calls, seed=f"{made.seed}:{first}:{handler}")
        )


def last_month(now: datetime) -> date:
    """The first day of the month that has ended last, in town."""
    first = timezone.localtime(now).date().replace(day=1)
    return (first - timedelta(days=1)).replace(day=1)


def choose(calls: Iterable[tuple[int, bool]], *, seed: str) -> list[tuple[int, bool]]:
    """Two of `calls` (id, whether an emergency): an emergency first, where there is one."""
    luck = Random(seed)  # noqa: S311 - a draw that can be repeated, no secret
    rows = sorted(calls)
    grave = [row for row in rows if row[1]]
    chosen = [luck.choice(grave)] if grave else []
    ordinary = [row for row in rows if not row[1]]
    rest = ordinary or [row for row in grave if row not in chosen]
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
    first = month.replace(day=1)
    made = ReviewDraw.objects.filter(month=first).first()
    pool = made.pool if made else {}
    by_handler: dict[User, list[CallReview]] = {}
    for row in CallReview.objects.filter(month=first).select_related("handler"):
        by_handler.setdefault(row.handler, []).append(row)
    lines = [_line(who, theirs, pool.get(str(who.pk), {})) for who, theirs in by_handler.items()]
    return sorted(lines, key=lambda line: str(line.handler))


def _line(handler: User, rows: list[CallReview], pool: dict[str, int]) -> Line:
    done = [row for row in rows if row.reviewed_at]
    points = sum(sum(row.marks.values()) for row in done)
    most = BEST * len(QUESTIONS) * len(done)
    return Line(
        handler=handler,
        calls=pool.get("calls", len(rows)),
        emergencies=pool.get("emergencies", sum(row.emergency for row in rows)),
        drawn=len(rows),
        reviewed=len(done),
        score=round(100 * points / most) if most else None,
    )


def _by_handler(spoken: QuerySet[Call], grave: Q) -> dict[int, list[tuple[int, bool]]]:
    """Whose calls they are: (id, whether an emergency)."""
    urgent = set(spoken.filter(grave).values_list("pk", flat=True))
    found: dict[int, list[tuple[int, bool]]] = {}
    for handler, pk in spoken.order_by("operator", "pk").values_list("operator", "pk"):
        found.setdefault(handler, []).append((pk, pk in urgent))
    return found


def _bounds(first: date) -> tuple[datetime, datetime]:
    """The month in town time."""
    following = (first + timedelta(days=32)).replace(day=1)
    zone = timezone.get_default_timezone()
    began, ended = (datetime(day.year, day.month, 1, tzinfo=zone) for day in (first, following))
    return began, ended
