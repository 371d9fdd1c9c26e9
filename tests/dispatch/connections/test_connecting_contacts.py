"""A contact of somebody who waits is put through to the worker who comes, by key 1."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from dispatch import distress, offers
from dispatch.models import Event, Offer, ServiceRequest
from dispatch.pages import timeline
from dispatch.states import Kind
from elders import consent
from elders.models import Contact, Elder, FamilyLink, User
from telephony import outbound
from telephony.models import Call
from tests import cast
from tests.dispatch.connections.steps import STRANGER, caller, picks_up, rung, said, stranger, waits
from tests.dispatch.town import WORKER, cries, wants
from tests.scenarios.phone import Phone

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_contact_is_offered_who_comes_without_any_name(visit, ka_ming):
    heard = said(Phone(cast.KA_MING_NUMBER).dial())
    assert "To speak with the one who is coming, press 1. Or just stay on the line." in heard
    assert not {"Mei", "Wai", "Ka-Ming"} & set(heard.replace(",", " ").split())
    assert waits()


def test_the_worker_hears_that_somebody_close_to_her_calls_and_they_are_put_through(visit, ka_ming):
    son = Phone(cast.KA_MING_NUMBER)
    son.dial()
    son.press("1")
    outbound.deliver_due(now=timezone.now())
    _wai, heard = picks_up(cast.WAI_NUMBER)
    assert "Somebody close to Mei Chen is on the line." in said(heard)
    assert "Ka-Ming" not in said(heard)
    assert caller().state == "talking"
    assert cast.KA_MING_NUMBER not in str(Call.objects.get(purpose="connect").script)
    assert cast.WAI_NUMBER not in str(caller().script)
    event = Event.objects.get(kind=Kind.BRIDGED)
    assert event.by == {"kind": "family", "id": ka_ming.pk, "name": "Ka-Ming Chen"}
    with override("en"):
        (entry,) = timeline.told([event], elder="Mei", category="Meals")
    assert entry.title == "Somebody close to Mei is put through to Wai Ho"


def barred(mei: Elder, son: User) -> None:
    Contact.objects.update(barred=True)


def barred_under_another_entry(mei: Elder, son: User) -> None:
    Contact.objects.create(elder=mei, name="K", phone=cast.KA_MING_NUMBER, barred=True)


def barred_as_a_relative(mei: Elder, son: User) -> None:
    FamilyLink.objects.update(barred=True)


def somebody_near_may_harm_her(mei: Elder, son: User) -> None:
    Elder.objects.update(safeguarding=True)


def without_her_consent(mei: Elder, son: User) -> None:
    consent.withdraw(mei, son, now=timezone.now())


def never_agreed(mei: Elder, son: User) -> None:
    Contact.objects.update(agreed_at=None)


def agreed_long_ago(mei: Elder, son: User) -> None:
    Contact.objects.update(agreed_at=timezone.now() - timedelta(days=91))


NOT_OFFERED = [
    barred,
    barred_under_another_entry,
    barred_as_a_relative,
    somebody_near_may_harm_her,
    without_her_consent,
    never_agreed,
    agreed_long_ago,
]


@pytest.mark.parametrize("why", NOT_OFFERED, ids=lambda why: why.__name__)
def test_who_may_not_know_hears_what_a_stranger_hears_and_reaches_nobody(visit, mei, ka_ming, why):
    why(mei, ka_ming)
    son = Phone(cast.KA_MING_NUMBER)
    assert said(son.dial()) == stranger()
    son.dial()
    son.press("1")
    assert not rung()
    assert waits()


@pytest.mark.parametrize("why", NOT_OFFERED[:6], ids=lambda why: why.__name__)
def test_what_is_taken_back_after_the_offer_holds_at_the_key(visit, mei, ka_ming, why):
    son = Phone(cast.KA_MING_NUMBER)
    son.dial()
    why(mei, ka_ming)
    son.press("1")
    assert not rung()
    assert waits()


def test_a_contact_whom_nobody_visits_hears_what_a_stranger_hears(mei, ka_ming):
    wants(mei, now=timezone.now())
    assert said(Phone(cast.KA_MING_NUMBER).dial()) == stranger()


def test_who_agreed_long_ago_is_known_by_a_lately_pressed_key(visit, mei, ka_ming):
    agreed_long_ago(mei, ka_ming)
    job = outbound.place("text", cast.KA_MING_NUMBER, purpose="waiting", now=timezone.now())
    job.acknowledged_by = job.to
    job.save()
    assert "press 1" in said(Phone(cast.KA_MING_NUMBER).dial())


def test_a_neighbour_without_an_account_is_offered_it_once_we_have_told_them_of_it(mei, worker):
    Contact.objects.create(
        elder=mei,
        name="Xu",
        phone=STRANGER,
        relation="neighbour",
        agreed_at=timezone.now(),
        reach_by="text",
    )
    cries(mei, now=timezone.now())
    (offer, *_) = Offer.objects.all() or offers.make_next(
        ServiceRequest.objects.get().pk, now=timezone.now()
    )
    offers.accept(offer.pk, by=WORKER, now=timezone.now())
    assert "press 1" not in said(Phone(STRANGER).dial())
    outbound.deliver_due(now=timezone.now())  # the text about this emergency
    assert "To speak with the one who is coming" in said(Phone(STRANGER).dial())


def test_nothing_rings_a_worker_who_has_pressed_the_panic_button(visit, worker, ka_ming):
    distress.cry(worker, by=WORKER, now=timezone.now())
    assert said(Phone(cast.KA_MING_NUMBER).dial()) == stranger()


def test_a_panic_stops_what_rings_at_that_moment(visit, worker, ka_ming):
    son = Phone(cast.KA_MING_NUMBER)
    son.dial()
    son.press("1")
    outbound.deliver_due(now=timezone.now())
    distress.cry(worker, by=WORKER, now=timezone.now())
    assert [job.state for job in rung()] == ["expired"]
    assert waits()
