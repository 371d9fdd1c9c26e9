"""An alarm flow that writes down what it is asked, and can be made to fail."""

from collections.abc import Collection
from datetime import datetime

from tracking.flow import AlarmFlow
from tracking.models import Alarm, Device


class Notebook:
    """Set as `ALARM_FLOW`; there is one of it."""

    def __init__(self) -> None:
        self.begin()

    def begin(self, *, refusing: bool = False) -> None:
        """A clean page; `refusing` makes it fail at every alarm."""
        self.refusing = refusing
        self.raised_alarms: list[int] = []
        self.moved_holders: list[tuple[set[int], set[int]]] = []

    def raised(self, alarm: Alarm, *, now: datetime) -> None:
        Device.objects.filter(pk=alarm.device_id).update(name="half done")
        if self.refusing:
            raise RuntimeError("nobody takes alarms today")
        self.raised_alarms.append(alarm.pk)

    def moved(self, elders: Collection[int], workers: Collection[int], *, now: datetime) -> None:
        self.moved_holders.append((set(elders), set(workers)))


_conforms: type[AlarmFlow] = Notebook
