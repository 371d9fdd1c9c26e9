"""The satisfaction call: asked after a visit, answered by digit, and taken up when it is bad."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import afterwards, assignments, calling, closing, deadlines, mornings, offers
from dispatch.models import Notice, Offer, Question, ServiceRequest, Survey
from dispatch.states import Disposition
from elders.models import Elder
from providers.models import Worker
from telephony import answers, inbound, outbound
from telephony.models import Call, CallBack, OutboundJob
from tests import cast
from tests.dispatch.town import ELDER, WORKER, wants, workers

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> Elder:
    return cast.mei()


@pytest.fixture
def crew() -> list[Worker]:
    return workers(cast.sunrise_kitchen(), 3)


def visited(elder: Elder, now: datetime, **facts: object) -> ServiceRequest:
    """A visit from the order to the confirmed end."""
    request = wants(elder, now=now, **facts)
    (offer,) = offers.make_next(request.pk, now=now)
    visit = offers.accept(offer.pk, by=WORKER, now=now)
    assignments.arrive(visit.pk, by=WORKER, now=now)
    assignments.finish(visit.pk, by=WORKER, now=now)
    return closing.confirm(request.pk, by=ELDER, now=now)


def turn(now: datetime) -> None:
    deadlines.fire_due(now=now)
    calling.sweep(now=now)
    outbound.deliver_due(now=now)


def due(survey: Survey | None = None) -> datetime:
    return (survey or Survey.objects.get()).due_at


def pick_up(now: datetime) -> int:
    job = OutboundJob.objects.get(purpose="satisfaction", kind="call", state="ringing")
    return answers.answered(job.pk, job.carrier_ref, now=now).call or 0


def says(keys: str, now: datetime) -> list[str]:
    """She picks up and presses keys in turn ("-" is silence); the verbs of the last answer."""
    call = pick_up(now)
    heard = []
    for key in keys:
        steps = inbound.digits(call, key.strip("-"), now=now).instructions
        heard = [step["verb"] for step in steps]
    return heard


def survey() -> Survey:
    return Survey.objects.get()


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 10**6),
)
def test_she_is_asked_within_the_hours_of_the_town_and_not_before_an_hour_has_passed(at, key):
    opens, closes = mornings.hours(mornings.SURVEY)
    moment = afterwards.moment(at, key)
    local = moment.astimezone(mornings.timezone.get_default_timezone())
    assert opens <= local.time() <= closes
    assert timedelta(hours=1) <= moment - at <= timedelta(hours=30)


def test_three_digits_are_an_answer_and_are_in_the_figures(mei, crew, now, client):
    visited(mei, now)
    turn(due())
    assert says("543", due()) == ["say", "hangup"]
    assert (survey().state, survey().score) == ("answered", 4.0)
    digits = survey().answers.order_by("question__order").values_list("question", "digit")
    assert list(digits) == [("content", 5), ("on_time", 4), ("kind", 3)]
    client.force_login(cast.sol())
    worker = client.get(f"/api/v1/workers/{survey().worker_id}").json()
    assert worker["satisfaction"] == {"visits": 1, "score": 4.0}
    provider = client.get(f"/api/v1/providers/{survey().worker.provider_id}").json()
    assert provider["satisfaction"] == {"visits": 1, "score": 4.0}
    assert client.get("/api/v1/workers").json()["items"][0]["satisfaction"]["score"] is None


def test_below_the_line_the_case_is_open_again_in_front_of_a_person_and_nobody_is_sent(
    mei, crew, now
):
    request = visited(mei, now)
    turn(due())
    says("212", due())
    request.refresh_from_db()
    assert request.state == "UNFILLED"
    kinds = list(request.events.values_list("kind", flat=True))
    assert kinds[-2:] == ["request.reopened", "request.unfilled"]
    assert Notice.objects.get(request=request).code == "dissatisfied"
    for minutes in range(0, 60, 4):
        turn(due() + timedelta(minutes=minutes))
    assert Offer.objects.filter(request=request).count() == 1  # the old one
    notice = Notice.objects.get(request=request)
    assert (notice.times > 5, notice.data) == (True, {"score": "1.7"})
    # A person says that it is dealt with, and wants somebody to go again.
    Notice.objects.update(done_at=due())
    turn(due() + timedelta(hours=2))
    assert Offer.objects.filter(request=request).count() == 2


def test_at_the_line_it_stays_closed(mei, crew, now, settings):
    settings.SATISFACTION_LINE = 3.0
    request = visited(mei, now)
    turn(due())
    says("333", due())
    request.refresh_from_db()
    assert request.state == "CLOSED"


@pytest.mark.parametrize("keys", ["9", "--"])
def test_refusing_is_fine(mei, crew, now, keys):
    visited(mei, now)
    turn(due())
    assert says(keys, due()) == ["say", "hangup"]
    assert (survey().state, survey().score) == ("refused", None)
    turn(due() + timedelta(days=1))
    assert OutboundJob.objects.filter(purpose="satisfaction").count() == 1


def test_nought_reaches_a_person_and_what_was_said_stands(mei, crew, now):
    visited(mei, now)
    turn(due())
    assert says("40", due())[-1] == "enqueue"
    assert (survey().state, survey().score) == ("answered", 4.0)


def test_a_wrong_key_is_asked_again_once(mei, crew, now):
    visited(mei, now)
    turn(due())
    assert says("7", due()) == ["say", "gather"]
    assert survey().state == "ringing"


def test_a_call_cut_off_keeps_what_was_said(mei, crew, now):
    request = visited(mei, now)
    turn(due())
    says("1", due())
    inbound.hang_up(Call.objects.get(purpose="satisfaction").pk, now=due())
    turn(due())
    assert survey().state == "answered"
    request.refresh_from_db()
    assert request.is_open


def test_in_vain_nobody_is_bothered(mei, crew, now):
    visited(mei, now)
    at = due()
    for seconds in (0, 30):
        turn(at + timedelta(seconds=seconds))
        job = OutboundJob.objects.get(purpose="satisfaction")
        answers.unanswered(job.pk, job.carrier_ref, how="no-answer", now=at)
    assert survey().state == "unanswered"
    assert not Notice.objects.filter(code="unreached").exists()


def test_at_most_one_a_day(mei, crew, now):
    visited(mei, now)
    visited(mei, now, category="medical")
    assert sorted(Survey.objects.values_list("state", flat=True)) == ["skipped", "waiting"]
    visited(mei, now + timedelta(days=1))
    assert Survey.objects.filter(state="waiting").count() == 2


def test_who_cannot_hear_is_asked_by_text_a_question_at_a_time(mei, crew, now):
    mei.hearing = "deaf"
    mei.save()
    visited(mei, now)
    at = due()
    turn(at)
    text = OutboundJob.objects.get(purpose="satisfaction", kind="text")
    asked_next = [answers.replied(text.pk, digit, now=at).instructions for digit in "554"]
    assert "及时" in asked_next[0][0]["text"]
    assert (survey().state, round(survey().score, 2)) == ("answered", 4.67)
    turn(at + timedelta(minutes=2))
    assert not OutboundJob.objects.filter(state="ringing").exists()


def test_nought_by_text_has_a_person_ring(mei, crew, now):
    mei.reach_by = "text"
    mei.save()
    visited(mei, now)
    turn(due())
    text = OutboundJob.objects.get(purpose="satisfaction", kind="text")
    answers.replied(text.pk, "0", now=due())
    assert CallBack.objects.get().reason == "asked"


def test_no_visit_no_question(mei, crew, now):
    request = wants(mei, now=now)
    closing.close(request.pk, by=ELDER, now=now, disposition=Disposition.RESOLVED_BY_PHONE)
    assert not Survey.objects.exists()


def test_what_was_opened_again_before_she_could_be_asked_is_not_asked_about(mei, crew, now):
    request = visited(mei, now)
    closing.reopen(request.pk, by=ELDER, now=now, reason="still hungry")
    turn(due())
    assert survey().state == "skipped"


def test_it_waits_while_somebody_waits_for_help_and_for_a_free_line(mei, crew, now, settings):
    visited(mei, now)
    at = due()
    call = inbound.incoming(
        "simulator", "a", from_number="+8613800009999", to_number="12349", now=at
    ).call
    calling.sweep(now=at)
    assert survey().state == "waiting"
    inbound.hang_up(call or 0, now=at)
    settings.TRUNKS = 0
    calling.sweep(now=at)
    assert survey().state == "waiting"
    settings.TRUNKS = 30
    calling.sweep(now=at)
    assert survey().state == "ringing"


def test_a_town_asks_its_own_questions(mei, crew, now):
    Question.objects.exclude(code="content").update(active=False)
    visited(mei, now)
    turn(due())
    assert says("5", due()) == ["say", "hangup"]
    assert survey().score == 5
