"""Webhooks on Twilio's bad days: forged, repeated, late, out of order, and our own."""

import pytest
from django.core.checks import run_checks
from django.test import Client

from telephony.carriers.twilio import http
from telephony.models import Call, CallBack, CallEvent
from tests import cast
from tests.carriers.twilio.exchange import ACCOUNT, BASE

pytestmark = pytest.mark.django_db
VOICE = f"{BASE}/telephony/twilio/voice/"
RING = {"CallSid": "CA1", "From": cast.MEI_NUMBER, "To": "+8657112349000", "CallStatus": "ringing"}


@pytest.fixture(autouse=True)
def _mei(db):
    return cast.mei()


def keys(n):
    return f"{VOICE}keys/?n={n}"


@pytest.mark.parametrize("path", ["voice/", "voice/keys/", "status/", "sms/", "fallback/", "sms"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"headers": {"X-Twilio-Signature": "AAAA"}},
        {"content_type": "application/json", "data": '{"CallSid": "CA1"}'},
        {"content_type": "multipart/form-data; boundary=x", "data": b"--x\r\nrubbish"},
        {"content_type": "application/x-www-form-urlencoded", "data": b"\xff=\xfe&" * 2000},
        {"content_type": "text/plain", "data": b"x" * 3_000_000},
    ],
    ids=["no signature", "a wrong one", "JSON", "a broken form", "too many fields", "too long"],
)
def test_what_twilio_did_not_sign_is_403_and_never_500(twilio, path, more):
    answer = Client(raise_request_exception=False).post(f"/telephony/twilio/{path}", **more)
    assert answer.status_code == 403
    assert not Call.objects.exists()


def test_twilio_off_is_not_there(settings):
    settings.TWILIO_ACCOUNT_SID = ""
    assert Client().post("/telephony/twilio/voice/").status_code == 404


def test_both_tokens_are_good_while_one_replaces_the_other(twilio, settings):
    settings.TWILIO_AUTH_TOKEN_SECONDARY = "the old one"
    assert twilio.send(VOICE, RING, key="the old one").status_code == 200
    settings.TWILIO_AUTH_TOKEN_SECONDARY = ""
    assert twilio.send(VOICE, RING, key="the old one").status_code == 403


def test_an_address_we_do_not_go_by_and_a_missing_slash_are_answered(twilio):
    for path in ("voice", "voice/"):
        url = f"{BASE}/telephony/twilio/{path}"
        assert twilio.send(url, RING).status_code == 200
    assert Call.objects.count() == 1


def test_a_repeat_by_token_or_by_step_is_answered_with_the_stored_twiml(twilio):
    first = twilio.post(VOICE, RING, token="t1")
    assert twilio.post(VOICE, RING, token="t1") == first
    assert twilio.post(VOICE, RING) == first
    pressed = twilio.post(keys(0), RING | {"Digits": "3"}, token="t2")
    Call.objects.update(priority="emergency")  # whatever the call has come to since
    assert twilio.post(keys(0), RING | {"Digits": "3"}, token="t2") == pressed
    assert twilio.post(keys(0), RING | {"Digits": "3"}) == pressed
    assert CallEvent.objects.filter(kind="digits").count() == 1


def test_a_repeat_changes_nothing_where_the_stored_answer_is_lost(twilio):
    twilio.post(VOICE, RING)
    twilio.post(keys(0), RING | {"Digits": "1"})
    http.WebhookAnswer.objects.all().delete()
    twilio.post(VOICE, RING)
    twilio.post(keys(0), RING | {"Digits": "1"})
    assert Call.objects.count() == 1
    assert CallEvent.objects.filter(kind="digits").count() == 1


def test_an_answer_to_an_older_document_moves_nothing(twilio):
    leg = twilio.ring(cast.MEI_NUMBER)
    older = twilio.listening(leg).get("action")
    twilio.say_nothing(leg)
    twilio.press(leg, "3")
    before = Call.objects.values("priority", "step", "state").get()
    twilio.follow(leg, older.replace("n=0", "n=1"), Digits="1")
    assert Call.objects.values("priority", "step", "state").get() == before


def test_callbacks_out_of_order_never_move_a_call_back(twilio):
    leg = twilio.ring(cast.MEI_NUMBER)
    twilio.hang_up(leg)
    ended = Call.objects.values().get()
    for status in ("in-progress", "ringing", "completed", "initiated", "busy"):
        twilio.call_back(leg, status)
    assert Call.objects.values().get() == ended
    assert CallBack.objects.count() == 1


def test_a_key_after_the_end_hangs_up_and_wakes_nobody(twilio):
    leg = twilio.ring(cast.MEI_NUMBER)
    action = twilio.listening(leg).get("action")
    Call.objects.update(state="ended")
    leg.status = "in-progress"
    twilio.follow(leg, action, Digits="1")
    assert leg.document[-1].tag == "Hangup"


def test_a_key_of_a_call_we_never_heard_of_is_its_beginning(twilio):
    twilio.post(keys(3), RING | {"CallStatus": "in-progress", "Digits": "1"})
    assert Call.objects.get().from_number == cast.MEI_NUMBER


@pytest.mark.parametrize(
    "shown", ["anonymous", "Restricted", "+266696687", "client:x", "sip:a@b", ""]
)
def test_a_withheld_number_is_helped_like_any_other(twilio, shown):
    twilio.post(VOICE, RING | {"From": shown})
    assert Call.objects.get().from_number == ""


def test_our_own_fault_rings_the_fallback_number(twilio, settings):
    settings.CARRIERS = []  # the answer cannot be made
    leg = twilio.ring(cast.MEI_NUMBER)
    assert leg.dialled == ["+8657187654321"]
    settings.CARRIERS = ["telephony.carriers.twilio.carrier.Twilio"]
    twilio.follow(leg, leg.document[-1].get("action"))  # nobody there: back to us, who are well
    assert twilio.listening(leg) is not None


def test_the_fallback_webhook_rings_a_person_and_shows_the_call_to_the_desk(twilio):
    answer = twilio.post(f"{BASE}/telephony/twilio/fallback/", RING | {"ErrorCode": "11200"})
    assert "+8657187654321" in answer
    assert Call.objects.get().state == "ringing"


def test_a_status_that_fails_in_our_software_is_still_answered(twilio, settings):
    leg = twilio.ring(cast.MEI_NUMBER)
    settings.CARRIERS = []
    twilio.hang_up(leg)
    assert Call.objects.get().state == "abandoned"


GOOD = {
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": "t",
    "TWILIO_NUMBER": "+8657112349000",
    "TWILIO_FALLBACK_NUMBER": "+8657187654321",
    "TWILIO_PUBLIC_BASE_URL": "https://one.example",
}


@pytest.mark.parametrize(
    ("changes", "complaints"),
    [
        ({}, []),
        (dict.fromkeys(GOOD, ""), []),
        ({"TWILIO_AUTH_TOKEN": ""}, ["one_number.E010"]),
        ({"TWILIO_NUMBER": ""}, ["one_number.E010"]),
        ({"TWILIO_FALLBACK_NUMBER": ""}, ["one_number.E010"]),
        ({"TWILIO_ACCOUNT_SID": ""}, ["one_number.E010"]),
        ({"TWILIO_API_KEY_SID": "SK1"}, ["one_number.E010"]),
        ({"TWILIO_API_KEY_SID": "SK1", "TWILIO_API_KEY_SECRET": "s"}, []),
        ({"TWILIO_FALLBACK_NUMBER": "12349"}, ["one_number.E010"]),
        ({"TWILIO_FALLBACK_NUMBER": "+8657112349000"}, ["one_number.E010"]),
        ({"TWILIO_PUBLIC_BASE_URL": "https://one.example/behind"}, []),
    ],
)
def test_half_a_configuration_is_refused(settings, changes, complaints):
    for name, value in (GOOD | changes).items():
        setattr(settings, name, value)
    assert [one.id for one in run_checks(tags=["one_number"])] == complaints


def test_a_door_that_twilio_could_not_come_in_by_is_refused(settings):
    for name, value in GOOD.items():
        setattr(settings, name, value)
    settings.TWILIO_PUBLIC_BASE_URL = "https://one.example?town=1"
    assert [one.id for one in run_checks(tags=["one_number"])] == ["one_number.E011"]
