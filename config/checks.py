"""What a house must not be started with. Each error says what to set.

They run on every management command, and `refuse_what_is_broken` runs them when a server or a
worker starts, so that no way of starting goes around them.
"""

import re
from collections.abc import Callable, Sequence
from datetime import time
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from config.demo import DEMO_GROUP

TAG = "one_number"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]", "testserver"})
POSTGRES_AT_LEAST = 150_000

Apps = Sequence[AppConfig] | None
Check = Callable[..., list[CheckMessage]]


def _check(number: int, *tags: str) -> Callable[[Callable[[], str]], Check]:
    """Registers a function that answers with a complaint, or with nothing when all is well."""

    def registered(complaint: Callable[[], str]) -> Check:
        def check(
            app_configs: Apps, *, databases: Sequence[str] | None = None, **_: Any
        ) -> list[CheckMessage]:
            if checks.Tags.database in tags and not databases:
                return []  # nobody asked to look into the database
            found = complaint()
            return [Error(found, id=f"{TAG}.E{number:03}")] if found else []

        return checks.register(check, TAG, *tags)

    return registered


@_check(1)
def half_of_production() -> str:
    """PostgreSQL and Redis come together: with one alone nobody would ring the worker."""
    if bool(settings.DATABASE_URL) == bool(settings.REDIS_URL):
        return ""
    there, missing = ("DATABASE_URL", "REDIS_URL")
    if settings.REDIS_URL:
        there, missing = missing, there
    return f"{there} is set and {missing} is not. Set both for production, neither for embedded."


@_check(2)
def secret_key() -> str:
    """Outside the demo nothing has a default secret."""
    try:
        if len(settings.SECRET_KEY) >= 50:
            return ""
    except ImproperlyConfigured:
        pass
    return "SECRET_KEY must be set to at least 50 random characters (only the demo makes its own)."


@_check(3)
def field_keys() -> str:
    """Rotating the session secret must not make health notes unreadable."""
    if settings.DEMO or all(len(key) >= 32 for key in settings.FIELD_KEYS or [""]):
        return ""
    return "FIELD_KEYS must hold the keys for personal data, newest first, 32 characters or more."


@_check(4)
def simulator_in_the_open() -> str:
    """Whoever reaches the simulator can ring as anybody."""
    if not settings.SIMULATOR or settings.DEMO or _loopback_only():
        return ""
    return "SIMULATOR answers anybody as anybody: off loopback it must not be set."


@_check(5)
def demo_in_the_open() -> str:
    """The demo's passwords stand in its card."""
    if not settings.DEMO or _loopback_only():
        return ""
    return "DEMO has published passwords: PUBLIC_BASE_URL and ALLOWED_HOSTS must stay on loopback."


def _loopback_only() -> bool:
    hosts = {urlsplit(settings.PUBLIC_BASE_URL).hostname or "", *settings.ALLOWED_HOSTS}
    return hosts <= LOOPBACK


@_check(6, checks.Tags.database)
def demo_accounts() -> str:
    """Accounts whose passwords are published open no real register."""
    if settings.DEMO:
        return ""
    try:
        there = get_user_model().objects.filter(groups__name=DEMO_GROUP, is_active=True).exists()
    except DatabaseError:
        return ""  # no tables yet: `migrate` comes first
    return "This database holds demo accounts. Use another, or delete them." if there else ""


@_check(7, checks.Tags.database)
def durable_postgres() -> str:
    """What was told "received" must outlive a power cut."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('fsync'),"
            " current_setting('synchronous_commit')"
        )
        version, fsync, synchronous = cursor.fetchone() or (0, "", "")
    if version < POSTGRES_AT_LEAST:
        return f"PostgreSQL 15 or newer is needed; this is {version // 10_000}."
    if fsync != "on" or synchronous == "off":
        return (
            f"PostgreSQL may lose acknowledged alarms: {fsync=}, synchronous_commit={synchronous}."
        )
    return ""


@_check(10)
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
    if not settings.TWILIO_PUBLIC_BASE_URL.startswith("https://") and not _loopback_only():
        return "TWILIO_PUBLIC_BASE_URL must be https://, as Twilio was given it."
    return ""


def _is_e164(number: str) -> bool:
    return re.fullmatch(r"\+[1-9]\d{6,14}", number, re.ASCII) is not None


@_check(11)
def twilio_signs_and_is_believed() -> str:
    """A request of our own making, signed, goes through the very door that Twilio's go through."""
    if not settings.TWILIO_ACCOUNT_SID or not settings.TWILIO_AUTH_TOKEN:
        return ""
    from telephony.carriers.twilio import trial

    return trial.complaint()


@_check(20)
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


@_check(21)
def half_of_asterisk() -> str:
    """A link without its secret would be a telephone that never rings."""
    needed = {name: getattr(settings, name) for name in ("AMI_HOST", "AMI_USER", "AMI_SECRET")}
    missing = [name for name, value in needed.items() if not value]
    if not missing or len(missing) == len(needed):
        return ""
    return f"Asterisk is half configured: set {', '.join(missing)} as well, or none of AMI_*."


@_check(22)
def half_of_push() -> str:
    """A push service that cannot know us takes nothing, and nobody would learn it."""
    said = {name: getattr(settings, f"VAPID_{name}") for name in ("PRIVATE_KEY", "PUBLIC_KEY")}
    said["SUBJECT"] = settings.VAPID_SUBJECT
    missing = [f"VAPID_{name}" for name, value in said.items() if not value]
    if settings.PUSH_TEST_HOSTS and not _loopback_only():
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


@_check(40)
def positions() -> str:
    """Where devices are: a queue with room, a history with days, datums that exist."""
    if settings.POSITIONS_QUEUE < 1 or settings.POSITION_DAYS < 1:
        return "POSITIONS_QUEUE and POSITION_DAYS must be 1 or more."
    from tracking.models import Datum, Protocol

    for protocol, datum in settings.DATUMS.items():
        if protocol not in Protocol.values or datum not in Datum.values:
            return f"DATUMS: {protocol}={datum} is not a protocol and a datum, as h02=gcj02."
    return ""


@_check(42)
def broker() -> str:
    """An MQTT broker is named by its address, and what is read of it by topics."""
    if not settings.MQTT_URL:
        return ""
    from tracking.mqtt import PORTS

    if settings.MQTT_URL.partition("://")[0] not in PORTS or not settings.MQTT_TOPICS:
        return "MQTT_URL must be mqtt://… or mqtts://…, and MQTT_TOPICS must name a topic."
    return ""


@_check(41)
def geocoder() -> str:
    """A geocoder that geopy does not have, or that misses its key, would never answer."""
    if not settings.GEOCODER:
        return ""
    from geopy.exc import GeopyError

    from tracking.addresses import geocoder as chosen

    try:
        chosen()
    except (GeopyError, TypeError, ValueError) as wrong:
        return f"GEOCODER or GEOCODER_OPTIONS is wrong: {wrong}"
    return ""


def refuse_what_is_broken() -> None:
    """Raises SystemCheckError's message as ImproperlyConfigured when a check of ours fails."""
    found = checks.run_checks(tags=[TAG], databases=["default"])
    if broken := [f"{one.msg} ({one.id})" for one in found if one.is_serious()]:
        raise ImproperlyConfigured(" ".join(broken))
