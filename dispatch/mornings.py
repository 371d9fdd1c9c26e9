"""Planning a day of check-ins: once, in few queries, in town time, the greatest risk first."""

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dispatch import notices
from dispatch.models import CheckIn, CheckInDay, CheckInEvent, CheckInPlan
from dispatch.spreading import Person, risk, spread
from dispatch.timing import CHECKIN_CALL_S
from elders.models import Elder

BATCH = 5000
MIDNIGHT = time(0)
EVENING = time(20)
"""From then on nobody is rung for the first time who has not chosen such a time."""
CHECKIN, SURVEY = "CHECKIN_HOURS", "SATISFACTION_HOURS"


def town_day(now: datetime) -> date:
    """The day it is in town."""
    return timezone.localtime(now).date()


def instant(day: date, at: time) -> datetime:
    """When the clocks in town show `at` on `day`.

    A time that is skipped when the clocks go forward is as much later; one that comes twice when
    they go back is the first.
    """
    return datetime.combine(day, at, tzinfo=timezone.get_default_timezone()).astimezone(UTC)


def hours(setting: str = CHECKIN) -> tuple[time, time]:
    """From when to when the day's calls are spread, in town time."""
    opens, closes = str(getattr(settings, setting)).split("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


def is_mine(*, now: datetime) -> bool:
    """Whether this process rings for today, until its transaction ends: one at a time does."""
    days = CheckInDay.objects.select_for_update(skip_locked=True, no_key=True)
    return days.filter(day=town_day(now)).first() is not None


def a_minute() -> int:
    """How many check-ins half of the trunks can carry in a minute."""
    return max(1, int(settings.TRUNKS) // 2 * 60 // CHECKIN_CALL_S)


def plan(*, now: datetime) -> int:
    """Writes today's check-ins; 0 when they stand already. Safe in any number of processes."""
    today = town_day(now)
    if CheckInDay.objects.filter(day=today).exists():
        return 0
    with transaction.atomic():
        _day, is_new = CheckInDay.objects.get_or_create(day=today, defaults={"planned_at": now})
        if not is_new:
            return 0
        rows = _rows(today, now=now)
        CheckIn.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
        left_out = sum(row.state == CheckIn.State.MISSED for row in rows)
        if left_out:
            notices.tell("checkins_too_many", level="sos", now=now, data={"count": left_out})
        return len(rows)


def _rows(today: date, *, now: datetime) -> list[CheckIn]:
    """Today's check-ins. Who would be rung late in the evening without having chosen to is left
    out at once, the least at risk first: it is told while there is a day to do something."""
    opens, closes = (instant(today, at) for at in hours())
    plans = CheckInPlan.objects.filter(active=True, days__contains=str(today.isoweekday()))
    asked = plans.exclude(elder__status=Elder.Status.DECEASED).values_list(
        "elder", "at", "risk", "elder__lives_alone", "elder__born"
    )
    silent = _silent_lately(today)
    people = [
        Person(
            elder_id,
            risk(
                given=given,
                lives_alone=alone,
                born=born,
                was_silent=elder_id in silent,
                today=today,
            ),
            _minutes(instant(today, at) - opens) if at else None,
        )
        for elder_id, at, given, alone, born in asked.iterator(chunk_size=BATCH)
    ]
    minutes = max(1, _minutes(closes - opens))
    found = spread(people, minutes=minutes, a_minute=a_minute())
    evening = instant(today, EVENING)
    rows = []
    for one in people:
        due_at = opens + timedelta(minutes=found[one.id])
        row = CheckIn(elder_id=one.id, day=today, risk=one.risk, due_at=due_at)
        if one.at_min is None and due_at >= evening:
            row.state, row.ended_at = CheckIn.State.MISSED, now
        rows.append(row)
    return rows


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)


def _silent_lately(today: date) -> set[int]:
    """Who did not answer at once within the last week."""
    lately = CheckInEvent.objects.filter(
        kind="silent", checkin__day__gte=today - timedelta(days=7), checkin__day__lt=today
    )
    return set(lately.values_list("checkin__elder", flat=True))
