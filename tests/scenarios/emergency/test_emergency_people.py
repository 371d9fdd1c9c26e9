"""Rule 15: somebody has it, and people end it, on evidence."""

from datetime import timedelta

import pytest

from dispatch import (
    assignments,
    closing,
    desk,
    handovers,
    intake,
    offers,
    ownership,
    selectors,
    voice,
)
from dispatch.actors import Actor, actor_of
from dispatch.errors import DispatchError
from dispatch.states import Disposition, State
from tests import cast
from tests.dispatch.town import WORKER, cries, sweep, wants
from tests.scenarios.emergency.minutes import told

pytestmark = pytest.mark.django_db


def test_an_emergency_nobody_claims_sounds_again_every_30_s(mei, olive, now, clock):
    case = cries(mei, now=now)
    clock.until(95)
    case.refresh_from_db()
    assert told(case, "unclaimed") == 3
    assert case.sounds >= 4  # once when it opened, three times since
    ownership.claim(case.pk, by=olive, now=clock.now)
    case.refresh_from_db()
    before = case.sounds
    for _ in range(6):
        desk.renew(olive, now=clock.now)
        clock.until((clock.now - clock.begins).total_seconds() + 30)
    case.refresh_from_db()
    assert (case.sounds, told(case, "unclaimed")) == (before, 0)


def test_an_owner_without_a_live_console_loses_it_and_it_sounds_again(mei, olive, now, clock):
    case = cries(mei, now=now)
    ownership.claim(case.pk, by=olive, now=now)
    case.refresh_from_db()
    before = case.sounds
    clock.until(61)
    case.refresh_from_db()
    assert case.owner is None
    assert case.sounds > before
    clock.until(92)
    assert told(case, "unclaimed") == 1


def test_of_two_who_claim_one_gets_it_and_the_other_is_told_who(mei, olive, now):
    case = cries(mei, now=now)
    ownership.claim(case.pk, by=olive, now=now)
    with pytest.raises(DispatchError) as refused:
        ownership.claim(case.pk, by=cast.sol(), now=now)
    assert refused.value.code == "already_claimed"
    assert refused.value.extra["by"] == str(olive)


SPOKEN = {"resolved_by_phone", "false_alarm", "test", "prank"}


@pytest.mark.parametrize("disposition", [d for d in Disposition if d not in SPOKEN])
def test_closing_demands_evidence(mei, olive, now, disposition):
    case = cries(mei, now=now)
    end = {"by": actor_of(olive), "now": now, "disposition": disposition}
    with pytest.raises(DispatchError) as refused:
        closing.close(case.pk, **end)
    assert (refused.value.http_status, set(refused.value.fields)) == (422, {"seen_by"})
    closing.close(case.pk, seen_by="Ka-Ming", **end)
    last = case.events.last()
    assert last.data["evidence"] == "seen by Ka-Ming"
    assert last.by["name"] == str(olive)


def test_having_spoken_with_her_is_evidence(mei, olive, now):
    case = cries(mei, now=now)
    voice.spoke(case.pk, "She is well", by=olive, now=now)
    closing.close(case.pk, by=actor_of(olive), now=now, disposition=Disposition.MET)
    assert case.events.last().data["evidence"] == "spoken with"


def test_an_arrival_is_evidence_with_a_name(mei, crew, olive, now):
    case = cries(mei, now=now)
    sweep(now)
    there = offers.accept(case.offers.get(worker=crew[0]).pk, by=WORKER, now=now)
    assignments.arrive(there.pk, by=actor_of(olive), now=now, evidence="told by telephone")
    closing.close(case.pk, by=actor_of(olive), now=now, disposition=Disposition.MET)
    assert case.events.last().data["evidence"] == f"seen by {crew[0]}"
    assert case.events.get(kind="assignment.arrived").data["evidence"] == "told by telephone"


def test_a_service_that_has_taken_over_is_evidence_once_it_has_confirmed(mei, olive, now):
    case = cries(mei, now=now)
    handover = handovers.make(case.pk, service="120", by=olive, now=now)
    end = {"by": actor_of(olive), "now": now, "disposition": Disposition.HANDED_OVER}
    with pytest.raises(DispatchError):
        closing.close(case.pk, **end)
    handovers.end(handover.pk, by=olive, now=now, outcome="taken to hospital")
    closing.close(case.pk, **end)
    case.refresh_from_db()
    assert case.state == "CLOSED"


def test_what_was_known_before_it_was_opened_again_is_no_evidence(mei, olive, now):
    case = cries(mei, now=now)
    voice.spoke(case.pk, "She is well", by=olive, now=now)
    end = {"by": actor_of(olive), "disposition": Disposition.MET}
    closing.close(case.pk, now=now, **end)
    later = now + timedelta(minutes=5)
    closing.reopen(case.pk, by=actor_of(olive), now=later, reason="she rings again")
    with pytest.raises(DispatchError):
        closing.close(case.pk, now=later, **end)
    assert not any(selectors.unwatched(now=later).values())


def test_a_visit_before_it_became_an_emergency_is_no_evidence(mei, crew, olive, now):
    meal = wants(mei, now=now)
    sweep(now)
    there = offers.accept(meal.offers.get().pk, by=WORKER, now=now)
    assignments.arrive(there.pk, by=WORKER, now=now)
    assignments.finish(there.pk, by=WORKER, now=now)
    later = now + timedelta(minutes=30)
    intake.escalate(meal.pk, by=actor_of(olive), now=later)
    with pytest.raises(DispatchError):
        closing.close(meal.pk, by=actor_of(olive), now=later, disposition=Disposition.MET)


@pytest.mark.parametrize("kind", ["worker", "elder", "family", "device", "caller", "system"])
def test_nobody_but_an_operator_closes_one(mei, now, kind):
    case = cries(mei, now=now)
    with pytest.raises(DispatchError) as refused:
        closing.close(
            case.pk,
            by=Actor(kind, None, "somebody"),
            now=now,
            disposition=Disposition.FALSE_ALARM,
            seen_by="me",
        )
    assert refused.value.http_status == 403


def test_not_even_an_operator_cancels_one(mei, olive, now):
    case = cries(mei, now=now)
    with pytest.raises(DispatchError) as refused:
        closing.cancel(case.pk, by=actor_of(olive), now=now)
    assert refused.value.code == "emergency"


def test_her_word_after_the_visit_is_taken_down_and_does_not_close_it(mei, crew, now):
    case = cries(mei, now=now)
    sweep(now)
    there = offers.accept(case.offers.get(worker=crew[0]).pk, by=WORKER, now=now)
    assignments.arrive(there.pk, by=WORKER, now=now)
    assignments.finish(there.pk, by=WORKER, now=now)
    closing.confirm(case.pk, by=Actor("elder", mei.pk, "Mei"), now=now)
    case.refresh_from_db()
    assert case.state == State.DONE
    assert case.events.last().kind == "request.confirmed"
