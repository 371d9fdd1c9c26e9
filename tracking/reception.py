"""Takes in what a request of a device said: alarms first, whatever else is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from tracking import alarms, devices, ingest
from tracking.errors import TrackingError
from tracking.messages import Message
from tracking.models import Alarm, Device, Protocol


@dataclass(frozen=True, slots=True)
class Sender:
    """What stands beside the messages of a request.

    `token` is the one in its header. `address` names a device that does not name itself, so that
    its alarm belongs to somebody.
    """

    protocol: Protocol
    token: str = ""
    address: str = ""


@dataclass(slots=True)
class Receipt:
    """What was committed, and what could not be read of the rest (field → reason)."""

    alarms: list[Alarm] = field(default_factory=list)
    heard: int = 0
    positions: int = 0
    denied: bool = False
    warnings: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        alarms = [alarm.pk for alarm in self.alarms]
        return {"alarms": alarms, "positions": self.positions, "warnings": self.warnings}


def receive(messages: Sequence[Message], *, sender: Sender, now: datetime) -> Receipt:
    """Commit the messages of one request.

    Raises TrackingError when an alarm is kept but nobody has taken it yet (503), and when nothing
    could be used: 401 for a wrong or missing token, 400 with the fields that could not be read.
    """
    receipt = Receipt()
    for message in sorted(messages, key=lambda message: not message.kinds):
        receipt.warnings |= message.errors | message.warnings
        if message.kinds:
            _take_alarm(receipt, message, sender=sender, now=now)
        elif not message.errors:
            _take_news(receipt, message, sender=sender, now=now)
    if any(alarm.handed_over_at is None for alarm in receipt.alarms):
        raise TrackingError("alarm_waits", 503, _("The alarm is kept, but nobody has it yet."))
    if not receipt.alarms and not receipt.heard:
        if receipt.denied:
            raise TrackingError("unauthorised", 401, _("The token is wrong."), receipt.warnings)
        raise TrackingError("unreadable", 400, _("This could not be read."), receipt.warnings)
    return receipt


def _take_alarm(receipt: Receipt, message: Message, *, sender: Sender, now: datetime) -> None:
    device_id = message.device_id or f"unnamed@{sender.address}"[:64]
    device = devices.meet(device_id, sender.protocol)
    trusted = _trusts(receipt, device, message.token or sender.token)
    alarm = alarms.cry(
        device,
        message,
        trusted=trusted,
        protocol=sender.protocol,
        address=sender.address,
        now=now,
    )
    receipt.alarms.append(alarm)
    receipt.positions += trusted and message.fix is not None


def _take_news(receipt: Receipt, message: Message, *, sender: Sender, now: datetime) -> None:
    device = devices.meet(message.device_id, sender.protocol)
    if _trusts(receipt, device, message.token or sender.token):
        receipt.heard += 1
        receipt.positions += ingest.hear(device, message, protocol=sender.protocol, now=now)


def _trusts(receipt: Receipt, device: Device, token: str) -> bool:
    trusted = devices.is_trusted(device, token)
    if not trusted:
        receipt.denied = True
        receipt.warnings.update(token="is missing or wrong")  # noqa: S106
    return trusted
