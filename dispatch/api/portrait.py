"""An elder, and what is hers, in their shapes, as much as the caller may see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from dispatch.api.shapes import EstimateShape
from dispatch.api.shapes_people import (
    AccessShape,
    AlarmShape,
    CommandShape,
    ContactShape,
    DeviceShape,
    ElderName,
    ElderShape,
    PositionShape,
    SpotShape,
    TrackPointShape,
)
from dispatch.api.sight import Sight
from dispatch.api.telling import named
from dispatch.models import RequestAlarm
from dispatch.selectors import requests_for
from elders import selectors
from elders.models import AccessEntry, Contact, Elder
from tracking import doubts
from tracking.devices import holder_at
from tracking.doubts import Point
from tracking.models import Alarm, Device, DeviceCommand, Position, Reading
from tracking.selectors import alarms_for

ALARMS_TOLD = 20


def name(elder: Elder) -> ElderName:
    grid = elder.grid.code if elder.grid else None
    return {**named(elder), "status": elder.status, "grid": grid}


def whole(elder: Elder, sight: Sight) -> ElderShape:
    """Station staff see the name alone, family the name and what she consented to."""
    home, desk = sight.home_of(elder), sight.desk
    plan = selectors.plan_of(elder) if desk or sight.is_herself(elder) else None
    return {
        **name(elder),
        "born": elder.born if home else None,
        "sex": elder.sex if home else None,
        "language": elder.language if home else None,
        "dialect": elder.dialect if home else None,
        "address": elder.address if home else None,
        "address_zh": elder.address_zh if home else None,
        "phones": selectors.numbers_of(elder) if home else None,
        "hearing": elder.hearing if home else None,
        "lives_alone": elder.lives_alone if home else None,
        "has_lift": elder.has_lift if home else None,
        "access_notes": elder.access_notes if home else None,
        "requirements": elder.requirements if home else None,
        "address_risk": elder.address_risk if home and not sight.is_herself(elder) else None,
        "door_code": elder.door_code if sight.door_of(elder) else None,
        "health_summary": elder.health_summary if sight.health_of(elder) else None,
        "safeguarding": elder.safeguarding if desk else None,
        "plan": {
            "ring_contacts": plan.ring_contacts,
            "send_responder": plan.send_responder,
            "call_ambulance": plan.call_ambulance,
            "notes": plan.notes,
        }
        if plan
        else None,
        "housemates": [named(one) for one in selectors.housemates(elder)] if desk else None,
    }


def estimate(told: dict[str, Any]) -> EstimateShape:
    return cast(EstimateShape, {"alternative": None, "course": None, **told})


def contact(row: Contact) -> ContactShape:
    return {
        "id": row.pk,
        "name": row.name or row.name_zh,
        "name_zh": row.name_zh or row.name,
        "order": row.order,
        "phone": row.phone,
        "relation": row.relation,
        "holds_key": row.holds_key,
        "agreed": row.agreed_at is not None,
        "barred": row.barred,
    }


def access(row: AccessEntry) -> AccessShape:
    by = str(row.actor) if row.actor else None
    return {"id": row.pk, "at": row.at, "by": by, "what": row.what, "purpose": row.purpose}


def device(row: Device, sight: Sight) -> DeviceShape:
    """With the alarms of its present holder; beyond the desk no position from before."""
    holder = holder_at(row, sight.now)
    since = holder.since if holder and not sight.desk else None
    hidden = since is not None and (row.fixed_at is None or row.fixed_at < since)
    alarms = list(alarms_for(sight.user, row, now=sight.now)[:ALARMS_TOLD])
    links = RequestAlarm.objects.filter(
        alarm__in=alarms, request__in=requests_for(sight.user, now=sight.now).values("pk")
    ).order_by("pk")
    requests = dict(links.values_list("alarm_id", "request_id"))
    return {
        "device_id": row.device_id,
        "protocol": row.protocol,
        "name": row.name,
        "registered": row.registered,
        "elder": named(holder.elder) if holder and holder.elder else None,
        "worker": named(holder.worker) if holder and holder.worker else None,
        "last_heard_at": row.last_heard_at,
        "battery": row.battery,
        "position": None if hidden else position(row),
        "alarms": [_alarm(alarm, requests.get(alarm.pk)) for alarm in alarms],
    }


def position(row: Reading) -> PositionShape | None:
    if row.lat is None or row.lon is None or row.fixed_at is None or row.received_at is None:
        return None
    return {
        "lat": row.lat,
        "lon": row.lon,
        "fixed_at": row.fixed_at,
        "received_at": row.received_at,
        "accuracy_m": row.accuracy_m,
        "speed_mps": row.speed_mps,
        "course": row.course,
        "valid": row.valid,
        "source": row.source,
    }


def track(rows: Sequence[Position]) -> list[TrackPointShape]:
    """Some of a device's history, newest first, and the line it makes."""
    line = doubts.smooth(
        [
            Point(row.lat, row.lon, row.fixed_at, row.accuracy_m)
            for row in reversed(rows)
            if row.lat is not None and row.lon is not None and row.fixed_at and row.valid
        ]
    )
    spots: dict[datetime, SpotShape] = {p.at: {"lat": p.lat, "lon": p.lon} for p in line}
    return [
        {**said, "clock": row.clock, "doubt": row.doubt, "shown": spots.get(said["fixed_at"])}
        for row in rows
        if (said := position(row))
    ]


def _alarm(row: Alarm, request: int | None) -> AlarmShape:
    kind = row.kinds[0] if row.kinds else "raw"
    at = row.fixed_at or row.received_at
    assert at is not None  # noqa: S101 — every alarm was received
    return {"id": row.pk, "kind": kind, "kinds": row.kinds, "at": at, "request": request}


def command(row: DeviceCommand) -> CommandShape:
    return {
        "id": row.pk,
        "order": row.order,
        "argument": row.argument,
        "state": row.state,
        "by": str(row.asked_by) if row.asked_by else None,
        "asked_at": row.asked_at,
        "expires_at": row.expires_at,
        "sent_at": row.sent_at,
        "answered_at": row.answered_at,
        "answer": row.answer,
    }
