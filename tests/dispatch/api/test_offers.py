"""Choosing somebody, being asked, accepting, going there: bound to what was drawn (rule 16)."""

import pytest
from django.utils import timezone

from dispatch.models import Offer
from providers.models import Worker
from tests import cast
from tests.dispatch.api.caller import Caller, code, fields, sweep, wants

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei():
    return cast.mei()


@pytest.fixture
def wai():
    return cast.wai(cast.sunrise_kitchen(), "repair")


@pytest.fixture
def olive():
    return Caller(cast.olive())


def test_candidates_come_with_reasons_in_the_callers_language(mei, wai, olive):
    request = wants(mei, "repair")
    told = olive.get(f"requests/{request.pk}/candidates").json()
    assert told["seq"] == request.seq
    best = told["items"][0]
    assert best["worker"]["id"] == wai.pk
    assert best["reasons"][0]["code"] == "travel"
    assert "away" in best["reasons"][0]["text"]
    assert best["score"] == pytest.approx(sum(reason["points"] for reason in best["reasons"]))


def test_an_operator_asks_the_candidate_she_sees(mei, wai, olive):
    request = wants(mei, "repair")
    drawn = olive.get(f"requests/{request.pk}/candidates").json()
    choice = {"worker": drawn["items"][0]["worker"]["id"], "seq": drawn["seq"]}
    made = olive.post(f"requests/{request.pk}/offers", choice)
    assert made.status_code == 201
    assert set(made.json()) >= {
        *("id", "state", "role", "rank", "score", "worker", "expires_at", "reasons")
    }
    assert (made.json()["state"], made.json()["role"]) == ("made", "responder")
    told = olive.get(f"requests/{request.pk}").json()
    assert told["state"] == "OFFERED"
    assert [one["id"] for one in told["offers"]] == [made.json()["id"]]
    assert {one["kind"] for one in told["deadlines"]} == {"state", "offer"}


def test_a_list_that_has_changed_is_stale(mei, wai, olive):
    request = wants(mei, "repair")
    drawn = olive.get(f"requests/{request.pk}/candidates").json()
    olive.post(f"requests/{request.pk}/notes", {"text": "the tap in the kitchen"})
    choice = {"worker": wai.pk, "seq": drawn["seq"]}
    answer = olive.post(f"requests/{request.pk}/offers", choice)
    assert (answer.status_code, code(answer)) == (409, "stale")
    assert answer.json()["error"]["seq"] == drawn["seq"] + 1
    assert not Offer.objects.exists()


def test_somebody_who_is_not_free_cannot_be_asked(mei, wai, olive):
    Worker.objects.filter(pk=wai.pk).update(free=0)
    request = wants(mei, "repair")
    choice = {"worker": wai.pk, "seq": request.seq}
    answer = olive.post(f"requests/{request.pk}/offers", choice)
    assert (answer.status_code, code(answer)) == (409, "not_available")


@pytest.mark.parametrize("missing", ["worker", "seq"])
def test_an_offer_names_whom_and_from_which_list(mei, olive, missing):
    request = wants(mei, "repair")
    choice = {"worker": 1, "seq": 1}
    del choice[missing]
    answer = olive.post(f"requests/{request.pk}/offers", choice)
    assert (answer.status_code, list(fields(answer))) == (422, [missing])


def test_from_acceptance_to_the_end(mei, wai, olive):
    request = wants(mei, "repair")
    sweep()
    phone = Caller(wai.user)
    offer = phone.get("offers", state="made").json()["items"][0]
    assert offer["request"] == request.pk
    phone.post(f"offers/{offer['id']}/accept")
    told = olive.get(f"requests/{request.pk}").json()
    assert told["state"] == "ASSIGNED"
    assert told["owner"] == {"kind": "worker", "id": wai.pk, "name": "Wai Ho"}
    visit = told["assignments"][0]
    assert (visit["state"], visit["worker"]["phone"]) == ("assigned", wai.phone)
    assert code(phone.post(f"assignments/{visit['id']}/finish")) == "not_arrived"
    steps = ["depart", "arrive", "finish"]
    states = [phone.post(f"assignments/{visit['id']}/{step}").json()["state"] for step in steps]
    assert states == ["en_route", "on_scene", "cleared"]
    herself = Caller(cast.signed_in(mei))
    assert herself.get(f"requests/{request.pk}").json()["owner"]["kind"] == "elder"
    assert herself.post(f"requests/{request.pk}/confirm").json()["state"] == "CLOSED"
    kinds = [e["kind"] for e in olive.get(f"requests/{request.pk}/events").json()["events"]]
    assert kinds == [
        *("request.opened", "request.located", "offer.made", "offer.accepted"),
        *("assignment.made", "assignment.departed", "assignment.arrived", "assignment.finished"),
        *("request.confirmed", "request.closed"),
    ]


def test_an_operator_acts_for_the_worker(mei, wai, olive):
    wants(mei, "repair")
    sweep()
    offer = olive.get("offers").json()["items"][0]
    olive.post(f"offers/{offer['id']}/accept")
    visit = olive.get("assignments", state="assigned").json()["items"][0]
    arrived = olive.post(f"assignments/{visit['id']}/arrive", {"evidence": "Wai rang"})
    assert arrived.json()["state"] == "on_scene"
    assert code(olive.post(f"assignments/{visit['id']}/release")) == "on_scene"


def test_eta_hides_when_the_fix_is_old(mei, wai, olive):
    wants(mei, "repair")
    sweep()
    offer = olive.get("offers").json()["items"][0]
    olive.post(f"offers/{offer['id']}/accept")
    visit = olive.get("assignments").json()["items"][0]
    assert visit["eta_s"] is None
    assert visit["fix_age_s"] > 180
    Worker.objects.filter(pk=wai.pk).update(position_at=timezone.now())
    visit = olive.get(f"assignments/{visit['id']}").json()
    assert 0 < visit["eta_s"] < 600
    assert 100 < visit["distance_m"] < 400


def test_the_first_acceptance_wins_and_the_others_are_told(mei, wai, olive):
    other = Worker.objects.create(
        provider=wai.provider, name="Jun", phone="+8613800000011", sex="male", on_duty=True,
        lat=wai.lat, lon=wai.lon, user=cast.account("jun", name="Jun"),
    )  # fmt: skip
    other.categories.create(category_id="repair")
    request = wants(mei, "repair", priority="emergency")
    sweep()
    first, second = Caller(wai.user), Caller(other.user)
    hers = second.get("offers").json()["items"][0]
    first.post(f"offers/{first.get('offers').json()['items'][0]['id']}/accept")
    answer = second.post(f"offers/{hers['id']}/accept")
    assert (answer.status_code, code(answer)) == (409, "already_taken")
    assert first.post(f"offers/{hers['id']}/accept").status_code == 404
    assert second.get(f"requests/{request.pk}").status_code == 404


def test_declining_asks_the_next(mei, wai, olive):
    request = wants(mei, "repair")
    sweep()
    offer = Caller(wai.user).get("offers").json()["items"][0]
    declined = Caller(wai.user).post(f"offers/{offer['id']}/decline", {"reason": "flat tyre"})
    assert declined.json()["state"] == "declined"
    sweep()
    assert olive.get(f"requests/{request.pk}").json()["state"] == "UNFILLED"
