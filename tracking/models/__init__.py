"""Devices and their holders, where they were and what they cried; the zones of elders."""

from tracking.models.device import (
    Alarm,
    Clock,
    Datum,
    Device,
    DeviceCommand,
    DeviceLink,
    Doubt,
    Order,
    Position,
    Protocol,
    Radio,
    Reading,
)
from tracking.models.place import Address, Hint, Landmark
from tracking.models.zone import Zone, ZoneCrossing, ZoneStand

__all__ = [
    "Address",
    "Alarm",
    "Clock",
    "Datum",
    "Device",
    "DeviceCommand",
    "DeviceLink",
    "Doubt",
    "Hint",
    "Landmark",
    "Order",
    "Position",
    "Protocol",
    "Radio",
    "Reading",
    "Zone",
    "ZoneCrossing",
    "ZoneStand",
]
