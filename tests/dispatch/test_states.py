"""The state machine: its table, and every verb thrown at the database in any order."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import Count, F, Q
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from dispatch import selectors
from dispatch.models import Assignment, Deadline, Event, Offer, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.states import ACTIVE_ASSIGNMENTS, JOINABLE, MOVES, OPEN, State, may_move
from providers.models import Worker
from tests.dispatch import town as towns
from tests.dispatch.town import Town


def test_the_way_things_should_go_is_in_the_table():
    way = ["NEW", "OFFERED", "ASSIGNED", "EN_ROUTE", "ON_SCENE", "DONE", "CLOSED"]
    assert all(may_move(State(a), State(b)) for a, b in pairwise(way))


def test_every_open_state_can_be_closed_and_every_state_has_its_line():
    assert set(MOVES) == set(State)
    assert all(State.CLOSED in MOVES[state] for state in OPEN)
    assert {State.CLOSED, State.CANCELLED} == set(State) - OPEN


def test_nothing_comes_back_from_cancelled_and_nobody_is_turned_away_at_the_door():
    assert MOVES[State.CANCELLED] == frozenset()
    cancels = {state for state in State if State.CANCELLED in MOVES[state]}
    assert cancels == {State.NEW, State.OFFERED, State.ASSIGNED, State.UNFILLED}


def test_what_is_done_can_no_longer_be_joined():
    assert {State.DONE} == OPEN - JOINABLE


def test_only_one_function_writes_the_state():
    """Rule 2, by reading the sources: nobody else sets `state` of a request."""
    house = Path(towns.__file__).parents[2] / "dispatch"
    writers = [
        path.name
        for path in house.rglob("*.py")
        if re.search(r"request\.state = |ServiceRequest.*update\([^)]*\bstate=", path.read_text())
    ]
    assert writers == []


class Conductor(RuleBasedStateMachine):
    """Any order of verbs, by anybody, at any time, leaves the house sound."""

    town: Town

    @initialize()
    def open_the_house(self) -> None:
        self.night = transaction.atomic()
        self.night.__enter__()
        self.clock = self.town.now

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.night.__exit__(None, None, None)
        self.town.now = self.clock

    @rule(move=st.sampled_from(towns.OFTEN), n=st.integers(0, 59))
    def step(self, move: str, n: int) -> None:
        self.town.play(move, n)

    @invariant()
    def the_log_has_no_gaps(self) -> None:
        logs = ServiceRequest.objects.annotate(lines=Count("events"))
        assert not logs.exclude(lines=F("seq")).exists()
        assert not Event.objects.filter(Q(seq__lt=1) | Q(seq__gt=F("request__seq"))).exists()

    @invariant()
    def every_open_request_has_one_clock_and_what_has_ended_has_none(self) -> None:
        running = Deadline.objects.filter(RUNNING)
        for request in ServiceRequest.objects.all():
            mine = running.filter(request=request)
            if request.state in OPEN:
                assert mine.filter(kind="state").count() == 1, request
            else:
                assert not mine.exists(), (request, [str(one) for one in mine])

    @invariant()
    def nobody_is_promised_twice(self) -> None:
        for worker in Worker.objects.all():
            asked = Offer.objects.filter(worker=worker, state="made").count()
            going = Assignment.objects.filter(worker=worker, state__in=ACTIVE_ASSIGNMENTS).count()
            assert worker.free == worker.capacity - asked - going, worker
        twice = (
            Assignment.objects.filter(state__in=ACTIVE_ASSIGNMENTS)
            .values("request", "role")
            .annotate(n=Count("id"))
            .filter(n__gt=1)
        )
        assert not twice.exists()

    @invariant()
    def what_has_ended_keeps_nobody(self) -> None:
        ended = ServiceRequest.objects.exclude(state__in=OPEN)
        assert not Offer.objects.filter(state="made", request__in=ended).exists()
        assert not Assignment.objects.filter(
            state__in=ACTIVE_ASSIGNMENTS, request__in=ended
        ).exists()

    @invariant()
    def an_emergency_is_ended_by_an_operator_with_evidence(self) -> None:
        ended = ServiceRequest.objects.filter(priority="emergency").exclude(state__in=OPEN)
        for request in ended:
            last = request.events.filter(kind="request.closed").order_by("seq").last()
            assert last is not None, f"{request} was not closed"
            assert last.by["kind"] == "operator", last.by
            assert last.data["evidence"], last.data

    @invariant()
    def the_auditor_is_silent(self) -> None:
        found = selectors.unwatched(now=self.town.now)
        assert not any(found.values()), found


@pytest.mark.django_db
def test_any_order_of_verbs_leaves_the_house_sound(now):
    Conductor.town = Town(now)
    run_state_machine_as_test(
        Conductor,
        settings=settings(
            max_examples=10,
            stateful_step_count=30,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # add Phase.shrink to have a failure told briefly: it is slow
            suppress_health_check=list(HealthCheck),
        ),
    )
