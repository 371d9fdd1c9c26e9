"""Whether the trunk knows where we are: once its registration is lost, no call reaches us."""

from datetime import datetime

from django.conf import settings

from telephony.carriers.asterisk import holding
from telephony.carriers.asterisk.client import Client

DETAIL, REGISTERED = "OutboundRegistrationDetail", "Registered"


def look(carrier: str, client: Client, *, now: datetime) -> None:
    """Notes since when a registration is away. A trunk that knows our address has none."""
    if not settings.SIP_TRUNK_USER:
        holding.registered(carrier, True, now=now)
        return
    listed = client.listed("PJSIPShowRegistrationsOutbound")
    states = [event.keys.get("Status", "") for event in listed if event.name == DETAIL]
    holding.registered(carrier, all(state == REGISTERED for state in states), now=now)
