"""A house sends the worker it chooses: for an offer of its own, and for a visit not yet begun."""

import pytest

from dispatch import assignments, deadlines, intake, offers, selectors, substitutes
from dispatch.actors import SYSTEM, Actor
from dispatch.errors import DispatchError
from dispatch.models import Offer
from dispatch.states import Priority
from providers.models import Provider, Worker, WorkerCategory
from telephony.models import OutboundJob
from tests import cast

pytestmark = pytest.mark.django_db
DAWN = Actor("provider", 7, "Dawn")


@pytest.fixture
def wai():
    return cast.wai(cast.sunrise_kitchen())


@pytest.fixture
def bing(wai):
    return colleague(wai.provider, "Bing", "+8613800000012")


def colleague(house, name, phone, **more):
    worker = Worker.objects.create(
        provider=house,
        name=name,
        phone=phone,
        sex="female",
        on_duty=True,
        lat=30.3100,
        lon=120.2000,
        position_at=cast.BEFORE,
        **more,
    )
    WorkerCategory.objects.create(worker=worker, category_id="catering")
    return worker


@pytest.fixture
def meal(wai, bing, now):
    """Wai, who is nearer, is asked."""
    made = intake.open_request(
        elder=cast.mei(),
        category="catering",
        priority=Priority.ROUTINE,
        source="call",
        by=SYSTEM,
        now=now,
    )
    offers.make_next(made.pk, now=now)
    assert Offer.objects.get().worker == wai
    return made


def free(*workers):
    return [Worker.objects.get(pk=worker.pk).free for worker in workers]


def sound(now):
    return {name: rows for name, rows in selectors.unwatched(now=now).items() if rows}


def test_the_house_accepts_for_whom_was_asked(meal, wai, bing, now):
    going = substitutes.answer(Offer.objects.get().pk, wai.pk, by=DAWN, now=now)
    meal.refresh_from_db()
    assert (meal.state, going.worker, free(wai, bing)) == ("ASSIGNED", wai, [0, 1])
    assert meal.events.get(kind="offer.accepted").by["name"] == "Dawn"
    again = substitutes.answer(going.offer_id, wai.pk, by=DAWN, now=now)
    assert again == going


def test_the_house_sends_a_colleague_of_whom_was_asked(meal, wai, bing, now):
    going = substitutes.answer(Offer.objects.get().pk, bing.pk, by=DAWN, now=now)
    meal.refresh_from_db()
    assert (meal.state, going.worker, free(wai, bing)) == ("ASSIGNED", bing, [1, 0])
    states = dict(meal.offers.values_list("worker__name", "state"))
    assert states == {"Wai Ho": "withdrawn", "Bing": "accepted"}
    told = OutboundJob.objects.filter(purpose__in=["sent", "withdrawn"])
    assert set(told.values_list("purpose", "to")) == {
        ("sent", bing.phone),
        ("withdrawn", wai.phone),
    }
    assert sound(now) == {}


def test_a_visit_is_handed_to_a_colleague_and_is_never_without_somebody(meal, wai, bing, now):
    going = offers.accept(Offer.objects.get().pk, by=SYSTEM, now=now)
    assignments.depart(going.pk, by=SYSTEM, now=now)
    instead = substitutes.hand_over(going.pk, bing.pk, by=DAWN, now=now, why="Puncture")
    meal.refresh_from_db()
    going.refresh_from_db()
    assert (meal.state, instead.worker) == ("ASSIGNED", bing)
    assert (going.state, going.note, free(wai, bing)) == ("released", "Puncture", [1, 0])
    deadlines.fire_due(now=now)
    meal.refresh_from_db()
    assert (meal.state, meal.offers.count()) == ("ASSIGNED", 2)
    assert sound(now) == {}


def test_a_colleague_who_cannot_go_changes_nothing(meal, wai, bing, now):
    going = offers.accept(Offer.objects.get().pk, by=SYSTEM, now=now)
    Worker.objects.filter(pk=bing.pk).update(on_duty=False)
    seq = meal.events.count()
    with pytest.raises(DispatchError) as refused:
        substitutes.hand_over(going.pk, bing.pk, by=DAWN, now=now)
    going.refresh_from_db()
    assert (refused.value.code, going.state) == ("not_available", "assigned")
    assert (meal.events.count(), free(wai, bing)) == (seq, [0, 1])


def test_whoever_is_there_is_not_replaced(meal, wai, bing, now):
    going = offers.accept(Offer.objects.get().pk, by=SYSTEM, now=now)
    assignments.arrive(going.pk, by=SYSTEM, now=now)
    with pytest.raises(DispatchError) as refused:
        substitutes.hand_over(going.pk, bing.pk, by=DAWN, now=now)
    assert refused.value.code == "on_scene"


def test_a_worker_of_another_house_is_never_sent(meal, wai, now):
    moon = Provider.objects.create(name="Moon House", lat=30.27, lon=120.15)
    stranger = colleague(moon, "Bei", "+8613800000099")
    offer = Offer.objects.get()
    with pytest.raises(DispatchError) as refused:
        substitutes.answer(offer.pk, stranger.pk, by=DAWN, now=now)
    assert refused.value.code == "other_house"
    going = offers.accept(offer.pk, by=SYSTEM, now=now)
    with pytest.raises(DispatchError) as refused:
        substitutes.hand_over(going.pk, stranger.pk, by=DAWN, now=now)
    assert refused.value.code == "other_house"


def test_an_offer_that_is_over_is_not_answered_any_more(meal, bing, now):
    offer = Offer.objects.get()
    offers.decline(offer.pk, by=SYSTEM, now=now)
    with pytest.raises(DispatchError) as refused:
        substitutes.answer(offer.pk, bing.pk, by=DAWN, now=now)
    assert refused.value.code == "offer_over"


def test_a_colleague_far_behind_others_nearer_can_still_be_named(meal, wai, bing, now):
    moon = Provider.objects.create(name="Moon House", lat=30.2742, lon=120.1552)
    cast.Licence.objects.create(
        provider=moon,
        category_id="catering",
        number="M",
        valid_from=cast.date(2020, 1, 1),
        valid_to=cast.date(2099, 1, 1),
    )
    for n in range(15):
        near = colleague(moon, f"Near {n}", f"+861390000{n:04}")
        Worker.objects.filter(pk=near.pk).update(lat=None, lon=None, position_at=None)
        near.refresh_from_db()
        near.save()
    going = substitutes.answer(Offer.objects.get().pk, bing.pk, by=DAWN, now=now)
    assert going.worker == bing
