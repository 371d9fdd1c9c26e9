"""Rubbish of every kind: never a 500, never a lost alarm."""

import json
from urllib.parse import quote_from_bytes

from django.test import Client, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tracking.models import Alarm

NAMES = """
    id deviceid token timestamp lat lon location valid accuracy altitude speed bearing heading
    batt charge alarm device_id extras coords event battery
"""
FIELDS = st.sampled_from(NAMES.split())
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(),
    st.sampled_from(["nan", "-inf", "1e999", "0x10", "\x00", "٣", "1_0", "9" * 5000, "2026-13-40"]),
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.one_of(FIELDS, st.just("location"), st.text()), inner, max_size=6)
    ),
    max_leaves=20,
)
QUERIES = st.lists(st.tuples(FIELDS, st.binary(max_size=12)), max_size=8).map(
    lambda pairs: "&".join(f"{name}={quote_from_bytes(value)}" for name, value in pairs)
)
TYPES = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
BODIES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=100).map(lambda text: text.encode(errors="replace")),
    DOCUMENTS.map(lambda document: json.dumps(document).encode()),
    QUERIES.map(str.encode),
)
calmly = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@override_settings(ALARM_FLOW="tests.tracking.notebook.Notebook")
class TestRubbish(TestCase):
    def answer(self, query: str, body: bytes, content_type: str) -> int:
        client = Client(raise_request_exception=False)
        path = f"/positions/osmand?{query}"
        response = client.post(path, body, content_type=content_type)
        if response.status_code != 200:
            error = response.json()["error"]
            assert error["fields"], error
        return int(response.status_code)

    @calmly
    @given(QUERIES, BODIES, TYPES)
    def test_rubbish_is_answered(self, query, body, content_type):
        assert self.answer(query, body, content_type) in (200, 400)

    @calmly
    @given(QUERIES, BODIES, TYPES)
    def test_an_alarm_beside_rubbish_is_committed(self, query, body, content_type):
        assert self.answer(f"{query}&alarm=sos", body, content_type) == 200
        assert any("sos" in alarm.kinds for alarm in Alarm.objects.all())

    @calmly
    @given(st.dictionaries(FIELDS, DOCUMENTS, max_size=6))
    def test_an_alarm_within_rubbish_is_committed(self, rubbish):
        body = json.dumps({**rubbish, "alarm": "sos"}).encode()
        assert self.answer("", body, "application/json") == 200
        assert any("sos" in alarm.kinds for alarm in Alarm.objects.all())

    @calmly
    @given(st.integers(0, 200), st.binary(max_size=4))
    def test_an_alarm_in_a_broken_body_is_committed(self, at, noise):
        whole = b'{"device_id": "42", "alarm": "sos", "location": {"coords": {"latitude": 30}}}'
        at = 34 + at % (len(whole) - 34)
        assert self.answer("", whole[:at] + noise, "application/json") == 200
        assert Alarm.objects.filter(device__device_id="42").exists()
