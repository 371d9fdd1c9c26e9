"""What the desk does to a conversation, by the API: hold, add, a warm transfer, listening in."""

import pytest
from django.utils import timezone

from dispatch.models import Deadline, Handover
from dispatch.models.clock import RUNNING
from elders import consent
from elders.models import AccessEntry, Contact
from telephony import desk as line
from telephony import inbound
from telephony.models import Call, OutboundJob
from tests import cast
from tests.dispatch.api.caller import Caller, code, fields, wants

pytestmark = pytest.mark.django_db


def talks(olive: Caller, number: str = cast.MEI_NUMBER) -> str:
    """Somebody rings and Olive takes it; the path of the call."""
    inbound.incoming(
        "simulator", f"leg-{number}", from_number=number, to_number="12349", now=timezone.now()
    )
    path = f"calls/{Call.objects.latest('pk').pk}"
    assert olive.post(f"{path}/claim").json()["state"] == "talking"
    return path


def names(told: dict) -> list[tuple[str, str, bool]]:
    """Who is in the room: (kind, name or number, has joined)."""
    return [
        (
            p["kind"],
            p["user"]["name"] if p["user"] else p["name"] or p["number"],
            bool(p["joined_at"]),
        )
        for p in told["parties"]
    ]


def test_hold_has_a_clock_and_asking_twice_is_once():
    cast.mei()
    olive = Caller(cast.olive())
    call = talks(olive)
    held = olive.post(f"{call}/hold").json()["held_at"]
    assert held
    assert olive.post(f"{call}/hold").json()["held_at"] == held
    waits = Deadline.objects.filter(RUNNING, kind="hold")
    assert waits.count() == 1
    assert olive.post(f"{call}/unhold").json()["held_at"] is None
    assert not waits.exists()


def test_only_who_has_the_call_holds_it_or_adds_to_it():
    cast.mei()
    olive, sol = Caller(cast.olive()), Caller(cast.sol())
    call = talks(olive)
    for verb, body in (("hold", None), ("unhold", None), ("add", {"service": "120"})):
        answer = sol.post(f"{call}/{verb}", body)
        assert (answer.status_code, code(answer)) == (409, "not_yours")
    olive.post(f"{call}/wrap-up")
    assert code(olive.post(f"{call}/add", {"number": "+8613700000001"})) == "call_over"


def test_her_son_is_rung_in_once_by_contact_or_number():
    mei = cast.mei()
    cast.ka_ming(mei)
    olive = Caller(cast.olive())
    call = talks(olive)
    contact = Contact.objects.get()
    for body in ({"contact": contact.pk}, {"number": "138 0000 0002"}):
        told = olive.post(f"{call}/add", body).json()
        assert names(told) == [("operator", "Olive", True), ("contact", "Ka-Ming Chen", False)]
    assert OutboundJob.objects.filter(purpose="conference").count() == 1


def test_a_barred_contact_and_somebody_elses_are_not_rung():
    mei, lan = cast.mei(), cast.lan()
    cast.ka_ming(mei, consent.Scope.REQUESTS)
    Contact.objects.update(barred=True)
    theirs = Contact.objects.create(
        elder=lan, name="Rose", phone="+8613700000007", relation="child"
    )
    olive = Caller(cast.olive())
    call = talks(olive)
    for contact in Contact.objects.all():
        answer = olive.post(f"{call}/add", {"contact": contact.pk})
        assert (answer.status_code, list(fields(answer))) == (404, ["contact"])
    assert theirs.pk
    assert not OutboundJob.objects.filter(purpose="conference").exists()


def test_the_ambulance_of_her_cell_joins_and_where_a_request_is_open_that_is_a_hand_over():
    mei, lan = cast.mei(), cast.lan()
    mei.grid.ambulance = "+8657112000120"
    mei.grid.save()
    olive = Caller(cast.olive())
    call = talks(olive)
    told = olive.post(f"{call}/add", {"service": "120"}).json()
    assert names(told)[1] == ("service", "ambulance", False)
    assert told["parties"][1]["number"] == "+8657112000120"
    assert not Handover.objects.exists()
    olive.post(f"{call}/wrap-up")

    emergency = wants(lan, "medical", priority="emergency")
    call = talks(olive, cast.LAN_NUMBER)
    olive.post(f"{call}/add", {"service": "120"})
    made = Handover.objects.get()
    assert (made.request, made.number) == (emergency, "+8657112000120")
    rung = OutboundJob.objects.get(kind="call", to=made.number, text__gt="")
    assert rung.subject == call.replace("calls/", "call:")


@pytest.mark.parametrize(
    "body",
    [{}, {"number": "120", "service": "120"}, {"service": "999"}, {"number": "no number"}],
    ids=["nobody", "two at once", "no such service", "no number"],
)
def test_what_names_nobody_is_refused_with_the_reason(body):
    cast.mei()
    olive = Caller(cast.olive())
    answer = olive.post(f"{talks(olive)}/add", body)
    assert answer.status_code in (400, 422)
    assert fields(answer)


def test_a_warm_transfer_ends_when_the_colleague_has_joined():
    cast.mei()
    supervisor = cast.sol()
    olive, sol = Caller(cast.olive()), Caller(supervisor)
    call = talks(olive)
    assert code(sol.post(f"{call}/join")) == "not_invited"
    asked = olive.post(f"{call}/invite", {"to": supervisor.username}).json()
    assert names(asked)[1] == ("operator", "Sol", False)
    assert code(olive.post(f"{call}/pass-on", {"to": supervisor.pk})) == "not_there"
    assert names(sol.post(f"{call}/join").json())[1] == ("operator", "Sol", True)
    assert code(olive.post(f"{call}/leave")) == "yours"
    passed = olive.post(f"{call}/pass-on", {"to": supervisor.pk}).json()
    assert passed["operator"]["id"] == supervisor.pk
    assert names(passed) == [("operator", "Sol", True)]


def test_a_supervisor_listens_whispers_and_leaves_and_the_ledger_keeps_it():
    mei = cast.mei()
    olive, sol = Caller(cast.olive()), Caller(cast.sol())
    call = talks(olive)
    for verb, mode in (("listen", "listen"), ("whisper", "whisper"), ("speak", "talk")):
        assert sol.post(f"{call}/{verb}").json()["parties"][1]["mode"] == mode
        assert AccessEntry.objects.filter(elder=mei, what="call", purpose=mode).exists()
        assert olive.post(f"{call}/{verb}").status_code == 403
    seen = olive.get(call).json()["parties"]
    assert [p["user"]["name"] for p in seen] == ["Olive", "Sol"]
    assert len(sol.post(f"{call}/leave").json()["parties"]) == 1


def test_one_key_adds_once_and_another_body_is_refused():
    cast.mei()
    olive = Caller(cast.olive())
    call = talks(olive)
    first = olive.post(f"{call}/add", {"number": "+8613700000001"}, key="k")
    again = olive.post(f"{call}/add", {"number": "+8613700000001"}, key="k")
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert OutboundJob.objects.filter(purpose="conference").count() == 1
    answer = olive.post(f"{call}/add", {"number": "+8613700000002"}, key="k")
    assert (answer.status_code, code(answer)) == (422, "key_reused")


def test_she_sees_her_call_and_not_who_else_was_in_it():
    mei = cast.mei()
    olive = Caller(cast.olive())
    call = talks(olive)
    olive.post(f"{call}/add", {"number": "+8613700000001"})
    assert Caller(cast.signed_in(mei)).get(call).json()["parties"] == []
    line.hang_up(int(call.removeprefix("calls/")), by=_olive(), now=timezone.now())
    assert olive.get(call).json()["parties"] == []


def _olive():
    return Call.objects.get().operator
