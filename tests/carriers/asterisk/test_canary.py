"""The canary rings a real Asterisk by SIP: an operator sees it, and nobody is kept busy by it."""

from contextlib import nullcontext

import httpx
import pytest
from django.core.wsgi import get_wsgi_application
from django.utils import timezone

from config.canary import Canary
from dispatch.models import Notice
from elders import tokens
from telephony.models import Call, CallBack
from tests import cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NUMBER = "+8613899999999"


def test_it_rings_the_hotline_through_the_exchange_until_an_operator_sees_it(asterisk, settings):
    settings.CARRIERS = ["telephony.carriers.asterisk.carrier.Asterisk"]
    settings.CANARY_NUMBER, settings.CANARY_DEVICE = NUMBER, "canary-7f3a"
    token = tokens.issue(cast.olive(), "canary", now=timezone.now())
    transport = httpx.WSGITransport(get_wsgi_application())
    with httpx.Client(base_url="http://testserver", transport=transport) as house:
        canary = Canary(house, token, nullcontext, patience_s=60)
        address = "127.0.0.1", asterisk.asterisk.sip_port
        assert canary.ring_by_sip(address, NUMBER, "12349").what == "call by SIP to operator"
    call = Call.objects.get()
    assert (call.from_number, call.queued_at) == (NUMBER, None)
    asterisk.trunk.until(lambda: Call.objects.get().is_over, within_s=60)
    assert not CallBack.objects.exists()
    assert not Notice.objects.exists()
