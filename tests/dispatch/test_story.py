"""What a live page holds: a snapshot and the events since equal a fresh snapshot."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from dispatch.models import ServiceRequest
from dispatch.story import START, Story, fold
from tests.dispatch import town as towns
from tests.dispatch.town import Town

pytestmark = pytest.mark.django_db

PROPERTY = settings(
    max_examples=12,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MOVE = st.tuples(st.sampled_from(towns.OFTEN), st.integers(0, 59))
VISIT = [("order", 0), ("wait", 0), ("accept", 0), ("depart", 1), ("arrive", 1), ("finish", 1)]


@pytest.fixture
def town(now) -> Town:
    return Town(now)


def snapshot(request: ServiceRequest) -> Story:
    """The story as the tables have it."""
    request.refresh_from_db()
    return {
        "seq": request.seq,
        "state": request.state,
        "priority": request.priority,
        "category": request.category_id,
        "source": request.source,
        "estimate": request.estimate,
        "offers": dict(request.offers.values_list("pk", "state")),
        "assignments": dict(request.assignments.values_list("pk", "state")),
        "handovers": {h.pk: "ended" if h.ended_at else "made" for h in request.handovers.all()},
        "disposition": request.disposition,
    }


def events(request: ServiceRequest, after: int = 0) -> list[dict[str, object]]:
    return list(request.events.filter(seq__gt=after).values("seq", "kind", "data"))


@PROPERTY
@given(before=st.lists(MOVE, max_size=25), since=st.lists(MOVE, max_size=25))
@example(before=VISIT[:3], since=[*VISIT[3:], ("confirm", 4)])
@example(before=[*VISIT, ("confirm", 4)], since=[("reopen", 0), ("wait", 0), ("accept", 0)])
@example(before=[("cry", 0), ("wait", 0)], since=[("accept", 1), ("close", 0), ("reopen", 0)])
def test_a_snapshot_and_the_events_since_equal_a_fresh_snapshot(town, before, since):
    start = town.now
    with transaction.atomic():
        for move, n in before:
            town.play(move, n)
        then = {request.pk: snapshot(request) for request in ServiceRequest.objects.all()}
        for move, n in since:
            town.play(move, n)
        for request in ServiceRequest.objects.all():
            held = then.get(request.pk, START)
            assert fold(held, events(request, after=held["seq"])) == snapshot(request)
            assert fold(START, events(request)) == snapshot(request)
        transaction.set_rollback(True)
    town.now = start


def test_wherever_a_page_falls_asleep_it_wakes_to_the_same_story(town):
    for move, n in [*VISIT, ("confirm", 0), ("reopen", 0), ("wait", 0), ("escalate", 0)]:
        town.play(move, n)
    request = ServiceRequest.objects.get()
    log = events(request)
    assert len(log) > 10
    for asleep in range(len(log) + 1):
        assert fold(fold(START, log[:asleep]), log[asleep:]) == snapshot(request)


def test_folding_leaves_the_story_it_began_with_alone(town):
    for move, n in VISIT:
        town.play(move, n)
    log = events(ServiceRequest.objects.get())
    held = fold(START, log[:3])
    kept = repr(held)
    fold(held, log[3:])
    assert repr(held) == kept
    assert START["offers"] == {}


def test_a_gap_in_the_log_is_an_error_and_never_a_guess(town):
    town.play("order", 0)
    log = events(ServiceRequest.objects.get())
    with pytest.raises(ValueError, match="does not follow"):
        fold(START, log[1:])
