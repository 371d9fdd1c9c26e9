"""A hand-over is a call with a summary, into her conversation or to the operator, with a clock."""

from datetime import date, timedelta

import pytest

from dispatch import desk, handovers
from dispatch.models import Deadline, Notice
from dispatch.models.clock import RUNNING
from elders.models import AccessEntry, Elder, GridCell, User
from telephony import answers, attempts, inbound, outbound
from telephony import desk as calls
from telephony.models import Call, OutboundJob
from tests import cast
from tests.dispatch.town import cries, sweep, wants

pytestmark = pytest.mark.django_db

CONTROL_ROOM = "0571120"


@pytest.fixture
def mei() -> Elder:
    elder = cast.mei(language="en", born=date(1943, 5, 1), access_notes="Second yard on the left.")
    GridCell.objects.filter(code="330106").update(ambulance=CONTROL_ROOM)
    return elder


@pytest.fixture
def olive() -> User:
    return cast.olive()


@pytest.fixture(autouse=True)
def _english_town(settings) -> None:
    settings.LANGUAGE_CODE = "en"


def the_call() -> OutboundJob:
    return OutboundJob.objects.get(purpose="conference", kind="call")


def pick_up(now) -> list[dict[str, object]]:
    outbound.deliver_due(now=now)
    job = the_call()
    return answers.answered(job.pk, job.carrier_ref, now=now).instructions


def on_the_line(olive: User, now) -> Call:
    """She rings, and Olive speaks with her."""
    ref = inbound.incoming(
        "simulator", "a", from_number=cast.MEI_NUMBER, to_number="12349", now=now
    ).call
    return desk.take(ref or 0, by=olive, now=now)


def test_with_her_on_the_line_the_service_hears_the_summary_and_joins_her_call(mei, olive, now):
    case = cries(mei, now=now)
    call = on_the_line(olive, now)
    handovers.make(case.pk, service="120", by=olive, now=now)
    assert (the_call().to, the_call().subject) == (CONTROL_ROOM, f"call:{call.pk}")
    said, bridged = pick_up(now)
    assert bridged["to"] == f"call:{call.pk}"
    assert said["verb"] == "say"
    for fact in ("Mei Chen", "born in 1943", "12 Willow Lane", "Second yard", case.number, "12349"):
        assert fact in str(said["text"])


def test_without_her_on_the_line_the_operator_is_put_through_after_the_summary(mei, olive, now):
    case = cries(mei, now=now)
    made = handovers.make(case.pk, service="120", by=olive, now=now)
    assert the_call().subject == f"handover:{made.pk}"
    said, bridged = pick_up(now)
    assert (said["verb"], bridged["to"]) == ("say", f"operator:{olive.pk}")
    assert Call.objects.get(job=the_call()).operator == olive


def test_nothing_of_her_health_is_read_out_by_a_machine(mei, olive, now):
    handovers.make(cries(mei, now=now).pk, service="120", by=olive, now=now)
    assert "diabetes" not in the_call().text
    assert "4711" not in the_call().text


def test_she_hangs_up_and_the_service_still_finds_the_operator_in_the_room(mei, olive, now):
    case = cries(mei, now=now)
    call = on_the_line(olive, now)
    handovers.make(case.pk, service="120", by=olive, now=now)
    inbound.hang_up(call.pk, now=now)
    assert [step["verb"] for step in pick_up(now)] == ["say", "bridge"]


def test_who_joins_too_late_is_told_so_and_not_left_in_an_empty_room(mei, olive, now):
    case = cries(mei, now=now)
    call = on_the_line(olive, now)
    handovers.make(case.pk, service="120", by=olive, now=now)
    outbound.deliver_due(now=now)
    calls.wrap_up(call.pk, by=olive, disposition="helped", now=now)
    assert [step["verb"] for step in pick_up(now)] == ["say", "hangup"]
    assert Deadline.objects.filter(RUNNING, kind="handover", request=case).exists()


@pytest.mark.parametrize(
    ("service", "numbers", "expected"),
    [
        ("110", {"110": "12110"}, ["12110"]),
        ("110", {}, []),
        ("119", {"110": "12110"}, []),
    ],
)
def test_the_summary_is_sent_to_where_the_service_reads(
    mei, olive, now, settings, service, numbers, expected
):
    settings.HANDOVER_TEXT_NUMBERS = numbers
    handovers.make(cries(mei, now=now).pk, service=service, by=olive, now=now)
    texts = OutboundJob.objects.filter(purpose="conference", kind="text")
    assert list(texts.values_list("to", flat=True)) == expected
    assert all(text.text == the_call().text for text in texts)


def test_a_number_that_can_take_a_text_is_sent_it(mei, olive, now):
    case = wants(mei, now=now, category="repair")
    handovers.make(
        case.pk, service="the electrician", number="+86 138 0000 0055", by=olive, now=now
    )
    jobs = OutboundJob.objects.filter(purpose="conference").order_by("kind")
    assert [(job.kind, job.to) for job in jobs] == [
        ("call", "+8613800000055"),
        ("text", "+8613800000055"),
    ]


def test_a_service_without_a_number_is_rung_by_people(mei, olive, now):
    case = wants(mei, now=now, category="repair")
    handovers.make(case.pk, service="the electrician", by=olive, now=now)
    assert not OutboundJob.objects.filter(purpose="conference").exists()
    assert Deadline.objects.filter(RUNNING, kind="handover", request=case).exists()


def test_who_was_told_already_is_not_rung_again(mei, olive, now, client):
    case = cries(mei, now=now)
    client.force_login(olive)
    url, json = f"/api/v1/requests/{case.pk}/handovers", "application/json"
    body = {"service": "120", "reference": "A-17"}
    assert client.post(url, body, content_type=json).status_code == 201
    handovers.make(case.pk, service="120", by=olive, now=now, ring=False)
    assert not OutboundJob.objects.filter(purpose="conference").exists()


def test_its_clock_runs_until_they_confirm_and_then_nothing_rings_any_more(mei, olive, now):
    case = cries(mei, now=now)
    made = handovers.make(case.pk, service="120", by=olive, now=now)
    sweep(now + timedelta(seconds=121))
    assert Notice.objects.filter(code="handover_unconfirmed", request=case).exists()
    handovers.end(made.pk, by=olive, now=now + timedelta(seconds=130), outcome="on the way")
    assert the_call().state == "expired"
    assert not Deadline.objects.filter(RUNNING, kind="handover").exists()


def test_a_control_room_that_does_not_answer_is_told_to_the_desk_loudly(mei, olive, now):
    case = cries(mei, now=now)
    handovers.make(case.pk, service="120", by=olive, now=now)
    for n in range(2):
        at = now + timedelta(seconds=n * attempts.RETRY_S)
        outbound.deliver_due(now=at)
        job = the_call()
        answers.unanswered(job.pk, job.carrier_ref, how="no-answer", now=at)
    notice = Notice.objects.get(request=case, code="unreached")
    assert (notice.level, notice.data["to"]) == ("sos", CONTROL_ROOM)


def test_telling_another_service_of_her_stands_in_the_ledger(mei, olive, now):
    handovers.make(cries(mei, now=now).pk, service="120", by=olive, now=now)
    entry = AccessEntry.objects.get(what="handover")
    assert (entry.elder_id, entry.actor_id, entry.purpose) == (
        mei.pk,
        olive.pk,
        f"120 {CONTROL_ROOM}",
    )
