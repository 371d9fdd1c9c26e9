"""The console without a browser: who may sit there, what it shows, what its forms refuse."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from dispatch import intake, notices, presence
from dispatch.actors import SYSTEM
from dispatch.models import Deadline, Notice, ServiceRequest
from dispatch.pages.desk import board, figures, lines, queue
from dispatch.pages.desk import notices as sentences
from dispatch.pages.desk.subject import Subject
from dispatch.states import Kind, Priority
from elders.models import AccessEntry, GridCell
from elders.roles import Role
from telephony import inbound
from telephony.models import Call
from tests import cast

pytestmark = pytest.mark.django_db

REGIONS = ["figures", "queue", "board", "work", "caller", "person", "case", "sending"]


@pytest.fixture(autouse=True)
def english(client):
    client.cookies["django_language"] = "en"
    cache.clear()
    with override("en"):
        yield


@pytest.fixture
def desk(client):
    """Olive at the console, Mei in the register, Wai near her."""
    olive = cast.olive()
    client.force_login(olive)
    cast.wai(cast.sunrise_kitchen(), "catering")
    return olive


def opened(elder, priority=Priority.ROUTINE, category="catering"):
    return intake.open_request(
        elder=elder,
        category=category,
        priority=priority,
        source="operator",
        by=SYSTEM,
        now=timezone.now(),
    )


def rung(number):
    said = inbound.incoming(
        "simulator", "c-1", from_number=number, to_number="12349", now=timezone.now()
    )
    return Call.objects.get(pk=said.call or 0)


def post(client, name, *args, **form):
    return client.post(reverse(f"console-{name}", args=args), form)


def error(answer):
    return json.loads(answer.content)["error"]


def test_strangers_sign_in_and_others_are_turned_away(client):
    mei = cast.mei()
    son = cast.ka_ming(mei)
    assert client.get("/console/").status_code == 302
    client.force_login(son)
    assert client.get("/console/").status_code == 403
    assert client.post(reverse("console-create")).status_code == 403
    client.force_login(cast.agnes())
    assert client.get("/console/").status_code == 403


def test_every_region_stands_for_every_subject(client, desk):
    mei = cast.mei()
    request = opened(mei)
    emergency = opened(cast.lan(), Priority.EMERGENCY, "medical")
    subjects = ["", f"?elder={mei.pk}", f"?request={request.pk}", f"?request={emergency.pk}"]
    for name in REGIONS:
        for subject in subjects:
            assert client.get(reverse(f"console-{name}") + subject).status_code == 200, name
    assert client.get(f"/console/?request={request.pk}").status_code == 200
    assert client.get(f"/console/requests/{request.pk}/").status_code == 200


def test_opening_a_card_is_in_the_ledger_and_refreshing_it_is_not(client, desk):
    mei = cast.mei()
    client.get(f"/console/?elder={mei.pk}")
    client.get(reverse("console-person") + f"?elder={mei.pk}")
    client.get(reverse("console-person") + f"?elder={mei.pk}")
    entry = AccessEntry.objects.get()
    assert (entry.actor, entry.elder, entry.what) == (desk, mei, "card")


def test_search_finds_by_name_number_and_request_and_says_so_in_the_ledger(client, desk):
    mei = cast.mei()
    request = opened(mei)
    find = reverse("console-find")
    assert "12 Willow Lane" in client.get(find, {"q": "mei"}).content.decode()
    assert "12 Willow Lane" in client.get(find, {"q": "138 0000 0001"}).content.decode()
    assert request.number in client.get(find, {"q": f"#{request.number}"}).content.decode()
    assert "Nothing is called" in client.get(find, {"q": "nobody"}).content.decode()
    assert client.get(find, {"q": "a\0b" + "9" * 300}).status_code == 200
    assert AccessEntry.objects.filter(what="name", elder=mei).count() == 2


def test_half_a_number_or_a_name_with_a_slip_is_enough_for_the_search(client, desk):
    cast.mei()
    for heard in ("0001", "cehn mei", "Chen"):
        assert (
            "12 Willow Lane" in client.get(reverse("console-find"), {"q": heard}).content.decode()
        )


def test_an_operator_of_another_part_of_town_sees_nothing_of_mei(client):
    mei = cast.mei()
    request = opened(mei)
    otto = cast.account("otto", Role.OPERATOR)
    county = GridCell.objects.create(code="999999", name="Elsewhere", level=1)
    otto.grids.add(county)
    client.force_login(otto)
    assert client.get(f"/console/?elder={mei.pk}").status_code == 404
    assert client.get(f"/console/requests/{request.pk}/").status_code == 404
    assert post(client, "claim", request.pk).status_code == 404
    assert "Mei" not in client.get("/console/").content.decode()


def test_forms_name_the_field_and_change_nothing(client, desk):
    request = opened(cast.mei())
    before = ServiceRequest.objects.get().seq
    cases = {
        "worker": post(client, "offer", request.pk, worker="x", seq=before, role="responder"),
        "seq": post(client, "offer", request.pk, worker="1", role="responder"),
        "role": post(client, "offer", request.pk, worker="1", seq=before, role="boss"),
        "text": post(client, "note", request.pk, text=" \0 "),
        "disposition": post(client, "close", request.pk, disposition="gone"),
        "service": post(client, "hand-over", request.pk, service=""),
        "number": post(client, "ring", request.pk, number="+8613999999999"),
    }
    for field, answer in cases.items():
        assert answer.status_code == 400, field
        assert list(error(answer)["fields"]) == [field]
    assert client.get("/console/?request=1e9").status_code == 400
    assert client.get("/console/?request=" + "9" * 18).status_code == 404
    assert ServiceRequest.objects.get().seq == before


def test_an_emergency_is_never_cancelled_and_closes_by_evidence(client, desk):
    request = opened(cast.mei(), Priority.EMERGENCY, "medical")
    assert error(post(client, "cancel", request.pk, reason="x"))["code"] == "emergency"
    refused = post(client, "close", request.pk, disposition="not_found", reason="x")
    assert error(refused)["code"] == "evidence_needed"
    page = client.get(reverse("console-case") + f"?request={request.pk}").content.decode()
    assert reverse("console-cancel", args=[request.pk]) not in page
    closed = post(client, "close", request.pk, disposition="not_found", seen_by="Liu", reason="x")
    assert closed.status_code == 204


@pytest.mark.parametrize("how", ["test", "false_alarm", "prank", "resolved_by_phone"])
def test_who_closes_it_as_no_emergency_says_that_they_have_spoken_with_her(client, desk, how):
    request = opened(cast.mei(), Priority.EMERGENCY, "medical")
    page = client.get(reverse("console-case") + f"?request={request.pk}").content.decode()
    assert 'name="spoken"' in page
    refused = post(client, "close", request.pk, disposition=how, reason="x")
    assert refused.status_code == 422
    assert list(error(refused)["fields"]) == ["spoken"]
    assert (
        post(client, "close", request.pk, disposition=how, reason="x", spoken="1").status_code
        == 204
    )
    closed = ServiceRequest.objects.get()
    assert (closed.state, closed.disposition) == ("CLOSED", how)
    assert closed.events.last().data["evidence"] == "spoken with"


def test_no_case_at_all_is_a_test_before_somebody_spoke_with_her(client, desk):
    meal = opened(cast.mei())
    assert post(client, "close", meal.pk, disposition="test", reason="x").status_code == 422
    assert post(client, "close", meal.pk, disposition="prank", reason="x").status_code == 204


def test_the_answer_key_takes_emergencies_before_calls(desk):
    now = timezone.now()
    cast.mei()
    rung(cast.MEI_NUMBER)
    emergency = opened(cast.lan(), Priority.EMERGENCY, "medical")
    rings = queue.waiting(desk, now=now)
    assert [(ring.kind, ring.priority) for ring in rings] == [
        ("request", "emergency"),
        ("call", "routine"),
    ]
    assert rings[0].id == emergency.pk


def test_what_has_sounded_only_grows(desk):
    mei = cast.mei()
    assert queue.soundings(desk)["emergency"] == 0
    request = opened(mei, Priority.EMERGENCY, "medical")
    assert queue.soundings(desk)["emergency"] == 1
    opened(mei, Priority.EMERGENCY, "medical")  # joins, and sounds again
    assert queue.soundings(desk)["emergency"] == 2
    ServiceRequest.objects.filter(pk=request.pk).update(state="CLOSED")
    opened(cast.lan(), Priority.EMERGENCY, "medical")
    assert queue.soundings(desk)["emergency"] == 3


def test_taking_a_call_lays_its_card_open_and_orders_belong_to_it(client, desk):
    mei = cast.mei()
    call = rung(cast.MEI_NUMBER)
    page = post(client, "take", call.pk).content.decode()
    assert "diabetes, pacemaker" in page
    form = {"elder": mei.pk, "category": "catering", "priority": "routine", "note": "soft rice"}
    page = post(client, "create", **form).content.decode()
    request = ServiceRequest.objects.get()
    assert request.calls.get().call == call
    assert "soft rice" in page
    assert post(client, "hang-up", call.pk).status_code == 204
    assert post(client, "wrap-up", call.pk, disposition="helped").status_code == 204
    call.refresh_from_db()
    assert (call.state, call.disposition) == ("ended", "helped")


def test_asking_the_best_is_bound_to_the_list_that_was_drawn(client, desk):
    request = opened(cast.mei())
    stale = post(client, "offer-best", request.pk, seq=request.seq - 1)
    assert error(stale)["code"] == "stale"
    asked = post(client, "offer-best", request.pk, seq=request.seq)
    assert json.loads(asked["HX-Trigger"])["said"]["words"]
    assert request.offers.count() == 1


def test_the_board_puts_emergencies_first_and_counts_its_filters(desk):
    now = timezone.now()
    routine = opened(cast.mei())
    emergency = opened(cast.lan(), Priority.EMERGENCY, "medical")
    shown = board.read(desk, chosen="all", now=now)
    assert [row.id for row in shown["rows"]] == [emergency.pk, routine.pk]
    counts = {one["key"]: one["count"] for one in shown["filters"]}
    assert counts["unassigned"] == 2
    assert counts["mine"] == 0


def test_what_is_late_stays_on_a_board_that_is_full_and_the_board_says_of_how_many(
    client, desk, monkeypatch
):
    """The oldest were cut off before they were put in order."""
    mei = cast.mei()
    late, _soon, newest = opened(mei), opened(cast.lan()), opened(cast.bo(mei))
    ServiceRequest.objects.update(state="EN_ROUTE")
    Deadline.objects.filter(request=late, kind="state").update(rounds=1)
    monkeypatch.setattr(board, "MOST", 2)
    shown = board.read(desk, chosen="all", now=timezone.now())
    assert shown["rows"][0].id == late.pk
    assert newest.pk not in {row.id for row in shown["rows"]}
    assert "the first 2 of 3" in client.get(reverse("console-board")).content.decode()
    assert {one["key"]: one["count"] for one in shown["filters"]}["late"] == 1


def test_the_desk_reads_how_many_notices_there_are_beside_those_that_are_listed(
    client, desk, monkeypatch
):
    for code in ("waiting_60", "not_confirmed", "no_voice"):
        notices.tell(code, now=timezone.now())
    monkeypatch.setattr(queue, "NOTICES", 2)
    assert "the first 2 of 3" in client.get(reverse("console-queue")).content.decode()


def test_every_notice_of_the_house_has_a_sentence(desk):
    now = timezone.now()
    for code in sentences.SENTENCES:
        notices.tell(code, now=now)
    for notice in Notice.objects.all():
        assert "%(" not in sentences.sentence(notice)


def test_every_kind_of_event_has_a_sentence():
    assert set(lines.SENTENCES) == set(Kind)
    for kind in Kind:
        assert "%(" not in lines.sentence(kind, {})


def test_colleagues_are_those_with_a_live_console(desk):
    now = timezone.now()
    sol = cast.sol()
    assert queue.colleagues(desk, now=now) == []
    presence.seen(sol)
    assert [one.name for one in queue.colleagues(desk, now=now)] == ["Sol"]
    presence.gone(sol)
    assert queue.colleagues(desk, now=now) == []


def test_figures_count_answers_within_twenty_seconds(desk):
    now = timezone.now()
    cast.mei()
    call = rung(cast.MEI_NUMBER)
    assert figures.read(desk, now=now).waiting == 1
    Call.objects.filter(pk=call.pk).update(
        state="ended", answered_at=call.queued_at + timedelta(seconds=21)
    )
    assert figures.read(desk, now=now).answered_share == 0


def test_a_card_stays_without_a_request_under_the_operators_hands():
    mei = cast.mei()
    assert Subject(None, None, mei).query == f"elder={mei.pk}&alone=1"
    assert Subject(None, None, mei).address == f"elder={mei.pk}"


def test_signing_out_demands_a_colleague_for_what_is_in_hand(client, desk):
    request = opened(cast.mei())
    sol = cast.sol()
    post(client, "claim", request.pk)
    assert error(post(client, "sign-out"))["code"] == "handover_needed"
    left = post(client, "sign-out", to=sol.pk)
    assert left["HX-Redirect"] == "/sign-in/"
    request.refresh_from_db()
    assert request.owner == sol
