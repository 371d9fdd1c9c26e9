"""How much more a worker can take on. A claim is a conditional UPDATE whose row count decides."""

from django.db.models import F
from django.utils.translation import gettext as _

from providers.errors import ProviderError
from providers.models import Worker


def take(worker_id: int) -> bool:
    """Takes one unit of the worker's capacity; False when none is left."""
    free = Worker.objects.filter(pk=worker_id, free__gt=0)
    return bool(free.update(free=F("free") - 1))


def give_back(worker_id: int) -> None:
    """Gives one unit back; never beyond the capacity."""
    Worker.objects.filter(pk=worker_id, free__lt=F("capacity")).update(free=F("free") + 1)


def resize(worker_id: int, capacity: int) -> None:
    """Sets how much the worker can take on at once.

    Raises ProviderError `capacity_in_use` when more than that is taken now.
    """
    roomy = Worker.objects.filter(pk=worker_id, free__gte=F("capacity") - capacity)
    if not roomy.update(capacity=capacity, free=F("free") + capacity - F("capacity")):
        reason = _("more than this is taken now")
        raise ProviderError("capacity_in_use", 409, fields={"capacity": str(reason)})
