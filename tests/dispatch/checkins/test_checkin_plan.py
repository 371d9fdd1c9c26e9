"""The day's check-ins: planned once, in town time, and seen by who may."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch import mornings, selectors, standing
from dispatch.models import (
    CheckIn,
    CheckInPlan,
    Notice,
    ServiceRequest,
)
from elders.models import Elder
from telephony.models import OutboundJob
from tests import cast
from tests.dispatch.checkins.morning import (
    asked,
    crowd,
    her,
    turn,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        (date(2026, 3, 28), 7),  # winter
        (date(2026, 3, 29), 6),  # the clocks went forward this night
        (date(2026, 10, 24), 6),
        (date(2026, 10, 25), 7),  # and back
    ],
)
def test_eight_oclock_is_eight_oclock_in_town_across_both_clock_changes(
    mei, settings, day, utc_hour
):
    settings.TIME_ZONE, settings.CHECKIN_HOURS = "Europe/Berlin", "07:30-11:00"
    asked(mei, at=time(8, 0))
    mornings.plan(now=datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC))
    assert her().day == day
    assert her().due_at == datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_is_an_hour_later_and_one_that_comes_twice_the_first(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    skipped = mornings.instant(date(2026, 3, 29), time(2, 30))
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 by the new clock
    twice = mornings.instant(date(2026, 10, 25), time(2, 30))
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_each_town_day_is_planned_once_though_it_has_23_or_25_hours(mei, settings, day):
    settings.TIME_ZONE = "Europe/Berlin"
    asked(mei)
    midnight = mornings.instant(day, time(0))
    for hour in range(-24, 46):
        mornings.plan(now=midnight + timedelta(hours=hour))
    days = list(CheckIn.objects.order_by("day").values_list("day", flat=True))
    assert days == [day + timedelta(days=n) for n in range(-1, 2)]


def test_only_on_her_days_of_the_week(mei, early):
    asked(mei, days="13567")  # it is a Tuesday
    assert mornings.plan(now=early) == 0
    assert mornings.plan(now=early + timedelta(days=1)) == 1


def test_planning_again_changes_nothing(mei, early):
    asked(mei)
    assert [mornings.plan(now=early), mornings.plan(now=early)] == [1, 0]


@pytest.mark.parametrize("status", ["away", "in_hospital", "deceased"])
def test_her_status_pauses_it(mei, early, morning, status):
    asked(mei)
    turn(early)
    mei.status = status
    mei.save()
    turn(morning)
    assert her().state == "paused"
    assert not OutboundJob.objects.exists()


def test_the_plan_of_fifty_thousand_is_a_bounded_number_of_queries(early):
    people = Elder.objects.bulk_create(Elder(name=f"Elder {n}") for n in range(2_000))
    CheckInPlan.objects.bulk_create(CheckInPlan(elder=one) for one in people)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert mornings.plan(now=early) == 2_000
    reads = [query for query in few if query["sql"].startswith("SELECT")]
    writes = [query for query in few if query["sql"].startswith("INSERT")]
    # What is read does not grow with the town; what is written goes in by the batch: fifty
    # thousand are ten statements on PostgreSQL, and as SQLite takes them a hundred at a time.
    assert len(reads) <= 5
    assert len(writes) <= 2 + -(-2_000 // 100)


def test_what_does_not_fit_into_the_day_is_told_when_it_is_planned(settings, early):
    settings.TRUNKS, settings.CHECKIN_HOURS = 2, "19:58-19:59"  # one a minute
    people = crowd(4, at=None)
    CheckInPlan.objects.filter(elder=people[3]).update(risk=3)
    own = cast.mei()
    asked(own, at=time(21, 0))
    turn(early)
    left = CheckIn.objects.filter(state="missed").values_list("elder__name", flat=True)
    assert sorted(left) == ["Elder 1", "Elder 2"]
    assert Notice.objects.get(code="checkins_too_many").data == {"count": 2}
    turn(mornings.instant(date(2026, 3, 10), time(21, 0)))
    assert CheckIn.objects.get(elder=own).state == "ringing"  # so late because she chose it


def test_who_has_no_number_is_a_gap_in_the_register_and_no_visit(mei, early, morning):
    asked(mei)
    mei.holdings.all().delete()
    turn(early)
    turn(morning)
    assert her().state == "missed"
    assert Notice.objects.get(code="checkin_no_number").data == {"elder": "Mei Chen"}
    assert not ServiceRequest.objects.exists()


def test_the_plan_and_its_backlog_are_in_the_figures(settings, early, morning, client):
    settings.TRUNKS = 2
    crowd(3)
    turn(early)
    turn(morning)
    told_now = standing.today(selectors.checkins_for(cast.olive()), now=morning)
    assert (told_now.planned, told_now.ringing, told_now.backlog) == (3, 1, 2)
    assert told_now.clears_s
    assert told_now.oldest_s == 29 * 60  # the first minute's one is rung
    assert selectors.checkins_for(cast.rose(cast.lan())).count() == 0
    client.force_login(cast.sol())
    CheckIn.objects.update(day=mornings.town_day(datetime.now(UTC)))
    assert client.get("/api/v1/stats").json()["checkins"]["planned"] == 3


def test_the_wall_board_shows_the_morning_its_backlog_and_the_silent(
    settings, early, morning, client
):
    settings.TRUNKS = 2
    crowd(3)
    turn(early)
    turn(morning)
    CheckIn.objects.update(day=mornings.town_day(datetime.now(UTC)))
    client.force_login(cast.olive())
    client.cookies["django_language"] = "en"
    wall = client.get("/wall/now/").content.decode()
    assert "0 answered, 2 to come" in wall
    assert "2 held up" in wall


def test_a_supervisor_keeps_the_schedule_in_the_register(mei, client):
    client.force_login(cast.sol())
    page = "/admin/dispatch/checkinplan/add/"
    wrong = client.post(page, {"elder": mei.pk, "days": "118", "risk": 0, "active": "on"})
    assert "days" in wrong.context["adminform"].form.errors
    client.post(page, {"elder": mei.pk, "days": "12345", "at": "08:15", "risk": 2, "active": "on"})
    assert CheckInPlan.objects.get().at == time(8, 15)
