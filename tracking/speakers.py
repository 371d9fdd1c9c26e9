"""The devices that are speaking, as the register knows them, and whose they are: one statement."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from tracking import statements
from tracking.models import Device, Protocol


class Holder(NamedTuple):
    """Who has the device (`until` is None), or a worker who had it."""

    since: datetime
    until: datetime | None
    elder_id: int | None
    worker_id: int | None
    has_zones: bool  # and they are watched


class Known(NamedTuple):
    """What the register says of a device that is speaking, its last position among it."""

    pk: int
    device_id: str
    token_hash: str
    require_token: bool
    datum_in: str
    lat: float | None
    lon: float | None
    fixed_at: datetime | None
    valid: bool
    clock: str
    cell: str
    holders: list[Holder]


# A row a holder; the holder's columns are empty where there is none. Always in the same order, so
# that nobody waits for somebody who waits.
_HOLD = """
SELECT d.id, d.device_id, d.token_hash, d.require_token, d.datum_in, d.lat, d.lon, d.fixed_at,
  d.valid, d.clock, d.cell, l.since, l.until, l.elder_id, l.worker_id,
  EXISTS (SELECT 1 FROM tracking_zone z WHERE z.elder_id = l.elder_id AND z.active)
FROM tracking_device d LEFT JOIN tracking_devicelink l
  ON l.device_id = d.id AND (l.until IS NULL OR l.worker_id IS NOT NULL)
WHERE d.device_id {among} ORDER BY d.id {held_d}
"""
_OF_DEVICE = len(Known._fields) - 1


def hold(said: Mapping[str, Protocol | None]) -> dict[str, Known]:
    """The devices of these ids (id → what it speaks), held until the transaction ends.

    New ones are kept, but not those that are said to speak nothing (None).
    """
    known = _hold(list(said))
    unknown = {name: protocol for name, protocol in said.items() if protocol and name not in known}
    if unknown:
        new = [
            Device(device_id=name, protocol=protocol, source=protocol)
            for name, protocol in sorted(unknown.items())
        ]
        Device.objects.bulk_create(new, ignore_conflicts=True)
        known |= _hold(list(unknown))
    return known


def _hold(device_ids: list[str]) -> dict[str, Known]:
    known: dict[str, Known] = {}
    for row in statements.run(_HOLD, device_ids):
        device = known.get(row[1])
        if device is None:
            device = known[row[1]] = Known._make([*row[:_OF_DEVICE], []])
        if row[_OF_DEVICE] is not None:
            device.holders.append(Holder(*row[_OF_DEVICE:]))
    return known
