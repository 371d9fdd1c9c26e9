"""An account at Twilio, for whoever asks for `twilio`."""

from collections.abc import Iterator

import pytest

from telephony.carriers.twilio import errands, rest
from tests.carriers.twilio.exchange import ACCOUNT, BASE, Exchange


@pytest.fixture
def twilio(settings) -> Iterator[Exchange]:
    """A Twilio account that is ours, and the only carrier."""
    exchange = Exchange()
    settings.TWILIO_ACCOUNT_SID = ACCOUNT
    settings.TWILIO_AUTH_TOKEN = "the token of the account"
    settings.TWILIO_AUTH_TOKEN_SECONDARY = ""
    settings.TWILIO_NUMBER = "+8657112349000"
    settings.TWILIO_FALLBACK_NUMBER = "+8657187654321"
    settings.TWILIO_PUBLIC_BASE_URL = BASE
    settings.TWILIO_API_URL = exchange.url
    settings.TWILIO_CALLS_PER_S = 1000.0
    settings.CARRIERS = ["telephony.carriers.twilio.carrier.Twilio"]
    rest._silence.since = -float("inf")  # what another test's account did not answer
    yield exchange
    errands.settle()
    exchange.close()
