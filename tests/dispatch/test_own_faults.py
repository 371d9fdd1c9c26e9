"""When our own software fails on a deadline: it is kept, nobody else waits, a person is told."""

from datetime import datetime, timedelta

import pytest

from dispatch import clocks, deadlines
from dispatch.deadlines import TELL_AFTER_FAILURES
from dispatch.models import Deadline, Notice, ServiceRequest
from tests import cast
from tests.dispatch.town import wants, workers

pytestmark = pytest.mark.django_db

BROKEN = "unknown to the code"


@pytest.fixture
def request_with_a_broken_clock(now: datetime) -> ServiceRequest:
    request = wants(cast.mei(), now=now)
    clocks.arm(BROKEN, after_s=0, now=now, request=request)
    return request


def broken() -> Deadline:
    return Deadline.objects.get(kind=BROKEN)


def test_a_deadline_we_fail_on_is_kept_and_tried_later(request_with_a_broken_clock, now):
    deadlines.fire_due(now=now)
    assert broken().fired_at is None
    assert (broken().failures, broken().due_at) == (1, now + timedelta(seconds=1))
    deadlines.fire_due(now=now)
    assert broken().failures == 1  # not before its time


def test_it_keeps_no_other_from_firing(request_with_a_broken_clock, now):
    workers(cast.sunrise_kitchen(), 1)
    deadlines.fire_due(now=now)
    request_with_a_broken_clock.refresh_from_db()
    assert request_with_a_broken_clock.state == "OFFERED"


def test_after_five_times_a_person_is_told_once(request_with_a_broken_clock, now):
    for _ in range(TELL_AFTER_FAILURES + 2):
        now = max(now, broken().due_at)
        deadlines.fire_due(now=now)
    notice = Notice.objects.get(code="software")
    assert (notice.request, notice.level, notice.times) == (request_with_a_broken_clock, "sos", 1)
    assert broken().fired_at is None  # and it is still tried, at most a minute apart
    assert broken().due_at <= now + timedelta(seconds=60)
