"""How much more a worker can take on. A claim is a conditional UPDATE whose row count decides."""

from django.db.models import F

from providers.models import Worker


def take(worker_id: int) -> bool:
    """Takes one unit of the worker's capacity; False when none is left."""
    free = Worker.objects.filter(pk=worker_id, free__gt=0)
    return bool(free.update(free=F("free") - 1))


def give_back(worker_id: int) -> None:
    """Gives one unit back; never beyond the capacity."""
    Worker.objects.filter(pk=worker_id, free__lt=F("capacity")).update(free=F("free") + 1)
