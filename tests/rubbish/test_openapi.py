"""Whatever the OpenAPI allows, and much that it does not: a clear answer, never a 500."""

import json
from collections import Counter

import pytest
import schemathesis
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode

from dispatch.api import api
from tests.roles import town
from tests.roles.town import Town
from tests.rubbish.words import DOCUMENTS, SENDABLE, calmly

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
EXAMPLES = 12


@pytest.mark.parametrize("who", ["operator", "elder"])
def test_the_api_answers_whatever_it_is_sent(who):
    place = town.build()
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(place.users[who])
    assert len(OPERATIONS) > 50
    statuses: Counter[int] = Counter()
    for operation in OPERATIONS:
        statuses.update(_throw_at(operation, client, place))
    assert {200, 404, 422} <= set(statuses), "it must have got past the gate, too"
    pressed = Client().get("/positions/osmand/?id=a-stranger&alarm=sos&lat=rubbish")
    assert (pressed.status_code, len(pressed.json()["alarms"])) == (200, 1)


def _throw_at(operation: APIOperation, client: Client, place: Town) -> list[int]:
    cases = operation.as_strategy(GenerationMode.POSITIVE)
    cases |= operation.as_strategy(GenerationMode.NEGATIVE)
    statuses = []

    @calmly(EXAMPLES)
    @given(cases, st.booleans(), st.none() | DOCUMENTS, st.none() | SENDABLE)
    def throw(case, really, body, key):
        statuses.append(_answered(client, place, case, really=really, body=body, key=key))

    throw()
    return statuses


def _answered(
    client: Client, place: Town, case: Case, *, really: bool, body: object, key: str | None
) -> int:
    """Its status. `really`: of Mei's own; `body`, `key`: instead of what the schema thought of."""
    for name in case.path_parameters or {}:
        if really and name in place.subjects:
            case.path_parameters[name] = place.subjects[name]
    sent = case.as_transport_kwargs()
    payload = json.dumps(body).encode() if body is not None else _payload(sent)
    headers = {"idempotency-key": key} if key is not None else {}
    answer = client.generic(
        case.method,
        "/" + sent["url"].lstrip("/"),
        payload,
        content_type="application/json",
        query_params=dict(case.query or {}),
        headers=headers,
    )
    assert answer.status_code < 500, (case.method, sent["url"], case.query, payload, answer.content)
    if answer.status_code >= 400 and answer["Content-Type"] == "application/json":
        error = answer.json()["error"]
        assert error["code"], error
        assert error["message"], error
    return int(answer.status_code)


def _payload(sent: dict) -> bytes:
    if "json" in sent:
        return json.dumps(sent["json"]).encode()
    data = sent.get("data", b"")
    return data if isinstance(data, bytes) else str(data).encode("utf-8", "replace")
