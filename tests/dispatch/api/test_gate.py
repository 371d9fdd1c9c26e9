"""What stands before every operation: tokens and sessions, errors, pages, keys, rubbish."""

import json

import pytest
from django.test import Client

from dispatch.api import api
from dispatch.models import ServiceRequest
from tests import cast
from tests.dispatch.api.caller import Caller, code, fields, wants

pytestmark = pytest.mark.django_db
MEALS = {"category": "catering"}


def test_a_session_writes_only_with_its_csrf_token():
    mei = cast.mei()
    page = Client(enforce_csrf_checks=True)
    page.force_login(cast.signed_in(mei))
    refused = page.post("/api/v1/requests", MEALS, content_type="application/json")
    assert (refused.status_code, code(refused)) == (403, "csrf_failed")
    page.cookies["csrftoken"] = "k" * 32
    answer = page.post(
        "/api/v1/requests",
        MEALS,
        content_type="application/json",
        headers={"x-csrftoken": "k" * 32},
    )
    assert answer.status_code == 201
    assert answer.json()["source"] == "page"
    assert page.get("/api/v1/requests").status_code == 200


def test_the_same_key_does_it_once_and_answers_alike():
    herself = Caller(cast.signed_in(cast.mei()))
    first = herself.post("requests", MEALS, key="k-1")
    again = herself.post("requests", MEALS, key="k-1")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert ServiceRequest.objects.count() == 1
    other = herself.post("requests", {"category": "repair"}, key="k-1")
    assert (other.status_code, code(other)) == (422, "key_reused")
    assert herself.post("requests", MEALS, key="k-2").status_code == 201


def test_a_key_belongs_to_who_sent_it():
    mei, lan = cast.mei(), cast.lan()
    Caller(cast.signed_in(mei)).post("requests", MEALS, key="same")
    hers = Caller(cast.signed_in(lan)).post("requests", MEALS, key="same")
    assert hers.json()["elder"]["id"] == lan.pk


def test_a_refusal_is_not_kept():
    request = wants(cast.mei())
    olive = Caller(cast.olive())
    assert olive.post(f"requests/{request.pk}/confirm", key="k").status_code == 409
    olive.post(f"requests/{request.pk}/close", {"disposition": "met"})
    assert olive.post(f"requests/{request.pk}/confirm", key="k").status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_must_be_one(key):
    answer = Caller(cast.olive()).post("requests", MEALS, key=key)
    assert answer.status_code == 422
    assert "Idempotency-Key" in fields(answer)


def test_lists_come_in_pages_newest_first():
    mei = cast.mei()
    made = [wants(mei).pk for _ in range(5)]
    olive = Caller(cast.olive())
    seen: list[list[int]] = []
    cursor: dict[str, int] = {}
    for _ in range(3):
        page = olive.get("requests", limit=2, **cursor).json()
        seen.append([one["id"] for one in page["items"]])
        cursor = {"cursor": page["next"]}
    assert seen == [[made[4], made[3]], [made[2], made[1]], [made[0]]]
    assert page["next"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 101}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"state": "OPEN"}, "state.0"),
        ({"elder": 2**70}, "elder"),
        ({"category": "a\0b"}, "category"),
    ],
)
def test_a_wrong_query_is_named(query, field):
    answer = Caller(cast.olive()).get("requests", **query)
    assert answer.status_code == 422
    assert list(fields(answer)) == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "category"),
        ({"category": 7}, "category"),
        ({"category": "nothing"}, "category"),
        ({"category": "catering", "elder": "1"}, "elder"),
        ({"category": "catering", "elder": True}, "elder"),
        ({"category": "catering", "elder": 2**80}, "elder"),
        ({"category": "catering", "elder": 12345}, "elder"),
        ({"category": "catering"}, "elder"),
        ({"category": "catering", "note": "a\0b", "known_as": "x"}, "note"),
        ({"category": "catering", "note": "\ud800", "known_as": "x"}, "note"),
        ({"category": "catering", "priority": "now", "known_as": "x"}, "priority"),
        ([], "body"),
        ("catering", "body"),
        (None, "body"),
    ],
)
def test_a_wrong_body_is_named_and_changes_nothing(body, field):
    answer = Caller(cast.olive()).post("requests", body)
    assert answer.status_code in (400, 404, 422)
    assert field in fields(answer)
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"category": 1' + b"0" * 9000])
def test_what_is_no_json_is_said_to_be_none(body):
    olive = Caller(cast.olive())
    answer = olive.client.post("/api/v1/requests", body, content_type="application/json")
    assert answer.status_code == 400
    assert fields(answer) == {"body": fields(answer)["body"]}


@pytest.mark.parametrize("path", ["requests/0", "requests/x", f"elders/{2**70}", "calls/-1"])
def test_what_is_no_id_is_named(path):
    answer = Caller(cast.olive()).get(path)
    assert answer.status_code == 422
    assert list(fields(answer)) == [path.split("/")[0][:-1] + "_id"]


@pytest.mark.parametrize(
    "path", ["requests/999", "offers/999", "assignments/999", "calls/999", "elders/999"]
)
def test_what_is_not_there_is_404(path):
    answer = Caller(cast.olive()).get(path)
    assert (answer.status_code, code(answer)) == (404, "not_found")


def test_an_unknown_path_and_a_wrong_verb_are_told_in_json():
    olive = Caller(cast.olive())
    assert code(olive.get("nothing")) == "not_found"
    answer = olive.client.delete("/api/v1/requests/1")
    assert (answer.status_code, code(answer)) == (405, "method_not_allowed")
    assert answer["Allow"] == "GET"
    assert olive.get("requests/").status_code == 404


def test_a_device_id_may_be_anything_but_never_breaks():
    olive = Caller(cast.olive())
    for device_id in ("%00", "x" * 65, "%F0%9F%92%A9", "a%2Fb"):
        assert olive.get(f"devices/{device_id}").status_code in (404, 422)


def test_the_description_declares_every_refusal(client):
    described = client.get("/api/v1/openapi.json").json()
    for path, verbs in described["paths"].items():
        for verb, operation in verbs.items():
            refusals = {"401", "403", "404", "422"} | ({"400", "409"} if verb == "post" else set())
            assert refusals <= set(operation["responses"]), (verb, path)
    error = described["components"]["schemas"]["Refusal"]["properties"]
    assert set(error) == {"code", "message", "fields"}


def test_the_description_is_made_once_however_often_anybody_asks():
    assert api.get_openapi_schema() is api.get_openapi_schema(path_params={})


def test_the_docs_page_needs_nothing_from_elsewhere(client):
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    html = page.content.decode()
    assert "https://" not in html
    assert html.count("<script") == html.count("<script src=") + 1  # and one block of JSON
    assert 'type="application/json"' in html
    assert json.loads(html.split('id="swagger-settings">')[1].split("</script>")[0])["url"]
