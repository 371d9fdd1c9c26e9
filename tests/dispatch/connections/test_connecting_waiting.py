"""Whoever is put through to nobody waits on, and an emergency goes before."""

import pytest
from django.utils import timezone

from dispatch import assignments, desk, intake, offers, voice
from dispatch.actors import Actor
from dispatch.models import Event, Notice
from dispatch.states import Kind, Priority
from telephony import answers, outbound, rooms
from telephony.models import Call, CallBack
from tests import cast
from tests.dispatch.connections.steps import (
    caller,
    calls_her,
    picks_up,
    rung,
    said,
    verbs,
    waits,
    work,
)
from tests.dispatch.town import WORKER, cries
from tests.scenarios.phone import Item, Phone

pytestmark = pytest.mark.django_db(transaction=True)


def rejects(item: Item) -> None:
    Phone(cast.MEI_NUMBER).reject(item)


def lets_it_ring(item: Item) -> None:
    Phone(cast.MEI_NUMBER).let_ring(item)


def a_machine(item: Item) -> None:
    (job,) = rung()
    answers.answered(job.pk, job.carrier_ref, by_machine=True, now=timezone.now())


@pytest.mark.parametrize("how", [rejects, lets_it_ring, a_machine], ids=lambda how: how.__name__)
def test_nobody_answers_and_the_caller_hears_so_keeps_the_place_and_may_try_again(visit, how):
    wai = calls_her()
    since = caller().queued_at
    before = caller().cursor
    how(Phone(cast.MEI_NUMBER).outbox("call")[-1])
    assert "Nobody answers there. Press 1 to try again" in said(caller().script_after(before))
    assert caller().queued_at == since
    assert waits()
    leg = Call.objects.get(purpose="connect")
    assert leg.is_over
    assert "say" not in verbs(leg.script)  # a machine is left nothing
    assert not Notice.objects.filter(code="unreached").exists()
    wai.press("1")
    outbound.deliver_due(now=timezone.now())
    picks_up()
    assert caller().state == "talking"


def test_a_caller_who_hangs_up_while_she_is_rung_becomes_a_callback_and_her_telephone_is_still(
    visit,
):
    wai = calls_her()
    wai.hang_up()
    assert [job.state for job in rung()] == ["expired"]
    assert Phone(cast.MEI_NUMBER).outbox("call")[-1]["state"] == "expired"
    assert caller().state == "abandoned"
    assert CallBack.objects.get().number == cast.WAI_NUMBER


def test_an_operator_who_takes_the_caller_ends_the_ringing(visit):
    calls_her()
    desk.take(caller().pk, by=cast.olive(), now=timezone.now())
    assert [job.state for job in rung()] == ["expired"]
    (job,) = rung()
    late = answers.answered(job.pk, job.carrier_ref, now=timezone.now())  # in that very moment
    assert "taken care of already" in said(late.instructions)
    assert not Event.objects.filter(kind=Kind.BRIDGED).exists()
    assert caller().state == "talking"
    assert caller().operator is not None


def test_who_asks_for_a_person_meanwhile_keeps_the_place_and_the_operator_joins_the_two(visit):
    wai = calls_her()
    wai.press("0")
    picks_up()
    assert waits()
    olive = cast.olive()
    desk.take(caller().pk, by=olive, now=timezone.now())
    assert [party.who for party in rooms.present(caller())] == ["Mei Chen", str(olive)]
    wai.hang_up()
    assert caller().state == "wrap_up"


def test_pressing_one_again_while_it_rings_rings_nobody_twice(visit):
    wai = calls_her()
    wai.press("1")
    work()
    assert len(rung()) == 1
    assert caller().step["at"] == "connecting"


def test_she_hangs_up_and_the_worker_may_hang_up_or_wait_for_a_person(visit):
    wai = calls_her()
    mei, _ = picks_up()
    before = caller().cursor
    mei.hang_up()
    assert verbs(caller().script_after(before)) == ["say", "gather"]
    assert "The other side has hung up" in said(caller().script_after(before))
    wai.press("")
    assert waits()


def test_the_worker_hangs_up_first_and_she_is_told_so_and_let_go(visit):
    wai = calls_her()
    picks_up()
    wai.hang_up()
    leg = Call.objects.get(purpose="connect")
    assert said(leg.script[-2:]) == "The other side has hung up."
    assert (caller().state, leg.state) == ("ended", "ended")
    assert not CallBack.objects.exists()


def test_a_visit_that_ended_while_she_was_rung_puts_nobody_through(visit):
    calls_her()
    assignments.release(visit.pk, by=WORKER, now=timezone.now(), why="a flat tyre")
    _mei, heard = picks_up()
    assert verbs(heard) == ["say", "hangup"]
    assert not Event.objects.filter(kind=Kind.BRIDGED).exists()
    assert waits()


def test_while_she_is_on_the_telephone_with_us_she_is_not_rung(visit):
    Phone(cast.MEI_NUMBER).dial()
    calls_her()
    assert not rung()
    assert waits()


def test_an_emergency_of_hers_ends_the_ringing_and_has_her_line(mei, visit):
    calls_her()
    cries(mei, now=timezone.now())
    assert [job.state for job in rung()] == ["expired"]
    assert waits()
    work()
    assert Phone(cast.MEI_NUMBER).outbox("call")[-1]["purpose"] == "ring_back"


def test_until_her_voice_was_heard_in_an_emergency_her_line_is_kept_for_that(mei, worker):
    request = cries(mei, now=timezone.now())
    offer = next(iter(offers.make_next(request.pk, now=timezone.now())))
    offers.accept(offer.pk, by=WORKER, now=timezone.now())
    calls_her()
    assert not rung()
    olive = cast.olive()
    voice.spoke(request.pk, "She has fallen", by=olive, now=timezone.now())
    calls_her()
    assert [job.to for job in rung()] == [cast.MEI_NUMBER]


def test_an_emergency_while_they_speak_goes_before_the_desk_and_who_takes_it_hears_her(mei, visit):
    calls_her()
    picks_up()
    intake.escalate(
        visit.request_id, by=Actor("worker", None, "Wai"), now=timezone.now(), reason="she fell"
    )
    assert waits()
    assert caller().priority == Priority.EMERGENCY
    olive = cast.olive()
    desk.take(caller().pk, by=olive, now=timezone.now())
    assert [party.who for party in rooms.present(caller())] == ["Mei Chen", str(olive)]
