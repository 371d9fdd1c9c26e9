"""How an arrival is known, and what was ticked before the visit ended."""

import re
from datetime import timedelta

import pytest

from dispatch import assignments, offers, proofs
from dispatch.actors import Actor, actor_of
from dispatch.models import Assignment, Event
from dispatch.pages.desk import lines
from providers.models import Task
from tests import cast
from tests.dispatch.town import sweep, wants
from tests.pages import town

pytestmark = pytest.mark.django_db
WAI = Actor("worker", None, "Wai Ho")
CARD = "A 1234 5678"


@pytest.fixture
def mei():
    return cast.mei(card_number="a12345678")


@pytest.fixture
def wai():
    return cast.wai(cast.sunrise_kitchen())


@pytest.fixture
def visit(mei, wai, now) -> Assignment:
    meal = wants(mei, now=now)
    sweep(now)
    return offers.accept(meal.offers.get().pk, by=WAI, now=now)


def arrived(visit, now, typed="", by=WAI):
    return assignments.arrive(visit.pk, by=by, now=now, typed=typed).proof


def stands(wai, lat, lon, at):
    type(wai).objects.filter(pk=wai.pk).update(lat=lat, lon=lon, position_at=at)


def test_her_card_and_the_code_of_the_visit_prove_an_arrival(visit, now):
    assert arrived(visit, now, CARD) == "card"
    event = Event.objects.get(kind="assignment.arrived")
    assert lines.sentence(event.kind, event.data) == "Wai Ho arrived. her card"


def test_the_code_she_says_is_of_this_visit_alone(visit, now):
    code = proofs.code_of(visit)
    assert len(code) == 4
    assert code.isdigit()
    other = Assignment(pk=visit.pk + 1, request=visit.request, worker=visit.worker)
    assert proofs.of_arrival(other, code, now=now) == ""
    assert arrived(visit, now, f" {code} ") == "code"


def test_the_telephone_near_the_door_proves_it_too_while_its_fix_is_fresh(visit, mei, wai, now):
    stands(wai, mei.lat, mei.lon, now - timedelta(seconds=200))
    assert proofs.of_arrival(Assignment.objects.get(pk=visit.pk), "", now=now) == ""
    stands(wai, mei.lat + 0.01, mei.lon, now)
    assert proofs.of_arrival(Assignment.objects.get(pk=visit.pk), "", now=now) == ""
    stands(wai, mei.lat, mei.lon, now)
    assert arrived(visit, now) == "position"


def test_a_wrong_code_loses_no_arrival_and_is_no_proof(visit, now):
    assert arrived(visit, now, "no such code") == ""
    assert Assignment.objects.get(pk=visit.pk).state == "on_scene"


def test_what_an_operator_records_is_the_operators_word(visit, mei, wai, now):
    stands(wai, mei.lat, mei.lon, now)
    assert arrived(visit, now, by=actor_of(cast.olive())) == ""


def test_a_code_may_be_shown_later_and_be_guessed_five_times(visit, now):
    arrived(visit, now)
    for _guess in range(proofs.TRIES):
        assert not proofs.prove(visit.pk, "wrong", by=WAI, now=now)
    assert not proofs.prove(visit.pk, proofs.code_of(visit), by=WAI, now=now)
    Assignment.objects.update(proof_tries=1)
    assert proofs.prove(visit.pk, proofs.code_of(visit), by=WAI, now=now)
    told = Event.objects.latest("seq")
    assert lines.sentence(told.kind, told.data) == "Is with her: the code she said"


def test_she_has_the_code_on_her_screen_until_he_is_there(visit, mei, wai, now):
    cast.signed_in(mei)
    hers, his = town.browser(mei.user), town.browser(wai.user)
    code = proofs.code_of(visit)
    shown = re.compile(rf">\s*{code}\s*<")  # the same digits may stand in an address, too
    assert shown.search(hers.get("/elder/").content.decode())
    assert not shown.search(his.get("/worker/").content.decode())
    page = his.post(f"/worker/visits/{visit.pk}/arrive/", {"code": code}, follow=True)
    assert "the code she said" in page.content.decode()
    assert not shown.search(hers.get("/elder/").content.decode())


def test_what_was_ticked_is_kept_as_it_was_called_that_day(visit, wai):
    his = town.browser(wai.user)
    first, second = Task.objects.filter(category="catering")
    his.post(f"/worker/visits/{visit.pk}/arrive/")
    assert first.name in his.get("/worker/").content.decode()
    his.post(f"/worker/visits/{visit.pk}/finish/", {"task": [first.pk, "x"], "note": ""})
    first.delete()
    visit.refresh_from_db()
    assert [(one["name"], one["done"]) for one in visit.tasks] == [
        (first.name, True),
        (second.name, False),
    ]
