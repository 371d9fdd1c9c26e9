"""`/console/devices/<pk>/`: what a device has said, where it was, and what it can be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dispatch.models import Trouble
from dispatch.pages import labels, looks
from dispatch.pages.desk import guard, outages
from dispatch.pages.desk.guard import DeskRequest, operators_only
from elders.models import User
from tracking import commands, wording
from tracking.devices import holder_at
from tracking.models import Alarm, Clock, Device, Order, Position
from tracking.selectors import alarms_for, devices_for, positions_for

SHOWN = 20  # alarms, troubles, commands
TRAIL = 100


@dataclass(frozen=True, slots=True)
class Spot:
    """One position of the trail, and in words what speaks against it."""

    at: datetime | None
    place: str
    error: str
    doubts: list[str]


@require_GET
@never_cache
@operators_only
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """Last heard, battery, alarms, troubles, orders with their state, and the trail."""
    now = timezone.now()
    device = _seen(request.user, pk, now=now)
    holder = holder_at(device, now)
    elder = holder.elder if holder else None
    looks.keep(request.user, [elder] if elder else [], what="device", purpose="console", now=now)
    shown = {
        "device": device,
        "elder": elder,
        "worker": holder.worker if holder else None,
        "orders": [(word, Order(word).label) for word in commands.possible(device)],
        "commands": device.commands.select_related("asked_by")[:SHOWN],
        "alarms": [_alarm(one) for one in alarms_for(request.user, device, now=now)[:SHOWN]],
        "troubles": _troubles(device),
        "trail": _trail(request.user, device, now=now),
    }
    return render(request, "console/device.html", shown)


@require_POST
@operators_only
def tell(request: DeskRequest, pk: int) -> HttpResponse:
    """One of the orders, with its argument."""
    now = timezone.now()
    device = _seen(request.user, pk, now=now)
    order = guard.choice(request.POST, "order", Order)
    argument = guard.words(request.POST, "argument", most=40)
    commands.ask(device, order, argument=argument, by=request.user, now=now)
    return redirect("console-device", pk)


def _seen(user: User, pk: int, *, now: datetime) -> Device:
    return get_object_or_404(devices_for(user, now=now), pk=pk)


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "at": alarm.received_at,
        "words": labels.alarms(alarm.kinds),
        "why": wording.strayed(alarm),
        "times": alarm.repeats + 1,
    }


def _troubles(device: Device) -> list[tuple[str, Trouble]]:
    """What was wrong with it and what is, the latest first."""
    return [(outages.cause(one.cause), one) for one in device.troubles.order_by("-since")[:SHOWN]]


def _trail(user: User, device: Device, *, now: datetime) -> list[Spot]:
    rows = positions_for(user, device, now=now).order_by("-fixed_at")[:TRAIL]
    return [_spot(row) for row in rows]


def _spot(row: Position) -> Spot:
    against = [row.get_doubt_display()] if row.doubt else []
    if row.clock != Clock.GOOD:
        against.append(row.get_clock_display())
    if not row.valid:
        against.append(labels.label(labels.DOUBTS, "invalid"))
    error = "" if row.accuracy_m is None else labels.distance(row.accuracy_m)
    return Spot(row.fixed_at, f"{row.lat:.5f}, {row.lon:.5f}", error, [str(one) for one in against])
