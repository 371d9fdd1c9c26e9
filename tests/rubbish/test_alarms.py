"""A call for help among rubbish goes the whole way: to one case, in front of a person."""

import json
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from dispatch.models import RequestAlarm, ServiceRequest
from telephony.models import Call, CallBack
from tests import cast
from tests.rubbish.words import SENDABLE, TEXTS, calmly, objects

pytestmark = pytest.mark.django_db

FIELDS = "lat lon timestamp accuracy altitude speed bearing batt charge valid token location event"
QUERIES = st.dictionaries(st.sampled_from(FIELDS.split()), SENDABLE, max_size=5)
SIMULATOR = "/telephony/simulator/calls/"


def test_every_press_of_a_button_is_in_her_one_emergency_whatever_stands_beside_it():
    mei = cast.mei()
    cast.watch(mei)
    phone = Client(raise_request_exception=False)
    pressed: set[int] = set()

    @calmly(150)
    @given(QUERIES, objects(*FIELDS.split()))
    def press(query, body):
        address = urlencode({**query, "id": cast.WATCH_ID, "alarm": "sos"})
        answer = phone.post(
            f"/positions/osmand/?{address}", json.dumps(body), content_type="application/json"
        )
        assert answer.status_code == 200, answer.content
        assert answer.json()["alarms"], "acknowledged, and kept nowhere"
        pressed.update(answer.json()["alarms"])

    press()
    case = ServiceRequest.objects.get(elder=mei, priority="emergency")
    kept = set(RequestAlarm.objects.filter(request=case).values_list("alarm_id", flat=True))
    assert pressed <= kept
    assert len(pressed) > 1


def test_a_caller_among_rubbish_ends_with_a_person_a_request_or_a_call_back(caplog):
    cast.mei()
    phone = Client(raise_request_exception=False)

    @calmly(120)
    @given(st.lists(st.tuples(st.sampled_from(["digits", "speech"]), TEXTS), max_size=5))
    def ring(said):
        rung = phone.post(
            SIMULATOR, {"from": cast.MEI_NUMBER, "to": "12349"}, content_type="application/json"
        )
        call = rung.json()["call"]
        for how, words in said:
            body = {"digits": words} if how == "digits" else {"text": words}
            answer = phone.post(
                f"{SIMULATOR}{call}/{how}/", json.dumps(body), content_type="application/json"
            )
            assert answer.status_code in (200, 400), answer.content
        assert Call.objects.get(pk=call).queued_at or Call.objects.get(pk=call).settled
        phone.post(f"{SIMULATOR}{call}/hangup/", "{}", content_type="application/json")

    ring()
    assert not CallBack.objects.filter(reason="script_failed").exists()
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
