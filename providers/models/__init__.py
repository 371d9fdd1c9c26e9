"""Who can be sent: organisations, what they offer and where and when, and their workers.

Times of day are the town's (`TOWN_TIME_ZONE`); an interval whose end is not after its start
runs past midnight and belongs to the weekday on which it starts.
"""

from providers.models.base import Mode, ReachBy, Sex, Weekday
from providers.models.paper import LicencePaper
from providers.models.provider import (
    Category,
    Licence,
    OpeningHours,
    Provider,
    Service,
    ServiceArea,
)
from providers.models.task import Task
from providers.models.worker import Shift, Worker, WorkerCategory

__all__ = [
    "Category",
    "Licence",
    "LicencePaper",
    "Mode",
    "OpeningHours",
    "Provider",
    "ReachBy",
    "Service",
    "ServiceArea",
    "Sex",
    "Shift",
    "Task",
    "Weekday",
    "Worker",
    "WorkerCategory",
]
