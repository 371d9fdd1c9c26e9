"""Inviting workers: in turn, one winner, capacity to the unit, and what was drawn (rule 16)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch import assignments, candidates, closing, offers
from dispatch.actors import SYSTEM, Actor, actor_of
from dispatch.errors import DispatchError, Stale
from dispatch.models import Block, Offer, ServiceRequest
from dispatch.states import Role
from elders.models import Elder
from providers.models import Worker
from telephony.models import OutboundJob
from tests import cast
from tests.dispatch.town import WORKER, sweep, wants, workers
from tests.scenarios.phone import Phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> Elder:
    return cast.mei()


@pytest.fixture
def crew() -> list[Worker]:
    return workers(cast.sunrise_kitchen(), 4)


@pytest.fixture
def desk() -> Actor:
    return actor_of(cast.olive())


@pytest.fixture
def meal(mei, crew, now) -> ServiceRequest:
    """A meal that the nearest worker was asked to bring."""
    meal = wants(mei, now=now)
    sweep(now)
    meal.refresh_from_db()
    return meal


def free(*crew: Worker) -> list[int]:
    return [Worker.objects.get(pk=worker.pk).free for worker in crew]


def asked(request: ServiceRequest) -> list[Worker]:
    return [offer.worker for offer in request.offers.filter(state="made").order_by("rank")]


def refusal(verb, *args, **kwargs) -> str:
    with pytest.raises(DispatchError) as refused:
        verb(*args, **kwargs)
    return refused.value.code


# --- in turn -------------------------------------------------------------------------------------


def test_routine_is_offered_to_one_in_turn_the_nearest_first(meal, crew, now):
    for worker in crew[:3]:
        assert asked(meal) == [worker]
        offers.decline(meal.offers.get(worker=worker).pk, by=WORKER, now=now)
        sweep(now)
    assert asked(meal) == [crew[3]]
    assert free(*crew) == [1, 1, 1, 0]


def test_asking_again_and_again_asks_nobody_twice(meal, crew, now):
    for _ in range(3):
        assert offers.make_next(meal.pk, now=now) == []
    assert asked(meal) == crew[:1]


def test_who_does_not_answer_is_passed_over_after_90_s(meal, crew, now):
    sweep(now + timedelta(seconds=89))
    assert asked(meal) == crew[:1]
    sweep(now + timedelta(seconds=90))
    sweep(now + timedelta(seconds=90))
    assert asked(meal) == [crew[1]]
    assert meal.offers.get(worker=crew[0]).state == "expired"
    assert free(*crew) == [1, 0, 1, 1]


def test_an_offer_is_over_the_moment_it_expires_whether_or_not_the_sweep_came(meal, now):
    offer = meal.offers.get()
    late = now + timedelta(seconds=90)
    assert refusal(offers.accept, offer.pk, by=WORKER, now=late) == "offer_over"
    assert offers.accept(offer.pk, by=WORKER, now=late - timedelta(seconds=1))


def test_with_nobody_left_it_is_unfilled_and_says_why(mei, now):
    (only,) = workers(cast.sunrise_kitchen(), 1)
    Block.objects.create(elder=mei, worker=only)
    meal = wants(mei, now=now)
    sweep(now)
    meal.refresh_from_db()
    assert meal.state == "UNFILLED"
    assert [(e["worker"], e["code"]) for e in meal.exclusions] == [(only.pk, "blocked_worker")]


def test_who_comes_on_duty_is_asked_for_what_was_unfilled(mei, now):
    crew = workers(cast.sunrise_kitchen(), 1)
    Worker.objects.update(free=0)
    meal = wants(mei, now=now)
    sweep(now)
    Worker.objects.update(free=1)
    sweep(now + timedelta(seconds=301))
    assert asked(meal) == crew


def test_reasons_and_exclusions_are_stored_with_the_offer(meal, crew, now):
    offer = meal.offers.get()
    assert {reason["code"] for reason in offer.reasons} >= {"travel", "language"}
    assert offer.score == pytest.approx(sum(reason["points"] for reason in offer.reasons))
    offers.decline(offer.pk, by=WORKER, now=now, why="at the dentist")
    sweep(now)
    meal.refresh_from_db()
    assert [(e["worker"], e["code"]) for e in meal.exclusions] == [(crew[0].pk, "tried")]
    assert meal.events.get(kind="offer.declined").data["why"] == "at the dentist"


# --- one winner ----------------------------------------------------------------------------------


def test_accepting_twice_is_once(meal, crew, now):
    offer = meal.offers.get()
    first = offers.accept(offer.pk, by=WORKER, now=now)
    assert offers.accept(offer.pk, by=WORKER, now=now) == first
    assert meal.events.filter(kind="offer.accepted").count() == 1
    assert free(crew[0]) == [0]


@pytest.mark.parametrize("verb", [offers.accept, offers.decline])
def test_what_was_declined_stays_declined(meal, crew, now, verb):
    offer = meal.offers.get()
    offers.decline(offer.pk, by=WORKER, now=now)
    if verb is offers.accept:
        assert refusal(verb, offer.pk, by=WORKER, now=now) == "offer_over"
    else:
        verb(offer.pk, by=WORKER, now=now)
    assert free(crew[0]) == [1]
    assert meal.events.filter(kind="offer.declined").count() == 1


def test_an_offer_that_is_not_there_is_not_found():
    assert refusal(offers.accept, 0, by=WORKER, now=cast.BEFORE) == "not_found"


def test_two_offers_that_compete_for_the_last_capacity(mei, now):
    """A worker is promised to one: the other request goes on looking."""
    workers(cast.sunrise_kitchen(), 1)
    lan = cast.lan()
    first, second = wants(mei, now=now), wants(lan, now=now)
    sweep(now)
    states = sorted(ServiceRequest.objects.values_list("state", flat=True))
    assert states == ["OFFERED", "UNFILLED"]
    assert Offer.objects.filter(request__in=[first, second]).count() == 1


@pytest.mark.parametrize(("key", "state"), [("1", "accepted"), ("2", "declined"), ("7", "made")])
def test_a_text_is_answered_with_a_key_and_a_slip_of_the_finger_is_no_answer(
    meal, crew, key, state
):
    phone = Phone(crew[0].phone)
    Offer.objects.update(expires_at=timezone.now() + timedelta(seconds=60))  # its clock is real
    (text,) = phone.outbox("text")
    phone.reply(text, key)
    assert Offer.objects.get().state == state


def test_the_call_about_an_offer_that_is_over_says_so(meal, crew, now):
    sweep(now + timedelta(seconds=26))
    phone = Phone(crew[0].phone)
    (ringing,) = phone.outbox("call")
    heard = phone.answer(ringing)  # months later, by the real clock
    assert [step["verb"] for step in heard] == ["say", "hangup"]
    assert Offer.objects.get().state == "made"


# --- chosen by a person --------------------------------------------------------------------------


def test_a_person_may_ask_somebody_else_from_the_list_as_drawn(meal, crew, desk, now):
    made = offers.offer_to(meal.pk, crew[2].pk, role=Role.RESPONDER, seq=meal.seq, by=desk, now=now)
    assert made.worker == crew[2]
    assert set(asked(meal)) == {crew[0], crew[2]}
    assert meal.events.last().by["kind"] == "operator"


def test_a_list_that_changed_is_stale_and_nobody_is_asked(meal, crew, desk, now):
    drawn = meal.seq
    offers.decline(meal.offers.get().pk, by=WORKER, now=now)
    with pytest.raises(Stale) as refused:
        offers.offer_to(meal.pk, crew[2].pk, role=Role.RESPONDER, seq=drawn, by=desk, now=now)
    assert (refused.value.code, refused.value.http_status) == ("stale", 409)
    assert refused.value.extra["seq"] == drawn + 1
    with pytest.raises(Stale):
        offers.make_next(meal.pk, at_once=3, seq=drawn, by=desk, now=now)
    assert asked(meal) == []


def test_a_chosen_worker_who_cannot_is_refused_with_the_reason(meal, crew, desk, now):
    Worker.objects.filter(pk=crew[2].pk).update(free=0)
    with pytest.raises(DispatchError) as refused:
        offers.offer_to(meal.pk, crew[2].pk, role=Role.RESPONDER, seq=None, by=desk, now=now)
    assert refused.value.code == "not_available"
    assert [e["code"] for e in refused.value.extra["exclusions"]] == ["busy"]


def test_a_second_comes_beside_the_first_and_does_not_move_the_request(meal, crew, desk, now):
    first = offers.accept(meal.offers.get().pk, by=WORKER, now=now)
    assignments.depart(first.pk, by=WORKER, now=now)
    made = offers.offer_to(meal.pk, crew[1].pk, role=Role.SECOND, seq=None, by=desk, now=now)
    second = offers.accept(made.pk, by=WORKER, now=now)
    meal.refresh_from_db()
    assert meal.state == "EN_ROUTE"
    assignments.arrive(second.pk, by=WORKER, now=now)
    assignments.release(first.pk, by=WORKER, now=now, why="a flat tyre")
    meal.refresh_from_db()
    assert meal.state == "OFFERED"
    assert free(*crew[:2]) == [1, 0]


def test_with_somebody_on_the_way_no_other_responder_is_asked(meal, crew, desk, now):
    offers.accept(meal.offers.get().pk, by=WORKER, now=now)
    ask = {"role": Role.RESPONDER, "seq": None, "by": desk, "now": now}
    assert refusal(offers.offer_to, meal.pk, crew[1].pk, **ask) == "already_taken"
    assert offers.make_next(meal.pk, now=now) == []


def test_for_what_has_ended_nobody_is_asked(meal, crew, desk, now):
    closing.cancel(meal.pk, by=desk, now=now)
    for role in Role:
        ask = {"role": role, "seq": None, "by": desk, "now": now}
        assert refusal(offers.offer_to, meal.pk, crew[1].pk, **ask) == "wrong_state"
    assert free(*crew) == [1, 1, 1, 1]


# --- falling away --------------------------------------------------------------------------------


def test_who_falls_away_is_replaced_at_once_and_not_asked_again(meal, crew, now):
    going = offers.accept(meal.offers.get().pk, by=WORKER, now=now)
    assignments.depart(going.pk, by=WORKER, now=now)
    assignments.release(going.pk, by=WORKER, now=now, why="a flat tyre")
    sweep(now)
    assert asked(meal) == [crew[1]]
    assert free(*crew[:2]) == [1, 0]
    assert crew[0].pk not in {r.candidate.worker_id for r in candidates.rank(meal, now=now).ranked}


def test_who_is_there_cannot_fall_away(meal, now):
    going = offers.accept(meal.offers.get().pk, by=WORKER, now=now)
    assignments.arrive(going.pk, by=WORKER, now=now)
    assert refusal(assignments.release, going.pk, by=WORKER, now=now, why="late") == "on_scene"


def test_a_visit_is_finished_after_it_began(meal, now):
    going = offers.accept(meal.offers.get().pk, by=WORKER, now=now)
    assert refusal(assignments.finish, going.pk, by=WORKER, now=now) == "not_arrived"


def test_each_step_told_twice_is_done_once(meal, crew, now):
    going = offers.accept(meal.offers.get().pk, by=WORKER, now=now)
    for verb in (assignments.depart, assignments.arrive, assignments.finish):
        for _ in range(2):
            verb(going.pk, by=WORKER, now=now)
    kinds = list(meal.events.filter(kind__startswith="assignment").values_list("kind", flat=True))
    assert [kind.partition(".")[2] for kind in kinds] == ["made", "departed", "arrived", "finished"]
    assert free(crew[0]) == [1]


# --- the end -------------------------------------------------------------------------------------


def test_cancelling_frees_who_was_asked_and_tells_them(meal, crew, now):
    closing.cancel(meal.pk, by=Actor("elder", None, "Mei"), now=now)
    assert free(*crew) == [1, 1, 1, 1]
    assert meal.offers.get().state == "withdrawn"
    assert OutboundJob.objects.get(purpose="withdrawn").to == crew[0].phone
    assert not OutboundJob.objects.filter(purpose="offer", state__in=OutboundJob.UNDER_WAY).exists()


def test_closing_frees_who_is_there(meal, crew, desk, now):
    going = offers.accept(meal.offers.get().pk, by=WORKER, now=now)
    assignments.arrive(going.pk, by=WORKER, now=now)
    closing.close(meal.pk, by=desk, now=now, disposition="met")
    going.refresh_from_db()
    assert (going.state, free(crew[0])) == ("cleared", [1])


def test_a_worker_on_the_way_is_not_cancelled_behind_his_back(meal, now):
    going = offers.accept(meal.offers.get().pk, by=WORKER, now=now)
    assignments.depart(going.pk, by=WORKER, now=now)
    assert refusal(closing.cancel, meal.pk, by=SYSTEM, now=now) == "wrong_state"
