"""A trunk that signs us in: once it has forgotten us, the desk is told until it knows us again."""

from datetime import timedelta

import pytest

from config import health, missed
from dispatch.models import Notice
from telephony.carriers.asterisk import holding, registrations
from telephony.carriers.asterisk.client import Client
from tests.carriers.asterisk.fake_ami import FakeAmi

pytestmark = pytest.mark.django_db
CARRIER = "telephony.carriers.asterisk.carrier.Asterisk"


@pytest.fixture
def ami():
    with FakeAmi() as it:
        yield it


@pytest.fixture
def client(ami, settings):
    settings.AMI_HOST, settings.AMI_PORT, settings.AMI_SECRET = "127.0.0.1", ami.port, "secret"
    settings.CARRIERS, settings.SIP_TRUNK_USER = [CARRIER], "one-number"
    it = Client("127.0.0.1", ami.port, on_event=lambda event: None, on_lost=lambda why: None)
    it.open("one", "secret")
    yield it
    it.close()


def test_a_trunk_that_has_forgotten_us_is_missed_until_it_knows_us_again(ami, client, now):
    def look(status, second):
        detail = {"Event": "OutboundRegistrationDetail", "ObjectName": "trunk", "Status": status}
        ami.listed["PJSIPShowRegistrationsOutbound"] = [{"Event": "AuthDetail"}, detail]
        at = now + timedelta(seconds=second)
        holding.take("asterisk", "one", well=True, now=at)
        registrations.look("asterisk", client, now=at)
        missed.sweep(now=at)
        down = "asterisk" in health.carriers(at)["down"]
        return down, Notice.objects.filter(code=missed.CODE, done_at=None).count()

    assert look("Registered", 0) == (False, 0)
    assert look("Unregistered", 30) == (False, 0)  # it may be about to sign in again
    assert look("Rejected", 60) == (True, 1)
    assert look("Rejected", 90) == (True, 1)
    assert look("Registered", 120) == (False, 0)


def test_a_trunk_that_knows_our_address_is_asked_nothing(ami, client, now, settings):
    settings.SIP_TRUNK_USER = ""
    holding.take("asterisk", "one", well=True, now=now)
    registrations.look("asterisk", client, now=now)
    assert holding.is_registered("asterisk", now=now + timedelta(hours=1))
    assert not ami.named("PJSIPShowRegistrationsOutbound")
