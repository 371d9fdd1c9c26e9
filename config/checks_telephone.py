"""What the telephone and the messages of a house must not be started with; see `config.checks`."""

import re
from datetime import time

from cryptography.hazmat.primitives import serialization
from django.conf import settings

from config.checks import loopback_only, rule


@rule(10)
def half_of_twilio() -> str:
    """A number that rings us, and no secret to know it by, or nobody to ring when we fail."""
    needed = ("ACCOUNT_SID", "AUTH_TOKEN", "NUMBER", "FALLBACK_NUMBER")
    said = {f"TWILIO_{name}": getattr(settings, f"TWILIO_{name}") for name in needed}
    missing = [name for name, value in said.items() if not value]
    if len(missing) == len(said) and not settings.TWILIO_AUTH_TOKEN_SECONDARY:
        return ""
    if missing:
        return f"Twilio is half configured: {', '.join(missing)} must be set as well."
    if bool(settings.TWILIO_API_KEY_SID) != bool(settings.TWILIO_API_KEY_SECRET):
        return "TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET come together, or not at all."
    wrong = [
        name for name in ("TWILIO_NUMBER", "TWILIO_FALLBACK_NUMBER") if not _is_e164(said[name])
    ]
    if wrong:
        return f"{wrong[0]} must be a number as +8657112349000."
    if settings.TWILIO_NUMBER == settings.TWILIO_FALLBACK_NUMBER:
        return "TWILIO_FALLBACK_NUMBER must be another one: it is rung when ours does not answer."
    if not settings.TWILIO_PUBLIC_BASE_URL.startswith("https://") and not loopback_only():
        return "TWILIO_PUBLIC_BASE_URL must be https://, as Twilio was given it."
    return ""


def _is_e164(number: str) -> bool:
    return re.fullmatch(r"\+[1-9]\d{6,14}", number, re.ASCII) is not None


@rule(11)
def twilio_signs_and_is_believed() -> str:
    """A request of our own making, signed, goes through the very door that Twilio's go through."""
    if not settings.TWILIO_ACCOUNT_SID or not settings.TWILIO_AUTH_TOKEN:
        return ""
    from telephony.carriers.twilio import trial

    return trial.complaint()


@rule(20)
def calling_out() -> str:
    """What is rung by itself every day, within hours that can be read."""
    for name in ("CHECKIN_HOURS", "SATISFACTION_HOURS"):
        try:
            opens, closes = map(time.fromisoformat, str(getattr(settings, name)).split("-"))
        except ValueError:
            return f"{name} must be two times of the day, as 07:30-11:00."
        if opens >= closes:
            return f"{name} must begin before it ends."
    if settings.TRUNKS < 2:
        return "TRUNKS must be 2 or more: half of them are what check-ins may take."
    if not 1 <= settings.SATISFACTION_LINE <= 5:
        return "SATISFACTION_LINE must be from 1 to 5."
    return ""


@rule(21)
def half_of_asterisk() -> str:
    """A link without its secret would be a telephone that never rings."""
    needed = {name: getattr(settings, name) for name in ("AMI_HOST", "AMI_USER", "AMI_SECRET")}
    missing = [name for name, value in needed.items() if not value]
    if not missing or len(missing) == len(needed):
        return ""
    return f"Asterisk is half configured: set {', '.join(missing)} as well, or none of AMI_*."


@rule(22)
def half_of_push() -> str:
    """A push service that cannot know us takes nothing, and nobody would learn it."""
    said = {name: getattr(settings, f"VAPID_{name}") for name in ("PRIVATE_KEY", "PUBLIC_KEY")}
    said["SUBJECT"] = settings.VAPID_SUBJECT
    missing = [f"VAPID_{name}" for name, value in said.items() if not value]
    if settings.PUSH_TEST_HOSTS and not loopback_only():
        return "PUSH_TEST_HOSTS lets a browser choose where we send: off loopback it must be empty."
    if len(missing) == len(said):
        return ""
    if missing:
        return f"Web push is half configured: set {', '.join(missing)} as well, or none of VAPID_*."
    if not settings.VAPID_SUBJECT.startswith(("mailto:", "https://")):
        return "VAPID_SUBJECT must be mailto:… or https://…: whom a push service writes to."
    if _public_key_of(settings.VAPID_PRIVATE_KEY) != settings.VAPID_PUBLIC_KEY.rstrip("="):
        return "VAPID_PUBLIC_KEY is not that of VAPID_PRIVATE_KEY; `make_push_keys` makes both."
    return ""


def _public_key_of(private: str) -> str:
    """As browsers are given it; empty for what is no key."""
    from py_vapid import Vapid02, VapidException
    from py_vapid.utils import b64urlencode

    try:
        key = Vapid02.from_string(private).public_key
    except (ValueError, TypeError, VapidException):
        return ""
    form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    return str(b64urlencode(key.public_bytes(*form)))
