"""Who speaks, and for whom: devices, their tokens, and the people who hold them."""

import hashlib
import hmac
import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from elders.models import Elder
from providers.models import Worker
from tracking.models import Device, DeviceLink, Protocol


def meet(device_id: str, protocol: Protocol) -> Device:
    """The device of this id; one never heard of is kept, unregistered."""
    defaults = {"protocol": protocol, "source": protocol}
    return Device.objects.get_or_create(device_id=device_id, defaults=defaults)[0]


def issue_token(device: Device) -> str:
    """A new token for the device, shown this once; an older one is worthless from now on."""
    token = secrets.token_urlsafe(24)
    device.token_hash = _hash(token)
    device.save(update_fields=["token_hash"])
    return token


def is_trusted(device: Device, token: str) -> bool:
    """Whether a message with `token` ("" for none) may speak for the device."""
    if token and device.token_hash:
        return hmac.compare_digest(device.token_hash, _hash(token))
    return not device.require_token


def link(
    device: Device, *, elder: Elder | None = None, worker: Worker | None = None, now: datetime
) -> DeviceLink:
    """Give the device to an elder or a worker from now on; it is registered by that."""
    with transaction.atomic():
        unlink(device, now=now)
        device.registered = True
        device.save(update_fields=["registered"])
        return device.links.create(elder=elder, worker=worker, since=now)


def unlink(device: Device, *, now: datetime) -> None:
    """Take the device back: from now on it speaks for nobody."""
    device.links.filter(until=None).update(until=now)


def held_at(at: datetime) -> Q:
    """The links in force at `at`."""
    return Q(since__lte=at) & (Q(until=None) | Q(until__gt=at))


def holder_at(device: Device, at: datetime) -> DeviceLink | None:
    """Whose device this was at `at`."""
    return device.links.filter(held_at(at)).select_related("elder", "worker").first()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
