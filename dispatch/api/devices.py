"""Devices, those nobody registered too, and where they were."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Status
from pydantic import BaseModel, Field

from dispatch.api import portrait
from dispatch.api.bodies import NewCommand
from dispatch.api.fields import Instant
from dispatch.api.kinds import caller, desk, found, reader
from dispatch.api.paging import Page, Window, cut, page
from dispatch.api.shapes_people import CommandShape, DeviceShape, TrackPointShape
from dispatch.api.sight import Sight
from tracking import commands
from tracking.devices import holder_at
from tracking.models import Device
from tracking.selectors import devices_for, positions_for

router = Router(tags=["devices"])
DeviceId = Annotated[str, Path(max_length=64, pattern=r"^[^\x00]+$")]


class Span(BaseModel):
    """From and to, by the device's clock; both may be left out."""

    since: Instant | None = Field(None, alias="from")
    until: Instant | None = Field(None, alias="to")


@router.get("", response=Page[DeviceShape])
def list_devices(
    request: HttpRequest, window: Query[Window], registered: bool | None = None
) -> Page[DeviceShape]:
    """Those of the elders one may see and, for the desk, unknown ones; newest first."""
    sight = Sight(caller(request), now=timezone.now())
    rows = devices_for(sight.user, now=sight.now)
    if registered is not None:
        rows = rows.filter(registered=registered)
    some, following = cut(rows, window)
    held = [holder_at(device, sight.now) for device in some]
    sight.keep_looking(*[link.elder for link in held if link and link.elder], what="devices")
    return {"items": [portrait.device(one, sight) for one in some], "next": following}


@router.get("/{device_id}", response=DeviceShape)
def get_device(request: HttpRequest, device_id: DeviceId) -> DeviceShape:
    """By the number the device sends."""
    sight = Sight(caller(request), now=timezone.now())
    return portrait.device(_one(sight, device_id, what="devices"), sight)


@router.get("/{device_id}/positions", response=Page[TrackPointShape])
def list_positions(
    request: HttpRequest, device_id: DeviceId, window: Query[Window], span: Query[Span]
) -> Page[TrackPointShape]:
    """Its history by the device's clock, newest first."""
    sight = Sight(caller(request), now=timezone.now())
    device = _one(sight, device_id, what="positions")
    rows = positions_for(sight.user, device, now=sight.now)
    if span.since:
        rows = rows.filter(fixed_at__gte=span.since)
    if span.until:
        rows = rows.filter(fixed_at__lte=span.until)
    some, following = cut(rows, window, by="fixed_at")
    return {"items": portrait.track(some), "next": following}


@router.get("/{device_id}/commands", response=Page[CommandShape])
def list_commands(
    request: HttpRequest, device_id: DeviceId, window: Query[Window]
) -> Page[CommandShape]:
    """What it was told, and what became of it, newest first."""
    sight = Sight(reader(request), now=timezone.now())
    device = _one(sight, device_id, what="devices")
    return page(device.commands.select_related("asked_by"), window, portrait.command)


@router.post("/{device_id}/commands", response={201: CommandShape})
def tell_device(
    request: HttpRequest, device_id: DeviceId, body: NewCommand
) -> Status[CommandShape]:
    """It is told within seconds of being on the line, and not after an hour; 409 `not_possible`
    where it cannot be told so."""
    user, now = desk(request), timezone.now()
    device = found(devices_for(user, now=now), device_id=device_id)
    made = commands.ask(device, body.order, argument=body.argument, by=user, now=now)
    return Status(201, portrait.command(made))


def _one(sight: Sight, device_id: str, *, what: str) -> Device:
    device = found(devices_for(sight.user, now=sight.now), device_id=device_id)
    holder = holder_at(device, sight.now)
    if holder and holder.elder:
        sight.keep_looking(holder.elder, what=what)
    return device
