"""What a house must not be started with. Each error says what to set.

They run on every management command, and `refuse_what_is_broken` runs them when a server or a
worker starts, so that no way of starting goes around them.
"""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

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


def rule(number: int, *tags: str) -> Callable[[Callable[[], str]], Check]:
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


@rule(1)
def half_of_production() -> str:
    """PostgreSQL and Redis come together: with one alone nobody would ring the worker."""
    if bool(settings.DATABASE_URL) == bool(settings.REDIS_URL):
        return ""
    there, missing = ("DATABASE_URL", "REDIS_URL")
    if settings.REDIS_URL:
        there, missing = missing, there
    return f"{there} is set and {missing} is not. Set both for production, neither for embedded."


@rule(2)
def secret_key() -> str:
    """Outside the demo nothing has a default secret."""
    try:
        if len(settings.SECRET_KEY) >= 50:
            return ""
    except ImproperlyConfigured:
        pass
    return "SECRET_KEY must be set to at least 50 random characters (only the demo makes its own)."


@rule(3)
def field_keys() -> str:
    """Rotating the session secret must not make health notes unreadable."""
    if settings.DEMO or all(len(key) >= 32 for key in settings.FIELD_KEYS or [""]):
        return ""
    return "FIELD_KEYS must hold the keys for personal data, newest first, 32 characters or more."


@rule(4)
def simulator_in_the_open() -> str:
    """Whoever reaches the simulator can ring as anybody."""
    if not settings.SIMULATOR or settings.DEMO or loopback_only():
        return ""
    return "SIMULATOR answers anybody as anybody: off loopback it must not be set."


@rule(5)
def demo_in_the_open() -> str:
    """The demo's passwords stand in its card."""
    if not settings.DEMO or loopback_only():
        return ""
    return "DEMO has published passwords: PUBLIC_BASE_URL and ALLOWED_HOSTS must stay on loopback."


def loopback_only() -> bool:
    hosts = {urlsplit(settings.PUBLIC_BASE_URL).hostname or "", *settings.ALLOWED_HOSTS}
    return hosts <= LOOPBACK


@rule(6, checks.Tags.database)
def demo_accounts() -> str:
    """Accounts whose passwords are published open no real register."""
    if settings.DEMO:
        return ""
    try:
        there = get_user_model().objects.filter(groups__name=DEMO_GROUP, is_active=True).exists()
    except DatabaseError:
        return ""  # no tables yet: `migrate` comes first
    return "This database holds demo accounts. Use another, or delete them." if there else ""


@rule(7, checks.Tags.database)
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


@rule(40)
def positions() -> str:
    """Where devices are: a queue with room, a history with days, datums that exist."""
    if settings.POSITIONS_QUEUE < 1 or settings.POSITION_DAYS < 1:
        return "POSITIONS_QUEUE and POSITION_DAYS must be 1 or more."
    from tracking.models import Datum, Protocol

    for protocol, datum in settings.DATUMS.items():
        if protocol not in Protocol.values or datum not in Datum.values:
            return f"DATUMS: {protocol}={datum} is not a protocol and a datum, as h02=gcj02."
    return ""


@rule(42)
def broker() -> str:
    """An MQTT broker is named by its address, and what is read of it by topics."""
    if not settings.MQTT_URL:
        return ""
    from tracking.mqtt import PORTS

    if settings.MQTT_URL.partition("://")[0] not in PORTS or not settings.MQTT_TOPICS:
        return "MQTT_URL must be mqtt://… or mqtts://…, and MQTT_TOPICS must name a topic."
    return ""


@rule(41)
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
