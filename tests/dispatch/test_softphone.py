"""Which telephone a console is: as the settings say, with secrets of this operator's own."""

import base64
import json

import pytest
from django.test import Client
from django.utils import timezone

from dispatch import desk
from telephony import telephones
from telephony.carriers.twilio import errands
from telephony.models import Call
from tests import cast
from tests.carriers.account import twilio

__all__ = ["twilio"]  # a fixture
pytestmark = pytest.mark.django_db
PATH = "/console/softphone/"


@pytest.fixture
def olive():
    return cast.olive()


@pytest.fixture
def console(olive):
    client = Client()
    client.force_login(olive)
    return client


def test_with_no_network_the_console_stands_for_the_telephone(console):
    answer = console.get(PATH)
    assert answer.json() == {"telephones": [{"kind": "simulator"}], "in_call": False}
    assert "no-store" in answer["Cache-Control"]


def test_with_a_key_of_twilio_the_browser_may_be_rung_and_nothing_else(
    twilio, console, olive, settings
):
    settings.TWILIO_API_KEY_SID, settings.TWILIO_API_KEY_SECRET = "SK1", "a secret " * 4
    (telephone,) = console.get(PATH).json()["telephones"]
    assert telephone["kind"] == "twilio"
    body = telephone["token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert claims["grants"] == {
        "identity": f"operator-{olive.pk}",
        "voice": {"incoming": {"allow": True}},
    }


@pytest.mark.django_db(transaction=True)
def test_a_telephone_that_was_lost_is_rung_into_the_call_again(twilio, console, olive):
    cast.mei()
    twilio.ring(cast.MEI_NUMBER)
    desk.take(Call.objects.get().pk, by=olive, now=timezone.now())
    errands.settle()
    phone = twilio.legs[-1]
    twilio.pick_up(phone)
    console.post("/console/softphone/ring/")
    errands.settle()
    assert twilio.legs[-1] is phone  # it is there: nothing rings
    twilio.hang_up(phone)
    assert console.get(PATH).json()["in_call"]
    console.post("/console/softphone/ring/")
    errands.settle()
    assert twilio.legs[-1].number == phone.number
    assert twilio.legs[-1] is not phone


def test_nobody_is_rung_who_has_no_call(console, olive):
    assert telephones.ring_again(olive) == 0
    assert console.post("/console/softphone/ring/").status_code == 204
