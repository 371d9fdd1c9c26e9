"""The list a worker ticks before a visit ends, and what is kept of it."""

from collections.abc import Collection
from typing import TypedDict

from dispatch.models import ServiceRequest
from providers.models import Task


class Ticked(TypedDict):
    """As it was on the day: a town may reword or retire a task later."""

    name: str
    name_zh: str
    done: bool


def of(request: ServiceRequest) -> list[Task]:
    """What is to be ticked for this kind of help."""
    return list(Task.objects.filter(category=request.category_id, active=True))


def ticked(request: ServiceRequest, done: Collection[str]) -> list[Ticked]:
    """Every task with whether it was done; `done` are keys as a form says them."""
    return [
        {"name": task.name, "name_zh": task.name_zh, "done": str(task.pk) in done}
        for task in of(request)
    ]
