"""Two calls a handler a month, drawn so that anybody can draw them again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from telephony import review
from telephony.errors import CallError
from telephony.models import Call, CallReview, ReviewDraw
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


def draw(now, seed="thrown"):
    return review.draw(FEBRUARY, emergencies=[], now=now, seed=seed)


def drawn():
    return list(CallReview.objects.order_by("id").values_list("handler__username", "call_id"))


def test_two_a_handler_one_of_them_an_emergency(now):
    one, other = olive(), sol()
    calls(one, 20)
    calls(one, 3, priority="emergency")
    calls(other, 5)
    assert len(draw(now)) == 4
    assert CallReview.objects.filter(handler=one, emergency=True).count() == 1
    assert CallReview.objects.filter(handler=other, emergency=True).count() == 0


def test_the_seed_that_is_kept_repeats_the_draw_and_it_is_made_once(now):
    calls(olive(), 30)
    review.draw(FEBRUARY, emergencies=[], now=now)
    first, seed = drawn(), ReviewDraw.objects.get().seed
    assert len(seed) == 32
    assert draw(now) == []
    again(now, seed)
    assert drawn() == first
    others = {tuple(again(now, f"another {n}")) for n in range(9)}
    assert len(others) > 1, "whatever is thrown the same calls come out"


def again(now, seed):
    CallReview.objects.all().delete()
    ReviewDraw.objects.all().delete()
    draw(now, seed)
    return drawn()


def test_who_had_one_call_has_one_drawn(now):
    calls(olive(), 1)
    assert len(draw(now)) == 1
    (line,) = review.report(FEBRUARY)
    assert (line.calls, line.emergencies, line.drawn) == (1, 0, 1)


def test_a_month_is_drawn_when_it_is_over(now):
    with pytest.raises(CallError) as refused:
        review.draw(date(2026, 3, 1), emergencies=[], now=now)
    assert refused.value.code == "not_over"


def test_every_question_has_its_mark_and_nobody_marks_their_own(now):
    handler, lead = olive(), sol()
    calls(handler, 1)
    (drawn_one,) = draw(now)
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
