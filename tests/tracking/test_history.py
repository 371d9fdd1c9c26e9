"""The history: kept for so many days; on PostgreSQL a table by day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from tests import cast
from tracking import history
from tracking.messages import Fix, Message
from tracking.models import Position, Protocol
from tracking.reception import Sender, receive

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="a table by day is PostgreSQL's"
)


def keep(device_id: str, at: datetime, *, now: datetime) -> None:
    receive(
        [Message(device_id, fix=Fix(30.27, 120.15, at))], sender=Sender(Protocol.OSMAND), now=now
    )


def kept() -> list[datetime]:
    return list(Position.objects.order_by("fixed_at").values_list("fixed_at", flat=True))


def test_what_is_old_is_deleted_and_the_last_position_stays(now, notebook, settings):
    settings.POSITION_DAYS = 30
    watch = cast.watch(cast.mei())
    days = [now - timedelta(days=days) for days in (40, 31, 29, 0)]
    for day in days:
        keep(watch.device_id, day, now=day)
    history.tend(now=now)
    assert kept() == days[2:]
    watch.refresh_from_db()
    assert watch.fixed_at == now


def test_what_was_measured_long_ago_and_told_today_stays_until_today_is_old(
    now, notebook, settings
):
    settings.POSITION_DAYS = 30
    old = datetime(1980, 1, 6, tzinfo=UTC)
    keep("stuck clock", old, now=now)
    history.tend(now=now)
    assert kept() == [old]
    history.tend(now=now + timedelta(days=31))
    assert kept() == []


@pytest.fixture
def _first_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has just begun."""
    monkeypatch.setattr(history, "_turn", history._Turn())


@pytest.mark.usefixtures("_first_turn")
def test_it_is_looked_after_every_ten_minutes_and_not_every_second(now, notebook, settings):
    settings.POSITION_DAYS = 30
    keep("old", now - timedelta(days=40), now=now - timedelta(days=40))
    history.sweep(now=now)
    assert kept() == []
    keep("old", now - timedelta(days=40), now=now - timedelta(days=40))
    assert history.sweep(now=now + timedelta(seconds=9)) == 0
    assert len(kept()) == 1
    history.sweep(now=now + timedelta(seconds=601))
    assert kept() == []


@on_postgresql
def test_days_are_made_ahead_and_hold_what_was_said_of_them_before(now, notebook):
    tomorrow = now + timedelta(days=1)
    keep("ahead", tomorrow, now=now)
    assert _table_of(tomorrow) == history.ELSEWHERE
    history.tend(now=now)
    today = now.date()
    with connection.cursor() as cursor:
        assert {today + timedelta(days=ahead) for ahead in range(-1, 4)} <= history.days(cursor)
    assert _table_of(tomorrow) == f"tracking_position_{tomorrow:%Y%m%d}"
    history.tend(now=now)
    assert kept() == [tomorrow]


@on_postgresql
def test_a_day_that_is_old_goes_at_once(now, notebook, settings):
    settings.POSITION_DAYS = 30
    history.tend(now=now)
    keep("watch", now, now=now)
    history.tend(now=now + timedelta(days=32))
    assert kept() == []
    with connection.cursor() as cursor:
        assert now.date() not in history.days(cursor)


@on_postgresql
def test_the_same_fix_is_kept_once_on_both_sides_of_midnight(notebook):
    fixed_at = datetime(2026, 3, 9, 23, 59, 59, tzinfo=UTC)
    with connection.cursor() as cursor:
        for day in (date(2026, 3, 9), date(2026, 3, 10)):
            if day not in history.days(cursor):
                history.make(cursor, day)
    for later_s in (0, 1, 3600):
        keep("watch", fixed_at, now=fixed_at + timedelta(seconds=later_s))
    assert kept() == [fixed_at]


@on_postgresql
def test_while_another_process_looks_after_it_nobody_waits(now, notebook):
    other = connection.copy()
    try:
        with transaction.atomic(), other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [history._LOCK])
            assert history.tend(now=now) == 0
    finally:
        other.close()


def _table_of(at: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM tracking_position WHERE fixed_at = %s", [at]
        )
        return str(cursor.fetchall()[0][0])
