"""Whatever is thrown at the simulator, it answers below 500, and a call that rang is kept."""

import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony import outbound
from telephony.models import Call
from tests.cast import MEI_NUMBER, WAI_NUMBER

pytestmark = pytest.mark.django_db

SIMULATOR = "/telephony/simulator/"
words = st.sampled_from(["from", "to", "digits", "text", "reference", "after", "x"])
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from([MEI_NUMBER, "12349", "1", "", "\0", "+", "0" * 40, "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
bodies = st.one_of(
    st.dictionaries(words, values).map(lambda body: json.dumps(body).encode()),
    values.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=200),
)
paths = st.sampled_from(
    [
        "calls",
        "calls/{call}",
        "calls/{call}/digits",
        "calls/{call}/speech",
        "calls/{call}/hangup",
        "outbox",
        "outbox/{item}/answer",
        "outbox/{item}/digits",
        "outbox/{item}/reject",
        "outbox/{item}/no-answer",
        "calls/0/digits",
        "calls/99999999999999999999/digits",
        "outbox/-1/answer",
    ]
)
kinds = st.sampled_from(["application/json", "text/plain", "application/x-www-form-urlencoded"])
queries = st.dictionaries(words, st.text(max_size=20), max_size=2)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_rubbish_is_never_a_500(now, data):
    phone = Client()
    dialled = phone.post(
        f"{SIMULATOR}calls/",
        {"from": MEI_NUMBER, "to": "12349"},
        content_type="application/json",
    ).json()["call"]
    outbound.place("call", WAI_NUMBER, purpose="offer", now=now)
    outbound.deliver_due(now=now)
    item = phone.get(f"{SIMULATOR}outbox").json()["items"][-1]["id"]
    for _ in range(4):
        path = SIMULATOR + data.draw(paths).format(call=dialled, item=item)
        if data.draw(st.booleans()):
            answer = phone.get(path, data.draw(queries))
        else:
            query = data.draw(st.sampled_from(["", "?after=1", "?after=%00", "?after=-1"]))
            answer = phone.post(path + query, data.draw(bodies), content_type=data.draw(kinds))
        assert answer.status_code < 500
    assert Call.objects.filter(pk=dialled).exists()
