"""Two calls a handler a month, drawn so that anybody can draw them again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from telephony import review
from telephony.errors import CallError
from telephony.models import Call, CallReview
from tests.cast import olive, sol

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 1)
THEN = datetime(2026, 2, 9, 3, tzinfo=UTC)


def calls(operator, count, *, priority="routine"):
    for n in range(count):
        Call.objects.create(
            direction="inbound",
            carrier="simulator",
            carrier_ref=f"{operator.username}-{priority}-{n}",
            state="ended",
            priority=priority,
            opened_at=THEN + timedelta(hours=n),
            answered_at=THEN + timedelta(hours=n, seconds=9),
            operator=operator,
        )


def drawn():
    return list(CallReview.objects.order_by("id").values_list("handler__username", "call_id"))


def test_two_a_handler_one_of_them_an_emergency(now):
    one, other = olive(), sol()
    calls(one, 20)
    calls(one, 3, priority="emergency")
    calls(other, 5)
    assert len(review.draw(FEBRUARY, now=now)) == 4
    assert CallReview.objects.filter(handler=one, emergency=True).count() == 1
    assert CallReview.objects.filter(handler=other, emergency=True).count() == 0


def test_the_same_draw_comes_out_again_and_is_made_once(now):
    calls(olive(), 30)
    review.draw(FEBRUARY, now=now)
    first = drawn()
    assert review.draw(FEBRUARY, now=now) == []
    CallReview.objects.all().delete()
    review.draw(FEBRUARY, now=now)
    assert drawn() == first


def test_who_had_one_call_has_one_drawn(now):
    calls(olive(), 1)
    assert len(review.draw(FEBRUARY, now=now)) == 1


def test_a_month_is_drawn_when_it_is_over(now):
    with pytest.raises(CallError) as refused:
        review.draw(date(2026, 3, 1), now=now)
    assert refused.value.code == "not_over"


def test_every_question_has_its_mark_and_nobody_marks_their_own(now):
    handler, lead = olive(), sol()
    calls(handler, 1)
    (drawn_one,) = review.draw(FEBRUARY, now=now)
    full = dict.fromkeys(review.QUESTIONS, 2)
    with pytest.raises(CallError) as refused:
        review.mark(drawn_one.pk, full, note="", by=handler, now=now)
    assert refused.value.code == "own_call"
    with pytest.raises(CallError) as refused:
        review.mark(drawn_one.pk, full | {"need": 3}, note="", by=lead, now=now)
    assert list(refused.value.fields) == ["need"]
    review.mark(drawn_one.pk, full | {"need": 0}, note="asked twice", by=lead, now=now)
    (line,) = review.report(FEBRUARY)
    assert (line.handler, line.drawn, line.reviewed, line.score) == (handler, 1, 1, 83)
