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
    Reading,
)
from tracking.models.zone import Zone, ZoneCrossing, ZoneStand

__all__ = [
    "Alarm",
    "Clock",
    "Datum",
    "Device",
    "DeviceCommand",
    "DeviceLink",
    "Doubt",
    "Order",
    "Position",
    "Protocol",
    "Reading",
    "Zone",
    "ZoneCrossing",
    "ZoneStand",
]
