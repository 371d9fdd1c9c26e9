"""DESIGN §10 at the API: not yours is 404, not your kind is 403, and lists show only one's own."""

import pytest
from django.utils import timezone

from elders.consent import Scope
from elders.models import AccessEntry
from tests import cast
from tests.dispatch.api.caller import Caller, code, sweep, wants

pytestmark = pytest.mark.django_db


def test_a_stranger_is_asked_for_a_token():
    answer = Caller(None).get("requests")
    assert answer.status_code == 401
    assert code(answer) == "unauthorized"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_worthless_token_is_refused_although_a_page_is_signed_in(client):
    client.force_login(cast.olive())
    answer = client.get("/api/v1/requests", headers={"authorization": "Bearer rubbish"})
    assert answer.status_code == 401


def test_rose_sees_nothing_of_mei():
    mei = cast.mei()
    request = wants(mei, priority="emergency")
    watch = cast.watch(mei)
    rose = Caller(cast.rose(cast.lan()))
    for path in (
        f"requests/{request.pk}",
        f"requests/{request.pk}/events",
        f"requests/{request.pk}/offers",
        f"requests/{request.pk}/handovers",
        f"elders/{mei.pk}",
        f"elders/{mei.pk}/location",
        f"elders/{mei.pk}/contacts",
        f"elders/{mei.pk}/devices",
        f"elders/{mei.pk}/access-log",
        f"devices/{watch.device_id}",
        f"devices/{watch.device_id}/positions",
    ):
        assert (path, rose.get(path).status_code) == (path, 404)
    for path in ("requests", "offers", "assignments", "calls", "devices"):
        assert (path, rose.get(path).json()["items"]) == (path, [])
    assert [one["name"] for one in rose.get("elders").json()["items"]] == ["Lan Zhou"]
    assert not AccessEntry.objects.filter(elder=mei).exists()


@pytest.mark.parametrize("act", ["close", "claim", "reopen", "notes", "offers", "handovers"])
def test_only_the_desk_does_what_the_desk_does(act):
    mei = cast.mei()
    request = wants(mei)
    herself = Caller(cast.signed_in(mei))
    bodies = {
        "close": {"disposition": "met"},
        "reopen": {"reason": "cold"},
        "notes": {"text": "!"},
        "offers": {"worker": 1, "seq": 1},
        "handovers": {"service": "120"},
    }
    answer = herself.post(f"requests/{request.pk}/{act}", bodies.get(act))
    assert (answer.status_code, code(answer)) == (403, "forbidden")


@pytest.mark.parametrize("path", ["stats", "callbacks"])
def test_what_concerns_the_whole_service_is_for_the_desk_and_auditors(path):
    assert Caller(cast.signed_in(cast.mei())).get(path).status_code == 403
    assert Caller(cast.olive()).get(path).status_code == 200
    assert Caller(cast.agnes()).get(path).status_code == 200


def test_an_auditor_reads_and_never_acts():
    request = wants(cast.mei())
    agnes = Caller(cast.agnes())
    assert agnes.get(f"requests/{request.pk}").json()["elder"]["name"] == "Mei Chen"
    assert agnes.post(f"requests/{request.pk}/cancel").status_code == 403
    assert agnes.post("requests", {"category": "catering"}).status_code == 403
    assert agnes.get(f"elders/{request.elder_id}").json()["health_summary"] is None


def test_a_worker_sees_area_and_need_until_she_has_accepted():
    mei, wai = cast.mei(), cast.wai(cast.sunrise_kitchen(), "housekeeping")
    request = wants(mei, "housekeeping")
    sweep()
    phone = Caller(wai.user)
    before = phone.get(f"requests/{request.pk}").json()
    assert (before["category"], before["area"]) == ("housekeeping", "Willow Lane")
    assert before["elder"] is None
    assert before["estimate"] is None
    assert phone.get(f"elders/{mei.pk}").status_code == 404
    told = str(phone.get(f"requests/{request.pk}/events").json())
    assert "Mei" not in told
    assert "30.2741" not in told

    offer = before["offers"][0]["id"]
    assert phone.post(f"offers/{offer}/accept").json()["state"] == "accepted"
    after = phone.get(f"requests/{request.pk}").json()
    assert after["elder"]["name"] == "Mei Chen"
    assert after["estimate"]["source"] == "home"
    elder = phone.get(f"elders/{mei.pk}").json()
    assert elder["address"] == "12 Willow Lane"
    assert elder["health_summary"] is None
    assert elder["door_code"] is None

    visit = after["assignments"][0]["id"]
    phone.post(f"assignments/{visit}/arrive")
    assert phone.get(f"elders/{mei.pk}").json()["door_code"] == "4711#"
    phone.post(f"assignments/{visit}/finish", {"note": "all clean"})
    assert phone.get(f"elders/{mei.pk}").status_code == 404
    assert phone.get(f"requests/{request.pk}").status_code == 404
    assert phone.get(f"assignments/{visit}").json()["state"] == "cleared"


def test_the_staff_of_a_provider_see_their_own_workers_visits_and_no_door_code():
    mei, sunrise = cast.mei(), cast.sunrise_kitchen()
    wai = cast.wai(sunrise, "housekeeping")
    manager = cast.account("manager", name="Manager")
    sunrise.staff.add(manager)
    request = wants(mei, "housekeeping")
    sweep()
    desk = Caller(manager)
    offer = desk.get("offers").json()["items"][0]
    assert offer["worker"]["phone"] == wai.phone
    desk.post(f"offers/{offer['id']}/accept")
    visit = desk.get("assignments").json()["items"][0]
    desk.post(f"assignments/{visit['id']}/arrive")
    elder = desk.get(f"elders/{mei.pk}").json()
    assert elder["name"] == "Mei Chen"
    assert elder["door_code"] is None
    assert desk.get(f"requests/{request.pk}").json()["elder"]["id"] == mei.pk


def test_family_sees_what_she_consented_to():
    mei = cast.mei()
    request = wants(mei)
    ka_ming = Caller(cast.ka_ming(mei, Scope.REQUESTS))
    shown = ka_ming.get(f"requests/{request.pk}").json()
    assert shown["elder"]["name"] == "Mei Chen"
    assert shown["estimate"] is None
    assert shown["exclusions"] == []
    assert ka_ming.get(f"elders/{mei.pk}/location").status_code == 403
    record = ka_ming.get(f"elders/{mei.pk}").json()
    assert (record["address"], record["health_summary"], record["door_code"]) == (None,) * 3


def test_family_with_whereabouts_sees_the_place():
    mei = cast.mei()
    request = wants(mei)
    ka_ming = Caller(cast.ka_ming(mei, Scope.REQUESTS, Scope.WHEREABOUTS))
    assert ka_ming.get(f"requests/{request.pk}").json()["estimate"]["lat"] == mei.lat
    assert ka_ming.get(f"elders/{mei.pk}/location").json()["source"] == "home"


def test_the_station_sees_names_and_the_registrar_no_health():
    mei = cast.mei()
    station = Caller(cast.ping()).get(f"elders/{mei.pk}").json()
    assert station["name"] == "Mei Chen"
    assert {station[what] for what in ("address", "phones", "health_summary", "door_code")} == {
        None
    }
    ada = Caller(cast.ada())
    register = ada.get(f"elders/{mei.pk}").json()
    assert register["address"] == "12 Willow Lane"
    assert (register["health_summary"], register["door_code"]) == (None, None)
    assert ada.get(f"elders/{mei.pk}/location").status_code == 403


def test_every_look_at_an_elder_can_be_read_out_to_her():
    mei = cast.mei()
    olive, herself = Caller(cast.olive()), Caller(cast.signed_in(mei))
    for path in ("", "/location", "/contacts", "/devices"):
        assert olive.get(f"elders/{mei.pk}{path}").status_code == 200
    herself.get(f"elders/{mei.pk}")
    log = herself.get(f"elders/{mei.pk}/access-log").json()["items"]
    assert [(one["by"], one["what"]) for one in log] == [
        ("Olive", "devices"),
        ("Olive", "contacts"),
        ("Olive", "location"),
        ("Olive", "record"),
    ]


def test_a_screen_that_asks_again_and_again_is_told_once_a_minute():
    request = wants(cast.mei())
    olive = Caller(cast.olive())
    for _ in range(3):
        olive.get(f"requests/{request.pk}")
    assert AccessEntry.objects.filter(elder=request.elder, at__lte=timezone.now()).count() == 1
