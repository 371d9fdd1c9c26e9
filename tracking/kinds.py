"""The kinds of devices every town starts with. After that they are rows: towns edit their own.

How long a device of a kind may be silent is many of its usual intervals: watches say something
every five to ten minutes, trackers that lie still every hour or two; alarm units report once a day
(EN 50136-1 asks of category SP2 that a fault is known after 25 h); telephones when they move.
"""

from collections.abc import Mapping
from typing import Any

from tracking.minding import DeviceKind
from tracking.models import Device

HOUR_S = 3600

# code, name, Chinese name, protocols, silent after, an unknown alarm word is help, tested monthly
_FIRST: tuple[tuple[str, str, str, list[str], int, bool, bool], ...] = (
    ("watch", "Watch", "手表", ["watch"], 2 * HOUR_S, True, True),
    ("unit", "Alarm unit", "呼叫主机", ["sia", "scaip"], 25 * HOUR_S, True, True),
    ("tracker", "Tracker", "定位器", ["gt06", "h02"], 6 * HOUR_S, True, True),
    ("vehicle", "Vehicle", "车载终端", ["jt808"], 26 * HOUR_S, False, False),
    (
        *("telephone", "Telephone", "手机"),
        *(["osmand", "owntracks", "traccar", "batch"], 25 * HOUR_S, True, False),
    ),
)


def ensure(model: Any = None) -> None:
    """Creates the first kinds where they are missing; a migration passes its own model."""
    model = model or DeviceKind
    fields = ("name", "name_zh", "protocols", "silent_after_s", "other_is_help", "tested")
    for code, *values in _FIRST:
        defaults = dict(zip(fields, values, strict=True))
        model.objects.get_or_create(code=code, defaults=defaults)


class Kinds:
    """The kinds as they are now: what the register says of a device, else what its protocol is."""

    def __init__(self) -> None:
        self.by_code = DeviceKind.objects.in_bulk()
        self._by_protocol: dict[str, DeviceKind] = {
            protocol: kind for kind in self.by_code.values() for protocol in kind.protocols
        }

    def of(self, kind_id: str | None, protocol: str) -> DeviceKind | None:
        return self.by_code.get(kind_id or "") or self._by_protocol.get(protocol)

    def protocols(self, kind: DeviceKind) -> list[str]:
        """The protocols whose devices are of this kind where the register says nothing."""
        return [word for word, each in self._by_protocol.items() if each.pk == kind.pk]

    def silent_after(self) -> Mapping[str, int]:
        """Code → seconds, of the kinds that are watched."""
        return {code: kind.silent_after_s for code, kind in self.by_code.items() if kind.is_watched}


def of(device: Device) -> DeviceKind | None:
    """What kind of device this is."""
    return Kinds().of(device.kind_id, device.protocol)
