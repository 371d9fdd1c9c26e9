"""The trial at start: we sign a request to ourselves, and to be sure, one that is forged."""

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.test import RequestFactory
from django.urls import Resolver404, resolve

from telephony.carriers.twilio import signature, twiml

FORM = {"AccountSid": "AC-trial", "CallStatus": "initiated"}


def complaint() -> str:
    """What keeps a request that Twilio signs from being believed here; "" when nothing does.

    The request never leaves the process, and asks for nothing: no leg has its name.
    """
    for key in signature.tokens():
        if (status := _answered(key)) != 200:
            return f"A request that Twilio signs would be answered {status} here, not 200."
    if _answered("forged" + settings.TWILIO_AUTH_TOKEN) != 403:
        return "A request that Twilio did not sign would be believed here."
    return ""


def _answered(key: str) -> int:
    """The status that our own webhook answers to a request signed by `key`."""
    address = twiml.url("status/")
    parts = urlsplit(address)
    try:
        view, args, kwargs = resolve(parts.path.removeprefix(_prefix()))
    except Resolver404:
        return 404
    request = RequestFactory().post(
        parts.path.removeprefix(_prefix()),
        urlencode(FORM),
        content_type=signature.FORM,
        headers={signature.HEADER: signature.sign(address, FORM, key)},
    )
    return int(view(request, *args, **kwargs).status_code)


def _prefix() -> str:
    """The part of the public address that a proxy takes off before it asks us."""
    return str(urlsplit(settings.TWILIO_PUBLIC_BASE_URL).path)
