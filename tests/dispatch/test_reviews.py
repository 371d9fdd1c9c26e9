"""The draw of the month makes itself, at the end of the month in town."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from dispatch import reviews, upkeep
from dispatch.models import Notice, RequestCall
from dispatch.states import Priority
from telephony.models import Call, CallReview, ReviewDraw
from tests import cast
from tests.dispatch.town import cries

pytestmark = pytest.mark.django_db

# Town is eight hours ahead: the first of March begins at 16:00 UTC on the last of February.
MARCH = datetime(2026, 2, 28, 16, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def spoke(handler, at, **facts) -> Call:
    return Call.objects.create(
        direction="inbound",
        carrier="simulator",
        carrier_ref=f"{handler}-{at}",
        state="ended",
        opened_at=at,
        answered_at=at,
        operator=handler,
        **facts,
    )


def test_it_waits_for_the_month_to_end_in_town_and_tells_the_desk():
    olive = cast.olive()
    call = spoke(olive, MARCH - timedelta(days=9))
    upkeep.sweep(now=MARCH - SECOND)
    assert not CallReview.objects.exists()
    assert list(ReviewDraw.objects.values_list("month", flat=True)) == [date(2026, 1, 1)]
    assert not Notice.objects.exists(), "of a month without calls nobody is told"
    upkeep.sweep(now=MARCH)
    assert CallReview.objects.get().call == call
    notice = Notice.objects.get()
    assert (notice.code, notice.data) == ("calls_drawn", {"count": 1, "month": "2026-02"})
    upkeep.sweep(now=MARCH + SECOND)
    assert CallReview.objects.count() == Notice.objects.count() == 1


def test_a_call_belongs_to_the_month_in_which_it_was_answered_in_town():
    olive = cast.olive()
    last, first = spoke(olive, MARCH - SECOND), spoke(olive, MARCH)
    upkeep.sweep(now=MARCH + timedelta(hours=1))
    assert set(CallReview.objects.values_list("call", flat=True)) == {last.pk}
    april = datetime(2026, 3, 31, 16, tzinfo=UTC)
    upkeep.sweep(now=april - SECOND)
    assert CallReview.objects.count() == 1
    upkeep.sweep(now=april)
    assert CallReview.objects.get(month=date(2026, 3, 1)).call == first


@pytest.mark.parametrize("year", [2026, 2027])
def test_the_year_turns_in_town(year):
    new_year = datetime(year - 1, 12, 31, 16, tzinfo=UTC)
    spoke(cast.olive(), new_year - SECOND)
    upkeep.sweep(now=new_year)
    assert CallReview.objects.get().month == date(year - 1, 12, 1)


def test_a_call_that_became_an_emergency_counts_as_one():
    olive, mei = cast.olive(), cast.mei()
    for n in range(20):
        spoke(olive, MARCH - timedelta(days=9, minutes=n))
    grave = spoke(olive, MARCH - timedelta(days=8))
    emergency = cries(mei, now=MARCH - timedelta(days=8))
    RequestCall.objects.create(request=emergency, call=grave)
    upkeep.sweep(now=MARCH)
    assert CallReview.objects.get(emergency=True).call == grave
    assert CallReview.objects.filter(emergency=False).count() == 1


def test_the_report_says_from_how_many_and_who_had_one_call_or_no_emergency(client):
    olive, sol = cast.olive(), cast.sol()
    spoke(olive, MARCH - timedelta(days=9))
    for n in range(5):
        spoke(sol, MARCH - timedelta(days=9, minutes=n), priority=Priority.EMERGENCY)
    reviews.draw(date(2026, 2, 1), now=MARCH)
    client.cookies["django_language"] = "en"
    client.force_login(sol)
    page = client.get(reverse("console-reviews"), {"month": "2026-02"})
    report = {line.handler: line for line in page.context["report"]}
    assert (report[olive].calls, report[olive].emergencies, report[olive].drawn) == (1, 0, 1)
    assert (report[sol].calls, report[sol].emergencies, report[sol].drawn) == (5, 5, 2)
    words = page.content.decode()
    assert words.count("one call only") == words.count("no emergency") == 1
    assert ReviewDraw.objects.get().seed in words
    assert "Draw this month" not in words


def test_a_chore_that_fails_keeps_no_other_from_its_turn(monkeypatch):
    spoke(cast.olive(), MARCH - SECOND)

    def broken(*, now):
        raise RuntimeError(now)

    monkeypatch.setattr(upkeep, "CHORES", (broken, *upkeep.CHORES))
    upkeep.sweep(now=MARCH)
    assert CallReview.objects.count() == 1
