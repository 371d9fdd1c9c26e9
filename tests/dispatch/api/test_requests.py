"""A request at the API from opening to closing, in the contract's shapes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch.models import ServiceRequest
from elders.models import GridCell
from tests import cast
from tests.dispatch.api.caller import Caller, code, fields, sweep, wants
from tracking.models import Device

pytestmark = pytest.mark.django_db

REQUEST = {
    *("id", "number", "state", "priority", "category", "elder", "source", "opened_at", "owner"),
    *("estimate", "offers", "exclusions", "assignments", "handovers", "deadlines"),
    *("disposition", "seq"),
}


def test_an_operator_opens_a_request_in_the_contracts_shape():
    mei = cast.mei()
    olive = Caller(cast.olive())
    answer = olive.post("requests", {"category": "catering", "elder": mei.pk, "note": "no salt"})
    assert answer.status_code == 201
    told = answer.json()
    assert set(told) >= REQUEST
    assert told["elder"] == {"id": mei.pk, "name": "Mei Chen", "name_zh": "陈梅"}
    assert (told["state"], told["priority"], told["source"]) == ("NEW", "routine", "api")
    assert told["owner"] == {"kind": "dispatcher", "id": None, "name": "One Number"}
    assert set(told["estimate"]) >= {"lat", "lon", "accuracy_m", "age_s", "source", "confidence"}
    assert told["estimate"]["text"]
    assert [one["kind"] for one in told["deadlines"]] == ["state"]
    assert olive.get(f"requests/{told['id']}").json() == told


def test_somebody_who_is_not_in_the_register_is_helped_first():
    olive = Caller(cast.olive())
    told = olive.post(
        "requests", {"category": "medical", "priority": "emergency", "known_as": "+8613900000000"}
    ).json()
    assert told["elder"] is None
    assert told["known_as"] == "+8613900000000"
    assert told["estimate"] is None


def test_an_elder_opens_one_for_herself_and_for_nobody_else():
    mei, lan = cast.mei(), cast.lan()
    herself = Caller(cast.signed_in(mei))
    assert herself.post("requests", {"category": "catering"}).json()["elder"]["id"] == mei.pk
    answer = herself.post("requests", {"category": "catering", "elder": lan.pk})
    assert (answer.status_code, list(fields(answer))) == (404, ["elder"])
    assert Caller(cast.rose(lan)).post("requests", {"category": "catering"}).status_code == 403


def test_a_second_emergency_joins_the_first():
    mei = cast.mei()
    herself = Caller(cast.signed_in(mei))
    help_me = {"category": "medical", "priority": "emergency"}
    first, second = herself.post("requests", help_me), herself.post("requests", help_me)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_the_list_can_be_narrowed():
    mei, lan = cast.mei(), cast.lan()
    meals, alarm, other = wants(mei), wants(mei, "medical", priority="emergency"), wants(lan)
    ServiceRequest.objects.filter(pk=other.pk).update(grid="440000")
    olive = Caller(cast.olive())

    def ids(**query):
        return {one["id"] for one in olive.get("requests", **query).json()["items"]}

    assert ids() == {meals.pk, alarm.pk, other.pk}
    assert ids(priority="emergency") == {alarm.pk}
    assert ids(category="catering") == {meals.pk, other.pk}
    assert ids(elder=mei.pk) == {meals.pk, alarm.pk}
    assert ids(grid="330106001") == {meals.pk, alarm.pk}
    assert ids(state=["NEW", "OFFERED"]) == {meals.pk, alarm.pk, other.pk}
    assert ids(state="CLOSED") == set()


def test_an_operator_sees_the_part_of_town_she_works_in():
    wants(cast.mei())
    olive = cast.olive()
    olive.grids.add(GridCell.objects.create(code="44", name="Elsewhere", level=1))
    assert Caller(olive).get("requests").json()["items"] == []


def test_the_log_is_read_from_where_one_left_off():
    request = wants(cast.mei())
    olive = Caller(cast.olive())
    whole = olive.get(f"requests/{request.pk}/events").json()
    assert [one["seq"] for one in whole["events"]] == [1, 2]
    assert [one["kind"] for one in whole["events"]] == ["request.opened", "request.located"]
    assert set(whole["events"][0]) == {"seq", "kind", "at", "by", "data"}
    olive.post(f"requests/{request.pk}/notes", {"text": "rang her daughter"})
    rest = olive.get(f"requests/{request.pk}/events", after=whole["seq"]).json()
    assert [(one["kind"], one["data"]) for one in rest["events"]] == [
        ("request.noted", {"text": "rang her daughter"})
    ]
    assert rest["seq"] == 3


def test_the_age_of_an_estimate_grows():
    request = wants(cast.mei())
    kept = {**(request.estimate or {}), "source": "device", "age_s": 30}
    ago = timezone.now() - timedelta(minutes=5)
    ServiceRequest.objects.filter(pk=request.pk).update(estimate=kept, opened_at=ago)
    told = Caller(cast.olive()).get(f"requests/{request.pk}").json()["estimate"]
    assert 330 <= told["age_s"] <= 340


def test_the_estimate_of_an_open_emergency_is_live():
    mei = cast.mei()
    watch = cast.watch(mei)
    request = wants(mei, "medical", priority="emergency")
    now = timezone.now()
    Device.objects.filter(pk=watch.pk).update(
        lat=30.29, lon=120.17, accuracy_m=10, fixed_at=now, received_at=now, last_heard_at=now
    )
    olive = Caller(cast.olive())
    told = olive.get(f"requests/{request.pk}").json()["estimate"]
    assert (told["source"], told["lat"]) == ("device", 30.29)
    assert told["alternative"]["source"] == "home"


def test_cancelling_confirming_and_reopening():
    mei = cast.mei()
    herself, olive = Caller(cast.signed_in(mei)), Caller(cast.olive())
    first = wants(mei)
    assert herself.post(f"requests/{first.pk}/cancel").json()["state"] == "CANCELLED"
    assert code(herself.post(f"requests/{first.pk}/confirm")) == "wrong_state"
    second = wants(mei)
    closed = olive.post(f"requests/{second.pk}/close", {"disposition": "met", "reason": "fed"})
    assert (closed.json()["state"], closed.json()["disposition"]) == ("CLOSED", "met")
    again = olive.post(f"requests/{second.pk}/reopen", {"reason": "it was cold"}).json()
    assert (again["state"], again["disposition"]) == ("OFFERED", "")


def test_an_emergency_ends_only_with_evidence_and_by_an_operator():
    mei = cast.mei()
    herself, olive = Caller(cast.signed_in(mei)), Caller(cast.olive())
    request = wants(mei)
    told = herself.post(f"requests/{request.pk}/escalate", {"reason": "I fell"}).json()
    assert told["priority"] == "emergency"
    assert code(herself.post(f"requests/{request.pk}/cancel")) == "emergency"
    ending = {"disposition": "other", "reason": "found"}
    answer = olive.post(f"requests/{request.pk}/close", ending)
    assert (answer.status_code, list(fields(answer))) == (422, ["seen_by"])
    answer = olive.post(f"requests/{request.pk}/close", ending | {"seen_by": "Dr. Wu"})
    assert answer.json()["state"] == "CLOSED"


def test_closing_what_has_moved_is_stale():
    request = wants(cast.mei())
    answer = Caller(cast.olive()).post(
        f"requests/{request.pk}/close", {"disposition": "met", "seq": 1}
    )
    assert (answer.status_code, code(answer)) == (409, "stale")
    assert answer.json()["error"]["seq"] == 2


def test_claiming_tells_the_second_one_who_has_it():
    request = wants(cast.mei(), "medical", priority="emergency")
    olive, sol = Caller(cast.olive()), Caller(cast.sol())
    owner = olive.post(f"requests/{request.pk}/claim").json()["owner"]
    assert (owner["kind"], owner["name"]) == ("operator", "Olive")
    answer = sol.post(f"requests/{request.pk}/claim")
    assert (answer.status_code, code(answer)) == (409, "already_claimed")
    assert answer.json()["error"]["by"] == "Olive"


def test_a_handover_is_made_and_ended():
    request = wants(cast.mei(), "medical", priority="emergency")
    olive = Caller(cast.olive())
    made = olive.post(f"requests/{request.pk}/handovers", {"service": "120"})
    assert made.status_code == 201
    assert (made.json()["number"], made.json()["by"]) == ("120", "Olive")
    ended = olive.post(f"handovers/{made.json()['id']}/end", {"outcome": "on the way"})
    assert ended.json()["outcome"] == "on the way"
    told = olive.get(f"requests/{request.pk}").json()["handovers"]
    assert told == olive.get(f"requests/{request.pk}/handovers").json()["items"]
    kinds = [e["kind"] for e in olive.get(f"requests/{request.pk}/events").json()["events"]]
    assert kinds[-2:] == ["handover.made", "handover.ended"]


def test_unfilled_tells_the_desk_why():
    mei, wai = cast.mei(), cast.wai(cast.sunrise_kitchen(), "repair")
    wai.on_duty = False
    wai.save()
    request = wants(mei, "repair")
    sweep()
    told = Caller(cast.olive()).get(f"requests/{request.pk}").json()
    assert told["state"] == "UNFILLED"
    assert told["exclusions"] == [
        {
            "worker": {"id": wai.pk, "name": "Wai Ho", "name_zh": "何伟"},
            "code": "off_duty",
            "text": "Off duty",
        }
    ]
