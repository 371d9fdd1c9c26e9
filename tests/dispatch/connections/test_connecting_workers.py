"""A worker underway is put through to whom he goes to, by the one number and key 1."""

import pytest
from django.utils import timezone
from django.utils.translation import override

from dispatch import assignments, offers
from dispatch.models import Event
from dispatch.pages import timeline
from dispatch.pages.desk import queue
from dispatch.states import Kind
from elders.models import Elder
from providers.models import Worker
from telephony import rooms
from telephony.models import Call
from tests import cast
from tests.dispatch.connections.steps import caller, calls_her, picks_up, rung, said, waits
from tests.dispatch.town import WORKER, wants
from tests.scenarios.phone import Phone

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_with_a_visit_is_offered_to_speak_with_her_and_is_in_the_queue(visit):
    heard = Phone(cast.WAI_NUMBER).dial()
    assert "To speak with Mei Chen, press 1. Or just stay on the line." in said(heard)
    assert waits()


def test_on_one_she_hears_who_it_is_and_the_two_are_put_through(visit):
    wai = calls_her()
    assert waits()  # until somebody speaks with him
    before = caller().cursor
    _mei, heard = picks_up()
    assert said(heard) == (
        "This is One Number. Wai Ho, who comes to you, is on the line. You are put through now."
    )
    assert heard[-1] == {"verb": "bridge", "to": f"call:{caller().pk}", "name": ""}
    told, bridge = caller().script_after(before)
    assert told["text"] == "You are put through now."
    assert bridge["to"] == f"call:{caller().pk}"
    assert caller().state == "talking"
    assert not waits()
    assert [party.who for party in rooms.present(caller())] == ["Mei Chen"]
    wai.press("2")  # a key pressed while they speak does nothing
    assert caller().state == "talking"


def test_neither_is_given_the_number_of_the_other(visit):
    calls_her()
    picks_up()
    leg = Call.objects.get(purpose="connect")
    assert leg.from_number == "12349"
    assert cast.WAI_NUMBER not in str(leg.script)
    assert cast.MEI_NUMBER not in str(caller().script)


def test_the_console_says_who_speaks_with_whom_and_since_when(visit):
    calls_her()
    picks_up()
    ((call, who, with_whom),) = queue.spoken_with(cast.olive())
    assert (call, who, with_whom) == (caller(), cast.WAI_NUMBER, "Mei Chen")
    assert call.since == rooms.present(caller()).get().joined_at


def test_it_stands_in_the_log_and_in_words(visit):
    calls_her()
    picks_up()
    event = Event.objects.get(kind=Kind.BRIDGED)
    assert event.by["name"] == "Wai Ho"
    assert (event.data["call"], event.data["assignment"]) == (caller().pk, visit.pk)
    with override("en"):
        (entry,) = timeline.told([event], elder="Mei", category="Meals")
    assert entry.title == "Mei is put through to Wai Ho"


def test_a_number_that_was_not_told_of_the_visit_hears_no_name_and_neither_does_she(mei, worker):
    request = wants(mei, now=timezone.now())
    (offer,) = offers.make_next(request.pk, now=timezone.now())
    offers.accept(offer.pk, by=WORKER, now=timezone.now())  # on the page
    heard = said(Phone(cast.WAI_NUMBER).dial())
    assert "To speak with the one you are going to, press 1." in heard
    assert "Mei" not in heard
    calls_her()
    _mei, heard_by_her = picks_up()
    assert "Who comes to you is on the line." in said(heard_by_her)
    assert "Wai" not in said(heard_by_her)


def test_of_several_visits_the_nearest_is_offered(visit):
    lan = cast.lan()
    Worker.objects.update(capacity=3, free=2)
    second = wants(lan, now=timezone.now())
    (offer,) = offers.make_next(second.pk, now=timezone.now())
    hers = offers.accept(offer.pk, by=WORKER, now=timezone.now())
    assignments.depart(hers.pk, by=WORKER, now=timezone.now())
    calls_her()
    assert [job.to for job in rung()] == [cast.LAN_NUMBER]


@pytest.mark.parametrize("how", ["finished", "fell away"])
def test_a_worker_whose_visit_is_over_hears_what_a_stranger_hears(visit, how):
    if how == "finished":
        assignments.arrive(visit.pk, by=WORKER, now=timezone.now())
        assignments.finish(visit.pk, by=WORKER, now=timezone.now())
    else:
        assignments.release(visit.pk, by=WORKER, now=timezone.now(), why="ill")
    assert "press 1" not in said(Phone(cast.WAI_NUMBER).dial())
    calls_her()
    assert not rung()
    assert waits()


def test_an_elders_number_is_an_elders_also_where_it_is_a_workers(visit):
    lan = cast.lan()
    lan.language = "en"
    lan.save()
    cast.line(lan, cast.WAI_NUMBER, verified_at=timezone.now())
    heard = said(Phone(cast.WAI_NUMBER).dial())
    assert "Hello Lan Zhou" in heard
    assert "To speak with" not in heard


def test_who_cannot_hear_is_not_rung(mei, visit):
    Elder.objects.filter(pk=mei.pk).update(hearing=Elder.Hearing.DEAF)
    assert "press 1" not in said(Phone(cast.WAI_NUMBER).dial())


def test_where_the_two_could_not_hear_each_other_nothing_is_offered(visit, settings):
    settings.CARRIERS = ["tests.telephony.town_carriers.Refusing", *settings.CARRIERS]
    assert "press 1" not in said(Phone(cast.WAI_NUMBER).dial())
