"""Who is underway and who waits are put through to each other by the one number, by key 1."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from dispatch import assignments, deadlines, desk, distress, intake, offers, voice
from dispatch.actors import Actor
from dispatch.models import Assignment, Event, Notice, Offer, ServiceRequest
from dispatch.pages import timeline
from dispatch.pages.desk import queue
from dispatch.states import Kind, Priority
from elders import consent
from elders.models import Contact, Elder, FamilyLink, User
from providers.models import Worker
from telephony import answers, outbound, rooms
from telephony import desk as calls
from telephony.models import Call, CallBack, OutboundJob
from tests import cast
from tests.dispatch.town import WORKER, cries, wants
from tests.scenarios.phone import Item, Phone

pytestmark = pytest.mark.django_db(transaction=True)

STRANGER = "+8613800009999"


@pytest.fixture
def mei() -> Elder:
    elder = cast.mei(language="en")
    elder.holdings.update(verified_at=timezone.now())
    return elder


@pytest.fixture
def worker() -> Worker:
    worker = cast.wai(cast.sunrise_kitchen(), "catering", "medical")
    Worker.objects.update(reach_by="call", position_at=timezone.now())
    return worker


@pytest.fixture
def ka_ming(mei) -> User:
    """Her son, who has agreed lately and may read her requests."""
    son = cast.ka_ming(mei)
    Contact.objects.update(agreed_at=timezone.now())
    return son


@pytest.fixture
def visit(mei, worker) -> Assignment:
    """Wai has accepted by telephone, and knows to whom he goes."""
    wants(mei, now=timezone.now())
    work()
    wai = Phone(cast.WAI_NUMBER)
    wai.answer(wai.outbox("call")[-1])
    wai.press("1")
    return Assignment.objects.get()


def work(after_s: float = 0.0) -> None:
    now = timezone.now() + timedelta(seconds=after_s)
    deadlines.fire_due(now=now)
    outbound.deliver_due(now=now)


def said(heard: list[Item]) -> str:
    return " ".join(step["text"] for step in heard if step["verb"] == "say")


def verbs(heard: list[Item]) -> list[str]:
    return [step["verb"] for step in heard]


def stranger() -> str:
    """What anybody hears, in the language of the town."""
    return said(Phone(STRANGER).dial())


def caller() -> Call:
    return Call.objects.filter(direction="inbound").latest("pk")


def waits() -> bool:
    return calls.queue().filter(pk=caller().pk).exists()


def rung() -> list[OutboundJob]:
    return list(OutboundJob.objects.filter(purpose="connect").order_by("pk"))


def calls_her() -> Phone:
    """Wai rings and presses 1; it rings at Mei's."""
    wai = Phone(cast.WAI_NUMBER)
    wai.dial()
    wai.press("1")
    outbound.deliver_due(now=timezone.now())
    return wai


def picks_up(number: str = cast.MEI_NUMBER) -> tuple[Phone, list[Item]]:
    phone = Phone(number)
    return phone, phone.answer(phone.outbox("call")[-1])


# --- a worker rings --------------------------------------------------------------------------


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


# --- a contact rings -------------------------------------------------------------------------


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


# --- nobody is lost --------------------------------------------------------------------------


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


# --- hers goes before ------------------------------------------------------------------------


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
