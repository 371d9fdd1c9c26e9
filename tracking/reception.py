"""Takes in what devices said: alarms first, whatever else is wrong with the request."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracking import alarms, devices, forwarders, ingest, speakers
from tracking.errors import TrackingError
from tracking.ingest import Spoken
from tracking.messages import Message
from tracking.models import Alarm, Device, Protocol
from tracking.speakers import Known


class Sender(NamedTuple):
    """What stands beside the messages of a request.

    `token` is the one in its header. `address` names a device that does not name itself, so that
    its alarm belongs to somebody. Who `forwards` speaks for the devices of others, by a token of
    the desk; a device's own token is good for that device there as well.
    """

    protocol: Protocol
    token: str = ""
    address: str = ""
    forwards: bool = False


class Said(NamedTuple):
    """One request: its messages, who sent them, and when they came."""

    messages: Sequence[Message]
    sender: Sender
    at: datetime


@dataclass(slots=True)
class Receipt:
    """What was committed, and what could not be read of the rest (field → reason)."""

    alarms: list[Alarm] = field(default_factory=list)
    heard: int = 0
    positions: int = 0
    denied: int = 0  # 401 or 403
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
    devices.recognise(messages)
    for message in messages:
        if message.kinds:
            _take_alarm(receipt, message, sender=sender, now=now)
    _take_news([(receipt, Said(messages, sender, now))], now=now)
    if refusal := _refusal(receipt):
        raise refusal
    return receipt


def receive_news(requests: Sequence[Said], *, now: datetime) -> list[Receipt | TrackingError]:
    """Commit many requests without alarms in one transaction: the answer of `receive` to each."""
    receipts = [Receipt() for _ in requests]
    devices.recognise(message for said in requests for message in said.messages)
    _take_news(list(zip(receipts, requests, strict=True)), now=now)
    return [_refusal(receipt) or receipt for receipt in receipts]


def _take_alarm(receipt: Receipt, message: Message, *, sender: Sender, now: datetime) -> None:
    receipt.warnings |= message.errors | message.warnings
    device_id = message.device_id or f"unnamed@{sender.address}"[:64]
    device = devices.meet(device_id, sender.protocol)
    trusted = _trusts(receipt, device, message, sender, _doubt(sender, now=now))
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


def _take_news(requests: Sequence[tuple[Receipt, Said]], *, now: datetime) -> None:
    """Everything but the alarms; what could not be read counts for nothing."""
    senders = {said.sender for _, said in requests}
    doubts = {sender: _doubt(sender, now=now) for sender in senders if sender.forwards}
    readable = []
    for receipt, said in requests:
        doubt = doubts.get(said.sender, 0) if doubts else 0
        for message in said.messages:
            if message.kinds:
                continue
            receipt.warnings |= message.errors | message.warnings
            if not message.errors:
                readable.append((receipt, said, message, doubt))
    if not readable:
        return
    with transaction.atomic():
        held = speakers.hold(
            {
                message.device_id: None if doubt else said.sender.protocol
                for _, said, message, doubt in readable
            }
        )
        spoken = []
        for receipt, said, message, doubt in readable:
            device, sender = held.get(message.device_id), said.sender
            if _trusts(receipt, device, message, sender, doubt) and device:
                receipt.heard += 1
                receipt.positions += message.fix is not None
                spoken.append(Spoken(device, message, sender.protocol, said.at))
        if spoken:
            ingest.hear(spoken, now=now)


def _doubt(sender: Sender, *, now: datetime) -> int:
    """0, or with which status one is refused who forwards and may not."""
    return forwarders.refusal(sender.token, now=now) if sender.forwards else 0


def _trusts(
    receipt: Receipt, device: Device | Known | None, message: Message, sender: Sender, doubt: int
) -> bool:
    """Whether the message may speak for the device. `doubt`: the sender may not forward."""
    token = message.token or sender.token
    if device is None:
        trusted = False
    elif sender.forwards:
        trusted = not doubt or devices.has_token(device, token)
    else:
        trusted = devices.is_trusted(device, token)
    if not trusted:
        receipt.denied = doubt or 401
        receipt.warnings.update(token="is missing or wrong")  # noqa: S106
    return trusted


def _refusal(receipt: Receipt) -> TrackingError | None:
    if any(alarm.handed_over_at is None for alarm in receipt.alarms):
        message = _("The alarm is kept, but nobody has it yet.")
        return TrackingError("alarm_waits", 503, message)
    if receipt.alarms or receipt.heard:
        return None
    if receipt.denied == 403:
        message = _("This token may not speak for devices.")
        return TrackingError("forbidden", 403, message, receipt.warnings)
    if receipt.denied:
        return TrackingError("unauthorised", 401, _("The token is wrong."), receipt.warnings)
    return TrackingError("unreadable", 400, _("This could not be read."), receipt.warnings)
