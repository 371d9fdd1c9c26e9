"""Cells and access points: kept where a frame has no fix, and resolved by a service if one is set.

The service is asked in the form of the Geolocation API that Mozilla's Ichnaea and Google share
(`POST {"cellTowers": […], "wifiAccessPoints": […]}` → `{"location": {"lat", "lng"}, "accuracy"}`).
"""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
from django.conf import settings

from tracking.clocks import clock_at
from tracking.geo import is_nowhere, is_on_earth
from tracking.messages import Message
from tracking.models import Clock, Hint, Position, Radio

log = logging.getLogger(__name__)

DEADLINE_S = 4.0
AT_ONCE = 3  # asked in one turn, so that the next turn is never far
TRIES = 3
NEWS_S = 1800  # what is older helps nobody
MOST = 20  # cells, and access points, of a frame
LATEST = 100  # places that are looked through for the last of each device

State = Hint.State


def of(message: Message, device_id: int, *, now: datetime) -> Hint | None:
    """What is worth keeping of the message: nothing where it has a fix."""
    if (message.fix and message.fix.valid) or not (message.cells or message.wifi):
        return None
    said = message.sent_at or now
    heard = {
        "cells": [[c.mcc, c.mnc, c.lac, c.cid, c.signal] for c in message.cells[:MOST]],
        "wifi": [[point.bssid, point.signal] for point in message.wifi[:MOST]],
    }
    fixed_at = said if clock_at(said, now=now) == Clock.GOOD else now
    return Hint(device_id=device_id, heard=heard, fixed_at=fixed_at, received_at=now)


def sweep(*, now: datetime) -> int:
    """Asks the service about the latest hints; how many were resolved. Outside any transaction."""
    if not settings.LOCATION_SERVICE_URL:
        return 0
    since = now - timedelta(seconds=NEWS_S)
    waiting = Hint.objects.filter(state=State.KEPT, received_at__gte=since, tries__lt=TRIES)
    return sum(_resolve(hint, now=now) for hint in waiting.order_by("tries", "-id")[:AT_ONCE])


def question(heard: Mapping[str, Any]) -> dict[str, Any]:
    """The body of the request. Hidden and moving access points are for the service to leave out."""
    cells = [
        {
            "radioType": "gsm" if lac <= 0xFFFF and cid <= 0xFFFF else "lte",
            "mobileCountryCode": mcc,
            "mobileNetworkCode": mnc,
            "locationAreaCode": lac,
            "cellId": cid,
            **({"signalStrength": signal} if signal is not None and signal < 0 else {}),
        }
        for mcc, mnc, lac, cid, signal in heard.get("cells", [])
    ]
    points = [
        {
            "macAddress": bssid,
            **({"signalStrength": signal} if signal is not None and signal < 0 else {}),
        }
        for bssid, signal in heard.get("wifi", [])
    ]
    return {"considerIp": False, "cellTowers": cells, "wifiAccessPoints": points}


def _resolve(hint: Hint, *, now: datetime) -> bool:
    """Whether the service knew a place. A service that is away is asked again, a few times."""
    row = Hint.objects.filter(pk=hint.pk, state=State.KEPT)
    if not row.filter(tries=hint.tries).update(tries=hint.tries + 1):
        return False  # somebody else asks
    try:
        asked = question(hint.heard)
        answer = httpx.post(settings.LOCATION_SERVICE_URL, json=asked, timeout=DEADLINE_S)
        found = _place(answer)
    except (httpx.HTTPError, ValueError) as fault:
        log.warning("the location service did not answer: %s", type(fault).__name__)
        return False
    row.update(state=State.RESOLVED if found else State.UNKNOWN)
    if found:
        _keep(hint, *found, now=now)
    return bool(found)


def _place(answer: httpx.Response) -> tuple[float, float, float] | None:
    """Latitude, longitude and error; None where the service knows nothing (404)."""
    if answer.status_code == 404:
        return None
    answer.raise_for_status()
    said = answer.json()
    if not isinstance(said, dict) or not isinstance(said.get("location"), dict):
        raise ValueError("no location")
    numbers = said["location"].get("lat"), said["location"].get("lng"), said.get("accuracy")
    if not all(isinstance(one, int | float) for one in numbers):
        raise ValueError("no numbers")
    lat, lon, accuracy_m = map(float, numbers)
    if not is_on_earth(lat, lon) or is_nowhere(lat, lon) or accuracy_m < 0:
        raise ValueError("no place")
    return lat, lon, accuracy_m


def _keep(hint: Hint, lat: float, lon: float, accuracy_m: float, *, now: datetime) -> None:
    """A position of its own source, beside those the device measured: it moves no device."""
    wifi = len(hint.heard.get("wifi", [])) > 1  # by one alone it may be anywhere
    place = Position(
        device_id=hint.device_id,
        lat=lat,
        lon=lon,
        accuracy_m=accuracy_m,
        fixed_at=hint.fixed_at,
        received_at=hint.received_at,
        stored_at=now,
        source=Radio.WIFI if wifi else Radio.CELL,
    )
    Position.objects.bulk_create([place], ignore_conflicts=True)


def latest(devices: Collection[int], *, since: datetime) -> dict[int, Position]:
    """The last place of each device (id →) by cells or access points since then, of the newest so
    many."""
    rows = Position.objects.filter(
        device__in=devices, source__in=Radio.values, fixed_at__gte=since
    ).order_by("-fixed_at")[:LATEST]
    return {row.device_id: row for row in reversed(rows)}
