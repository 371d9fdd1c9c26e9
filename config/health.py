"""Is it well? `/healthz` asks the process, `/readyz` everything that a call for help needs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from config import work
from config.models import Heartbeat
from dispatch.models import Deadline
from dispatch.models.clock import RUNNING
from telephony.carriers import registry

OVERDUE_AFTER_S = 30.0
GATEWAY, MQTT = "gateway", "mqtt"  # the heartbeats' names

Finding = dict[str, Any]  # {"ok": bool, …}, and what a person needs to know beside it


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"ok": True})


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when everything that a call for help needs is there, else 503 and what is missing."""
    now = timezone.now()
    parts = {name: _looked_at(look, now) for name, look in LOOKS.items()}
    ok = all(part["ok"] for part in parts.values())
    return JsonResponse({"ok": ok, **parts}, status=200 if ok else 503)


def _looked_at(look: Callable[[datetime], Finding], now: datetime) -> Finding:
    try:
        return look(now)
    except (DatabaseError, redis.RedisError, OSError) as error:
        return {"ok": False, "error": type(error).__name__}


def database(now: datetime) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True, "vendor": connection.vendor}


def queue(now: datetime) -> Finding:
    """Redis, where it is configured."""
    if not settings.REDIS_URL:
        return {"ok": True, "vendor": "embedded"}
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as it:
        it.ping()
    return {"ok": True, "vendor": "redis"}


def worker(now: datetime) -> Finding:
    """Every kind of work was at work lately; `age_s` says how long ago, null for never."""
    beats = dict(Heartbeat.objects.values_list("work", "at"))
    ages = {
        kind: round(max(0.0, (now - beats[kind]).total_seconds()), 1) if kind in beats else None
        for kind in work.SWEEPS
    }
    ok = all(age is not None and age <= work.SILENT_AFTER_S for age in ages.values())
    return {"ok": ok, "age_s": ages}


def deadlines(now: datetime) -> Finding:
    """`oldest_overdue_s`: how late the oldest deadline is that nobody has fired."""
    age = overdue_s(now)
    return {"ok": age <= OVERDUE_AFTER_S, "oldest_overdue_s": round(age, 1)}


def overdue_s(now: datetime) -> float:
    """Seconds since the oldest running deadline was due; 0 when none is."""
    oldest: datetime | None = Deadline.objects.filter(RUNNING).aggregate(at=Min("due_at"))["at"]
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def carriers(now: datetime) -> Finding:
    """Which carriers are switched on, and which of them cannot be reached; without one nobody can
    ring us or be rung."""
    on = registry.carriers()
    down = sorted(name for name, carrier in on.items() if not carrier.is_well(now=now))
    return {"ok": bool(on) and not down, "on": sorted(on), "down": down}


def gateway(now: datetime) -> Finding:
    """The device gateway was heard from lately and listens on every port that it should.

    In the demo a port that another program has is told, and is no reason not to be ready.
    """
    if not any(settings.GATEWAY_PORTS.values()):
        return {"ok": True, "on": False}
    beat = Heartbeat.objects.filter(work=GATEWAY).first()
    if beat is None:
        return {"ok": False, "on": True, "age_s": None}
    age_s = round(max(0.0, (now - beat.at).total_seconds()), 1)
    well = settings.DEMO or not beat.facts.get("missing")
    ok = age_s <= work.SILENT_AFTER_S and well
    return {"ok": ok, "on": True, "age_s": age_s, **beat.facts}


def mqtt(now: datetime) -> Finding:
    """Where one is set: the link to the broker was heard from lately, and the broker is there."""
    if not settings.MQTT_URL:
        return {"ok": True, "on": False}
    beat = Heartbeat.objects.filter(work=MQTT).first()
    if beat is None:
        return {"ok": False, "on": True, "age_s": None}
    age_s = round(max(0.0, (now - beat.at).total_seconds()), 1)
    ok = age_s <= work.SILENT_AFTER_S and bool(beat.facts.get("connected"))
    return {"ok": ok, "on": True, "age_s": age_s, **beat.facts}


LOOKS: dict[str, Callable[[datetime], Finding]] = {
    "database": database,
    "redis": queue,
    "worker": worker,
    "deadlines": deadlines,
    "carriers": carriers,
    "gateway": gateway,
    "mqtt": mqtt,
}
