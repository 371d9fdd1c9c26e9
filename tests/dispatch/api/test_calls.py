"""Calls at the desk, by the API: one has it, the others are told who."""

import pytest
from django.utils import timezone

from dispatch.models import Deadline
from dispatch.models.clock import RUNNING
from telephony import inbound
from telephony.models import Call, CallBack
from tests import cast
from tests.dispatch.api.caller import Caller, code, fields, wants

pytestmark = pytest.mark.django_db

CALL = {
    *("id", "state", "direction", "carrier", "from", "to", "elder", "operator", "request"),
    *("opened_at", "answered_at", "ended_at"),
}


def rings(number: str = cast.MEI_NUMBER) -> Call:
    inbound.incoming(
        "simulator", f"leg-{number}", from_number=number, to_number="12349", now=timezone.now()
    )
    return Call.objects.latest("pk")


def test_a_waiting_call_in_the_contracts_shape():
    mei = cast.mei()
    call = rings()
    told = Caller(cast.olive()).get("calls", state="ringing").json()["items"][0]
    assert set(told) >= CALL
    assert (told["id"], told["from"], told["to"]) == (call.pk, cast.MEI_NUMBER, "12349")
    assert told["elder"]["id"] == mei.pk
    assert (told["operator"], told["request"]) == (None, None)


def test_two_press_at_once_and_one_has_it():
    cast.mei()
    call = rings()
    olive, sol = Caller(cast.olive()), Caller(cast.sol())
    taken = olive.post(f"calls/{call.pk}/claim").json()
    assert (taken["state"], taken["operator"]["name"]) == ("talking", "Olive")
    assert taken["answered_at"]
    late = sol.post(f"calls/{call.pk}/claim")
    assert (late.status_code, code(late)) == (409, "already_claimed")
    assert late.json()["error"]["by"] == "Olive"
    assert code(sol.post(f"calls/{call.pk}/hangup")) == "not_yours"


def test_taking_the_call_of_an_emergency_takes_the_emergency():
    mei = cast.mei()
    request = wants(mei, "medical", priority="emergency")
    call = rings()
    olive = Caller(cast.olive())
    olive.post(f"calls/{call.pk}/claim")
    assert olive.get(f"requests/{request.pk}").json()["owner"]["name"] == "Olive"


def test_a_call_is_passed_on_hung_up_and_wrapped_up():
    cast.mei()
    call, supervisor = rings(), cast.sol()
    olive, sol = Caller(cast.olive()), Caller(supervisor)
    olive.post(f"calls/{call.pk}/claim")
    assert list(fields(olive.post(f"calls/{call.pk}/transfer", {"to": "nobody"}))) == ["to"]
    rose = cast.rose(cast.lan())
    assert code(olive.post(f"calls/{call.pk}/transfer", {"to": rose.pk})) == "not_an_operator"
    passed = olive.post(f"calls/{call.pk}/transfer", {"to": supervisor.username}).json()
    assert passed["operator"]["id"] == supervisor.pk
    assert sol.post(f"calls/{call.pk}/hangup").json()["state"] == "wrap_up"
    ended = sol.post(f"calls/{call.pk}/wrap-up", {"disposition": "helped"}).json()
    assert (ended["state"], ended["disposition"]) == ("ended", "helped")
    assert code(olive.post(f"calls/{call.pk}/claim")) == "call_over"


def test_a_promised_call_back_is_watched_until_it_is_reached():
    cast.mei()
    call = rings()
    olive = Caller(cast.olive())
    promised = olive.post(f"calls/{call.pk}/callback")
    assert promised.status_code == 201
    assert promised.json()["number"] == cast.MEI_NUMBER
    callback = CallBack.objects.get()
    watching = Deadline.objects.filter(RUNNING, callback=callback)
    assert watching.exists()
    assert olive.get("callbacks").json()["items"][0]["id"] == callback.pk
    assert olive.post(f"callbacks/{callback.pk}/ring").json()["attempts"] == 1
    reached = olive.post(f"callbacks/{callback.pk}/reached", {"outcome": "all is well"})
    assert reached.json()["reached_by"]["name"] == "Olive"
    assert not watching.exists()
    assert olive.get("callbacks").json()["items"] == []
    assert len(olive.get("callbacks", waiting="false").json()["items"]) == 1
    assert code(olive.post(f"callbacks/{callback.pk}/reached")) == "already_reached"


def test_an_elder_sees_her_own_calls_and_acts_on_none():
    mei = cast.mei()
    call = rings()
    herself = Caller(cast.signed_in(mei))
    assert [one["id"] for one in herself.get("calls").json()["items"]] == [call.pk]
    assert herself.post(f"calls/{call.pk}/claim").status_code == 403


def test_a_request_names_the_call_it_came_from():
    mei = cast.mei()
    call = rings()
    olive = Caller(cast.olive())
    body = {"category": "catering", "elder": mei.pk, "call": call.pk}
    opened = olive.post("requests", body).json()
    assert olive.get(f"calls/{call.pk}").json()["request"] == opened["id"]
    assert list(fields(olive.post("requests", body | {"call": 999}))) == ["call"]
