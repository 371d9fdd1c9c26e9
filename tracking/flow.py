"""The call that goes up the house: who takes an alarm is named by `settings.ALARM_FLOW`."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from tracking.models import Alarm


class AlarmFlow(Protocol):
    """What tracking asks of the app that conducts."""

    def raised(self, alarm: Alarm, *, now: datetime) -> None:
        """Put the alarm in front of a person: open a case or join one.

        Called within the alarm's own transaction, and again for the same alarm each time the
        device repeats it (`alarm.repeats`). An exception undoes what was done here and keeps the
        alarm, which is then handed over again until it is taken.
        """

    def moved(self, elders: Collection[int], workers: Collection[int], *, now: datetime) -> None:
        """Devices of these elders and workers (ids) have new last positions, or, where there are
        none, devices of nobody. Called after the commit."""


def alarm_flow() -> AlarmFlow:
    """The flow of the settings."""
    return _flow(settings.ALARM_FLOW)


@lru_cache
def _flow(path: str) -> AlarmFlow:
    return cast(AlarmFlow, import_string(path)())
