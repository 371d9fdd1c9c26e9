"""Telling a device to do something: the desk asks, the gateway sends, the device answers."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from elders.models import User
from tracking.errors import TrackingError
from tracking.models import Device, DeviceCommand, Order
from tracking.protocols import registry

GOOD_FOR_S = 3_600
MOST_OPEN = 20  # of one device
MAX_ANSWER = 200
AT_ONCE = 1_000  # that are looked for

State = DeviceCommand.State


def ask(
    device: Device, order: str, *, argument: str = "", by: User | None, now: datetime
) -> DeviceCommand:
    """Queues the order; it goes out within seconds of the device being on the line.

    Raises TrackingError: `not_possible` (409) where the protocol of the device has no such order,
    `invalid` (422) for an argument that cannot be meant, `too_many` (409).
    """
    try:
        possible = _takes(device, order, argument)
    except ValueError as wrong:
        raise TrackingError("invalid", 422, str(wrong), {"argument": str(wrong)}) from wrong
    if not possible:
        raise TrackingError("not_possible", 409, _("This device cannot be told so."))
    if _open(device).count() >= MOST_OPEN:
        raise TrackingError("too_many", 409, _("The device has not done what it was told before."))
    return DeviceCommand.objects.create(
        device=device,
        order=order,
        argument=argument,
        asked_by=by,
        asked_at=now,
        expires_at=now + timedelta(seconds=GOOD_FOR_S),
    )


def possible(device: Device) -> list[Order]:
    """What the device can be told, in its protocol."""
    examples = {Order.INTERVAL: "60", Order.CALL: "13800000000"}
    return [order for order in Order if _takes(device, order, examples.get(order, ""))]


def due(device_ids: Iterable[str], *, now: datetime) -> list[DeviceCommand]:
    """What waits for one of these devices, the oldest first."""
    waiting = DeviceCommand.objects.filter(state=State.QUEUED, expires_at__gt=now)
    theirs = waiting.filter(device__device_id__among=list(device_ids))
    return list(theirs.select_related("device").order_by("pk")[:AT_ONCE])


def claim(command: DeviceCommand, *, now: datetime) -> bool:
    """Whether it is this gateway's to send, which it then must do."""
    row = DeviceCommand.objects.filter(pk=command.pk, state=State.QUEUED)
    return bool(row.update(state=State.SENT, sent_at=now))


def fail(command: DeviceCommand, *, why: str, now: datetime) -> None:
    row = DeviceCommand.objects.filter(pk=command.pk)
    row.update(state=State.FAILED, answered_at=now, answer=why[:MAX_ANSWER])


def answered(
    names: Iterable[str], order: str, *, text: str, refused: bool = False, now: datetime
) -> None:
    """The device, registered by one of these names, answers the latest order of this kind; or
    says that it has not done so."""
    sent = DeviceCommand.objects.filter(order=order, state=State.SENT)
    sent = sent.filter(device__device_id__in=names)
    latest = sent.order_by("-pk").values_list("pk", flat=True).first()
    state = State.FAILED if refused else State.ACKNOWLEDGED
    done = {"state": state, "answered_at": now, "answer": text[:MAX_ANSWER]}
    if latest:
        DeviceCommand.objects.filter(pk=latest, state=State.SENT).update(**done)


def expire(*, now: datetime) -> None:
    """What nobody could send, or no device has answered, is over."""
    late = DeviceCommand.objects.filter(state__in=(State.QUEUED, State.SENT), expires_at__lte=now)
    late.update(state=State.EXPIRED)


def _takes(device: Device, order: str, argument: str) -> bool:
    dialect = registry.DIALECTS.get(device.protocol)
    return dialect is not None and dialect.takes(order, argument)


def _open(device: Device) -> QuerySet[DeviceCommand]:
    return device.commands.filter(state__in=(State.QUEUED, State.SENT))
