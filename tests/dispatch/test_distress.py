"""Workers in danger: the panic button, and a visit from which nobody comes back."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from dispatch import assignments, closing, deadlines, distress, handovers, offers, selectors
from dispatch.actors import Actor, actor_of
from dispatch.models import Assignment, Event, Handover, Notice, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.pages.desk import lines, notices
from dispatch.states import Disposition
from elders.models import Elder, GridCell
from telephony import answers
from telephony.models import OutboundJob
from tests import cast
from tests.dispatch.town import sweep, wants
from tests.pages import town
from tests.scenarios.phone import Phone

pytestmark = pytest.mark.django_db
WAI = Actor("worker", None, "Wai Ho")
LONG_S, ANSWER_S, AGAIN_S = 7200, 180, 900


@pytest.fixture
def mei() -> Elder:
    return cast.mei()


@pytest.fixture
def wai():
    return cast.wai(cast.sunrise_kitchen())


@pytest.fixture
def visit(mei, wai, now) -> Assignment:
    """Wai is at Mei's with a meal."""
    meal = wants(mei, now=now)
    sweep(now)
    going = offers.accept(meal.offers.get().pk, by=WAI, now=now)
    return assignments.arrive(going.pk, by=WAI, now=now)


def at(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def told(code: str) -> int:
    notice = Notice.objects.filter(code=code, done_at=None).first()
    return notice.times if notice else 0


def cry(wai, now):
    return distress.cry(wai, by=WAI, now=now)


# --- the panic button ----------------------------------------------------------------------------


def test_a_panic_is_an_emergency_in_front_of_a_person_with_place_and_visit(mei, wai, visit, now):
    request = cry(wai, now)
    assert (request.priority, request.state, request.elder) == ("emergency", "NEW", None)
    assert request.deadlines.filter(RUNNING, kind="unclaimed").exists()
    assert (request.estimate["lat"], request.estimate["lon"]) == (mei.lat, mei.lon)
    for fact in (visit.request.number, wai.phone):
        assert fact in request.note
    (notice,) = Notice.objects.filter(code="worker_alarm")
    assert notice.level == "sos"
    assert notices.sentence(notice).startswith("Wai Ho is in danger")


@pytest.mark.parametrize("at_work", [True, False])
def test_his_panic_is_handed_to_the_police_of_the_place(mei, wai, visit, now, at_work):
    GridCell.objects.filter(pk=mei.grid_id).update(police="+8657187110")
    if not at_work:  # in the next street, on the way home
        assignments.finish(visit.pk, by=WAI, now=now)
        type(wai).objects.filter(pk=wai.pk).update(lat=30.275, lon=120.156, position_at=now)
        wai.refresh_from_db()
    request = cry(wai, now)
    assert Notice.objects.get(code="worker_alarm").data["number"] == "+8657187110"
    assert (
        handovers.make(request.pk, service="110", by=cast.olive(), now=now).number == "+8657187110"
    )


def test_far_from_everybody_we_know_it_is_the_number_of_the_town(mei, wai, now):
    GridCell.objects.filter(pk=mei.grid_id).update(police="+8657187110")
    type(wai).objects.filter(pk=wai.pk).update(lat=31.0, lon=121.0, position_at=now)
    wai.refresh_from_db()
    cry(wai, now)
    assert Notice.objects.get(code="worker_alarm").data["number"] == "110"


def test_his_own_fresh_position_is_where_he_is(wai, visit, now):
    type(wai).objects.filter(pk=wai.pk).update(lat=30.29, lon=120.17, position_at=at(now, -60))
    wai.refresh_from_db()
    request = cry(wai, now)
    assert (request.estimate["lat"], request.estimate["age_s"]) == (30.29, 60)


def test_nothing_rings_his_telephone_and_nobody_is_sent_into_danger_unasked(wai, now):
    before = OutboundJob.objects.count()
    request = cry(wai, now)
    for seconds in range(0, 300, 20):
        sweep(at(now, seconds))
    assert OutboundJob.objects.count() == before
    assert not request.offers.exists()
    assert told("unclaimed") > 1


def test_pressed_again_it_is_the_same_case_and_sounds_again(wai, now):
    first, second = cry(wai, now), cry(wai, at(now, 5))
    assert first.pk == second.pk
    assert second.sounds == 2
    assert told("worker_alarm") == 2


def test_only_a_person_ends_it(wai, now):
    request = cry(wai, now)
    closing.close(
        request.pk,
        by=actor_of(cast.olive()),
        now=at(now, 60),
        disposition=Disposition.FALSE_ALARM,
        reason="Pressed in the pocket",
    )
    assert selectors.open_cry(wai) is None
    assert cry(wai, at(now, 120)).pk != request.pk


# --- the page --------------------------------------------------------------------------------


def test_the_page_needs_two_presses_and_tells_who_looks_after_him(wai):
    his = town.browser(wai.user)
    page = his.get("/worker/").content.decode()
    assert page.index("<details") < page.index("/worker/panic/") < page.index("</details>")
    page = his.post("/worker/panic/", follow=True).content.decode()
    assert "Your alarm is with our people" in page
    request = ServiceRequest.objects.get(source="worker")
    olive = cast.olive()
    ServiceRequest.objects.filter(pk=request.pk).update(owner=olive)
    assert "Olive is looking after you" in his.get("/worker/").content.decode()


def test_a_panic_is_never_refused_for_its_age_and_done_once(wai):
    his = town.browser(wai.user)
    pressed = (timezone.now() - timedelta(days=3)).isoformat()
    for _time in range(2):
        headers = {"Idempotency-Key": "k", "Pressed-At": pressed}
        assert his.post("/worker/panic/", headers=headers, follow=True).status_code == 200
    request = ServiceRequest.objects.get(source="worker")
    assert request.sounds == 1
    assert "没有网络" in request.note or "without a line until now" in request.note


# --- a visit that lasts too long ----------------------------------------------------------------


def test_an_overdue_visit_rings_the_worker_then_a_person_and_then_puts_110_to_them(visit, now):
    sweep(at(now, LONG_S - 1))
    assert not OutboundJob.objects.filter(purpose="overdue").exists()
    late = at(now, LONG_S)
    deadlines.fire_due(now=late)
    kinds = OutboundJob.objects.filter(purpose="overdue", to=cast.WAI_NUMBER)
    assert set(kinds.values_list("kind", flat=True)) == {"call", "text"}
    assert told("overdue") == 0

    deadlines.fire_due(now=at(late, ANSWER_S))
    assert (told("overdue"), told("overdue_police")) == (1, 0)
    deadlines.fire_due(now=at(late, ANSWER_S + AGAIN_S))
    assert told("overdue_police") == 1
    assert "Tell 110: 110" in notices.sentence(Notice.objects.get(code="overdue_police"))
    deadlines.fire_due(now=at(late, ANSWER_S + 2 * AGAIN_S))
    assert told("overdue_police") == 2

    events = Event.objects.filter(kind="assignment.overdue").order_by("seq")
    assert [event.data["step"] for event in events] == ["worker", "desk", "police"]
    assert lines.sentence(events[0].kind, events[0].data).endswith("the worker is rung")
    assignments.finish(visit.pk, by=WAI, now=at(late, 9000))
    assert (told("overdue"), told("overdue_police")) == (0, 0)


def unanswered(now: datetime) -> None:
    """The worker is rung, the desk is told, and nobody says anything."""
    for seconds in (LONG_S, LONG_S + ANSWER_S, LONG_S + ANSWER_S + AGAIN_S):
        sweep(at(now, seconds))


def test_where_the_police_have_agreed_110_is_rung_by_itself_and_gets_who_is_free(
    mei, visit, now, settings
):
    GridCell.objects.filter(pk=mei.grid_id).update(police="+8657187110")
    settings.OVERDUE_RINGS_POLICE, settings.LANGUAGE_CODE = True, "en"
    unanswered(now)
    made = Handover.objects.get()
    assert (made.service, made.number, made.by) == ("110", "+8657187110", None)
    assert (told("overdue_told"), told("overdue_police")) == (1, 0)

    phone = Phone("+8657187110")
    said, queued = phone.answer(phone.outbox("call")[-1])
    for fact in ("Wai Ho", cast.WAI_NUMBER, "does not answer", "12 Willow Lane"):
        assert fact in said["text"]
    assert (queued["verb"], queued["priority"]) == ("enqueue", "emergency")

    deadlines.fire_due(now=at(now, LONG_S + ANSWER_S + 2 * AGAIN_S))
    assert Handover.objects.count() == 1  # nagged again, and not rung again
    desk = town.browser(cast.olive())
    assert b"One Number" in desk.get(f"/console/requests/{visit.request_id}/").content
    answer = desk.get(f"/api/v1/requests/{visit.request_id}/handovers")
    assert [one["by"] for one in answer.json()["items"]] == ["One Number"]


def test_110_stops_ringing_when_the_worker_is_heard_and_a_person_still_has_to_tell_them(
    visit, now, settings
):
    settings.OVERDUE_RINGS_POLICE = True
    unanswered(now)
    ringing = OutboundJob.objects.filter(purpose="conference")
    assert {job.state for job in ringing} == {"ringing"}
    assignments.finish(visit.pk, by=WAI, now=at(now, 9000))
    assert {job.state for job in ringing.all()} == {"expired"}
    assert Handover.objects.get().deadlines.filter(RUNNING).exists()


def test_what_a_person_has_told_110_is_not_told_again(visit, now, settings):
    settings.OVERDUE_RINGS_POLICE = True
    handovers.make(visit.request_id, service="110", by=cast.olive(), now=now)
    unanswered(now)
    assert Handover.objects.count() == 1
    assert (told("overdue_told"), told("overdue_police")) == (1, 0)


def test_unless_they_have_agreed_no_machine_rings_110(visit, now):
    unanswered(now)
    assert not Handover.objects.exists()
    assert not OutboundJob.objects.filter(purpose="conference").exists()


def test_who_says_that_all_is_well_has_half_an_hour_more_and_is_asked_again(visit, now):
    late = at(now, LONG_S)
    sweep(late)
    text = OutboundJob.objects.get(purpose="overdue", kind="text")
    answers.replied(text.pk, "1", now=at(late, 30))
    deadlines.fire_due(now=at(late, 30 + 1799))
    assert told("overdue") == 0
    steps = Event.objects.filter(kind="assignment.overdue").order_by("seq")
    assert [event.data["step"] for event in steps] == ["worker", "well"]
    deadlines.fire_due(now=at(late, 30 + 1800))
    assert steps.last().data["step"] == "worker"


@pytest.mark.parametrize("keys", ["0", "", "7"])
def test_any_other_key_and_silence_put_the_worker_through_to_a_person(visit, now, keys):
    sweep(at(now, LONG_S))
    phone = Phone(cast.WAI_NUMBER)
    phone.answer(phone.outbox("call")[-1])
    said = phone.press(keys)
    assert said[-1]["verb"] == "enqueue"
    assert not Event.objects.filter(data__step="well").exists()


def test_his_page_asks_him_too(visit, wai, now):
    his = town.browser(wai.user)
    longer = f"/worker/visits/{visit.pk}/longer/"
    assert longer not in his.get("/worker/").content.decode()
    sweep(at(now, LONG_S))
    assert longer in his.get("/worker/").content.decode()
    assert longer not in his.post(longer, follow=True).content.decode()
    assert Event.objects.filter(data__step="well").count() == 1


def test_the_api_tells_of_it_too(wai, visit, now):
    type(wai).objects.filter(pk=wai.pk).update(lat=30.29, lon=120.17, position_at=now)
    wai.refresh_from_db()
    cry(wai, now)
    answer = town.browser(cast.olive()).get("/api/v1/requests?priority=emergency")
    (told_,) = answer.json()["items"]
    assert (told_["source"], told_["estimate"]["lat"]) == ("worker", 30.29)
