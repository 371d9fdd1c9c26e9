"""Who speaks, and for whom: devices, their tokens, and the people who hold them."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from elders.models import Elder
from providers.models import Worker
from tracking.messages import Message
from tracking.models import Device, DeviceLink, Protocol
from tracking.speakers import Known

KEY_SIZES = (16, 24, 32)  # bytes of an AES key


def meet(device_id: str, protocol: Protocol) -> Device:
    """The device of this id; one never heard of is kept, unregistered."""
    defaults = {"protocol": protocol, "source": protocol}
    return Device.objects.get_or_create(device_id=device_id, defaults=defaults)[0]


def recognise(messages: Iterable[Message]) -> None:
    """Where a message says several names, the register decides by which its device is known."""
    named = [message for message in messages if message.aliases]
    if not named:
        return
    names = {name for message in named for name in (message.device_id, *message.aliases)}
    rows = Device.objects.filter(device_id__among=names, registered=True)
    known = set(rows.values_list("device_id", flat=True))
    for message in named:
        said = (message.device_id, *message.aliases)
        message.device_id = next((name for name in said if name in known), message.device_id)


def issue_token(device: Device) -> str:
    """A new token for the device, shown this once; an older one is worthless from now on."""
    token = secrets.token_urlsafe(24)
    device.token_hash = _hash(token)
    device.save(update_fields=["token_hash"])
    return token


def set_key(device: Device, key: str) -> None:
    """Give the device its encryption key (hex; "" for none).

    The key is its token: a message that could be decrypted with it may speak for the device, and
    another one not.
    """
    device.key = key.strip().lower()
    device.token_hash = _hash(device.key) if device.key else ""
    device.require_token = bool(device.key)
    device.save(update_fields=["key", "token_hash", "require_token"])


def keys() -> dict[str, bytes]:
    """The encryption keys by device id; those that cannot be read are left out."""
    rows = Device.objects.exclude(key="").values_list("device_id", "key")
    return {device_id: key for device_id, text in rows if (key := as_key(text))}


def as_key(text: str) -> bytes | None:
    """The key that was typed, or None where it is none."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return None
    return key if len(key) in KEY_SIZES else None


def has_token(device: Device | Known, token: str) -> bool:
    """Whether `token` is the device's own."""
    own = device.token_hash
    return bool(token and own) and hmac.compare_digest(own, _hash(token))


def is_trusted(device: Device | Known, token: str) -> bool:
    """Whether a message with `token` ("" for none) may speak for the device."""
    if token and device.token_hash:
        return has_token(device, token)
    return not device.require_token


def link(
    device: Device, *, elder: Elder | None = None, worker: Worker | None = None, now: datetime
) -> DeviceLink:
    """Give the device to an elder or a worker from now on; it is registered by that.

    Whoever had it has it no more; it is in service after a test that somebody has heard of.
    """
    with transaction.atomic():
        Device.objects.select_for_update(of=("self",), no_key=True).get(pk=device.pk)
        unlink(device, now=now)
        device.registered = True
        device.save(update_fields=["registered"])
        return device.links.create(elder=elder, worker=worker, since=now)


def unlink(device: Device, *, now: datetime) -> None:
    """Take the device back: from now on it speaks for nobody."""
    device.links.filter(until=None).update(until=Greatest("since", now))
    Device.objects.filter(pk=device.pk).update(due_at=None, silent_since=None)


def was_tested(devices: QuerySet[Any], *, elder: Elder | None, now: datetime) -> None:
    """A person has heard from her that the press was a test: from the first on it is in service."""
    links = DeviceLink.objects.filter(device__in=devices, elder=elder, until=None)
    if elder:
        links.update(tested_at=now, in_service_at=Coalesce("in_service_at", now))


def held_at(at: datetime) -> Q:
    """The links in force at `at`."""
    return Q(since__lte=at) & (Q(until=None) | Q(until__gt=at))


def holder_at(device: Device, at: datetime) -> DeviceLink | None:
    """Whose device this was at `at`."""
    return device.links.filter(held_at(at)).select_related("elder", "worker").first()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
