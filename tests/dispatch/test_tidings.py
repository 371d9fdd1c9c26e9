"""Who rings hears how it stands: one sentence, no promise before an acceptance, no stale time."""

from datetime import datetime, timedelta

import pytest

from dispatch import assignments, closing, intake, offers
from dispatch.models import ServiceRequest
from dispatch.states import Priority
from elders.models import Elder
from providers import duty
from providers.models import Worker
from telephony import inbound
from tests import cast
from tests.dispatch.town import ELDER, WORKER, cries, wants

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei(now) -> Elder:
    elder = cast.mei(language="en")
    elder.holdings.update(verified_at=now - timedelta(days=1))
    return elder


@pytest.fixture
def wai(now) -> Worker:
    worker = cast.wai(cast.sunrise_kitchen(), "catering", "medical")
    duty.move([duty.Move(worker.pk, 30.2760, 120.1560, 10.0, now)], now=now)
    return worker


def hears(now: datetime, ref: str = "a", number: str = cast.MEI_NUMBER) -> str:
    """What is said when that number rings."""
    reply = inbound.incoming("simulator", ref, from_number=number, to_number="12349", now=now)
    return " ".join(step.get("text", "") for step in reply.instructions)


def accepted(request: ServiceRequest, now: datetime) -> int:
    (offer,) = offers.make_next(request.pk, now=now)
    return offers.accept(offer.pk, by=WORKER, now=now).pk


def test_without_a_request_nothing_is_said_of_one(mei, now):
    assert "order" not in hears(now)
    assert "coming" not in hears(now, "b").replace("coming to the phone", "")


def test_help_is_coming_is_said_only_after_an_acceptance(mei, wai, now):
    request = wants(mei, now=now)
    assert "for Meals: we are looking for somebody" in hears(now, "a")
    assert "Help is coming" not in hears(now, "b")
    (offer,) = offers.make_next(request.pk, now=now)
    assert "Help is coming" not in hears(now, "c")
    offers.accept(offer.pk, by=WORKER, now=now)
    assert "Help is coming: Wai Ho, for Meals" in hears(now, "d")


@pytest.mark.parametrize(("age_s", "told"), [(0, True), (180, True), (181, False)])
def test_a_time_only_from_a_fix_at_most_three_minutes_old(mei, wai, now, age_s, told):
    accepted(wants(mei, now=now), now)
    heard = hears(now + timedelta(seconds=age_s))
    assert "Help is coming" in heard
    assert ("in about" in heard) is told


def test_each_stage_has_its_sentence(mei, wai, now):
    request = wants(mei, now=now)
    visit = accepted(request, now)
    assignments.arrive(visit, by=WORKER, now=now)
    assert "Wai Ho is with you now, for Meals" in hears(now, "a")
    assignments.finish(visit, by=WORKER, now=now)
    assert "Your visit for Meals is finished" in hears(now, "b")
    closing.confirm(request.pk, by=ELDER, now=now)
    assert "Meals is" not in hears(now, "c")


def test_unfilled_says_that_nobody_is_free_yet(mei, now):
    request = wants(mei, now=now)
    offers.make_next(request.pk, now=now)
    assert "nobody is free yet" in hears(now)


def test_the_emergency_comes_before_the_meal(mei, wai, now):
    accepted(wants(mei, now=now), now)
    cries(mei, now=now)
    assert "We have your alarm" in hears(now)


def test_it_stands_right_after_the_greeting(mei, now):
    wants(mei, now=now)
    heard = hears(now)
    assert heard.index("Hello Mei") < heard.index("we are looking") < heard.index("press 1")


def test_a_number_not_lately_verified_never_hears_it(mei, wai, now):
    mei.holdings.update(verified_at=None)
    accepted(wants(mei, now=now), now)
    heard = hears(now)
    assert "Meals" not in heard
    assert "Help is coming" not in heard


def test_a_household_hears_the_sentence_of_who_said_she_is_calling(mei, wai, now):
    bo = cast.bo(mei)
    cast.line(bo, cast.MEI_NUMBER, verified_at=now, rank=2)
    accepted(wants(mei, now=now), now)
    reply = inbound.incoming(
        "simulator", "a", from_number=cast.MEI_NUMBER, to_number="12349", now=now
    )
    assert "Help" not in str(reply.instructions)
    assert "Help is coming" in str(inbound.digits(reply.call or 0, "1", now=now).instructions)


def test_she_hears_it_in_her_language(mei, now):
    mei.language = "zh-hans"
    mei.save()
    intake.open_request(
        elder=mei, category="catering", priority=Priority.ROUTINE, source="page", by=ELDER, now=now
    )
    assert "助餐" in hears(now)
