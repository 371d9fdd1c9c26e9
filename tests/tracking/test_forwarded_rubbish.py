"""Rubbish at the endpoints that take JSON alone: never a 500, never a lost alarm."""

import json

from django.test import Client, override_settings
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.tracking.test_rubbish import DOCUMENTS, SCALARS
from tracking.models import Alarm

NAMES = """
    device_id fixed_at lat lon accuracy_m altitude_m speed_mps course valid datum battery charging
    alarm _type tst acc alt vel cog batt bs event topic tid position device uniqueId latitude
    longitude speed attributes batteryLevel charge outdated fixTime deviceTime type eventTime
"""
FIELDS = st.sampled_from(NAMES.split())
ENTRIES = st.recursive(
    st.dictionaries(FIELDS, DOCUMENTS, max_size=8),
    lambda inner: st.dictionaries(FIELDS, st.one_of(SCALARS, inner), max_size=8),
    max_leaves=4,
)
BODIES = st.one_of(
    st.binary(max_size=200), st.lists(ENTRIES).map(lambda entries: json.dumps(entries).encode())
)
ENDPOINTS = st.sampled_from(["batch", "traccar", "owntracks"])
calmly = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@override_settings(ALARM_FLOW="tests.tracking.notebook.Notebook")
class TestRubbish(TestCase):
    def answer(self, name: str, body: bytes) -> int:
        client = Client(raise_request_exception=False)
        response = client.post(f"/positions/{name}", body, content_type="application/json")
        if response.status_code != 200:
            assert response.json()["error"]["code"]
        return int(response.status_code)

    @calmly
    @given(ENDPOINTS, BODIES)
    def test_rubbish_is_answered(self, name, body):
        assert self.answer(name, body) in (200, 400, 401)

    @calmly
    @given(ENDPOINTS, ENTRIES)
    def test_an_alarm_within_rubbish_is_committed(self, name, entry):
        entry = {**entry, "alarm": "sos"}
        document = {"position": {"attributes": entry}} if name == "traccar" else entry
        assert self.answer(name, json.dumps(document).encode()) == 200
        assert any("sos" in alarm.kinds for alarm in Alarm.objects.all())

    @calmly
    @given(ENDPOINTS, st.integers(0, 200), st.binary(max_size=4))
    @example("traccar", 0, b"}")  # readable, and the alarm where none belongs
    def test_an_alarm_in_a_broken_body_is_committed(self, name, at, noise):
        whole = b'{"device_id": "42", "tid": "42", "alarm": "sos", "position": {"latitude": 30}}'
        at = 47 + at % (len(whole) - 47)
        assert self.answer(name, whole[:at] + noise) == 200
        assert Alarm.objects.filter(device__device_id="42").exists()
