"""What stands in the database of a gateway under test. Runs in a process of its own."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from config.models import Heartbeat
from dispatch.api import portrait
from dispatch.api.shapes_people import CommandShape
from dispatch.models import RequestAlarm, ServiceRequest
from elders.models import Elder
from tests import cast
from tracking import commands, devices
from tracking.models import Alarm, Device, DeviceCommand, Position


def wearers(device_ids: list[str]) -> list[int]:
    """An elder for each device, who wears it; their ids."""
    grid = cast.willow_lane()
    elders = Elder.objects.bulk_create(
        Elder(name=f"Elder {n}", lat=30.27, lon=120.15, grid=grid) for n in range(len(device_ids))
    )
    worn = Device.objects.bulk_create(
        Device(device_id=device_id, registered=True) for device_id in device_ids
    )
    for device, elder in zip(worn, elders, strict=True):
        device.links.create(elder=elder, since=cast.BEFORE)
    return [elder.pk for elder in elders]


def give_key(device_id: str, key: str) -> None:
    devices.set_key(Device.objects.get(device_id=device_id), key)


def alarms(device_id: str) -> list[dict[str, Any]]:
    """The alarms of a device, oldest first, each with its cases."""
    rows = Alarm.objects.filter(device__device_id=device_id).order_by("pk")
    return [
        {
            "kinds": alarm.kinds,
            "verified": alarm.verified,
            "protocol": alarm.source,
            "repeats": alarm.repeats,
            "raw": alarm.raw,
            "callback": alarm.callback,
            "cases": list(
                RequestAlarm.objects.filter(alarm=alarm).values_list("request", flat=True)
            ),
        }
        for alarm in rows
    ]


def position(device_id: str) -> tuple[float, float] | None:
    device = Device.objects.get(device_id=device_id)
    return None if device.lat is None or device.lon is None else (device.lat, device.lon)


def heard(device_id: str) -> bool:
    return Device.objects.filter(device_id=device_id, last_heard_at__isnull=False).exists()


def positions() -> int:
    return Position.objects.count()


def order(device_id: str, what: str, protocol: str = "watch", argument: str = "") -> int:
    device = Device.objects.get(device_id=device_id)
    Device.objects.filter(pk=device.pk).update(protocol=protocol)
    device.refresh_from_db()
    return commands.ask(device, what, argument=argument, by=None, now=timezone.now()).pk


def command(pk: int) -> str:
    return DeviceCommand.objects.get(pk=pk).state


def shown(pk: int) -> CommandShape:
    """The order as the desk is shown it."""
    return portrait.command(DeviceCommand.objects.get(pk=pk))


def beat() -> dict[str, Any]:
    found = Heartbeat.objects.filter(work="gateway").first()
    return dict(found.facts) if found else {}


def cases_by_device() -> dict[str, list[int]]:
    """Device id → the emergencies its alarms are in, each once."""
    rows = RequestAlarm.objects.values_list("alarm__device__device_id", "request").distinct()
    found: dict[str, list[int]] = {}
    for device_id, request in rows:
        found.setdefault(device_id, []).append(request)
    return found


def emergencies_by_elder() -> dict[int, int]:
    rows = ServiceRequest.objects.filter(priority="emergency").values_list("elder_id", flat=True)
    return dict(Counter(pk or 0 for pk in rows))


def broken(promises: dict[str, list[datetime]]) -> list[str]:
    """Of presses that were answered, by device and time: everything that is not exactly one alarm
    in exactly one case, and every elder with more than one emergency."""
    connection.close()  # the database may have been killed, and all connections with it
    connection.close_pool()
    wrong = []
    cases: dict[int, list[int]] = {}
    for alarm, request in RequestAlarm.objects.values_list("alarm_id", "request_id"):
        cases.setdefault(alarm, []).append(request)
    kept: dict[tuple[str, datetime], list[int]] = {}
    for device, at, pk in Alarm.objects.values_list("device__device_id", "fixed_at", "pk"):
        kept.setdefault((device, at), []).append(pk)
    for device_id, presses in promises.items():
        for at in presses:
            found = kept.get((device_id, at), [])
            if len(found) != 1 or len(cases.get(found[0], [])) != 1:
                wrong.append(
                    f"{device_id} {at}: alarms {found}, cases {[cases.get(pk) for pk in found]}"
                )
    wrong += [f"elder {pk}: {n}" for pk, n in emergencies_by_elder().items() if n != 1]
    return wrong


def places(device_id: str) -> list[tuple[float, float]]:
    """Everywhere a device has been."""
    rows = Position.objects.filter(device__device_id=device_id)
    return list(rows.values_list("lat", "lon"))
