"""How many devices have something in common: the size against which a silence is measured."""

from datetime import datetime, timedelta
from functools import partial

from django.db.models import QuerySet
from django.db.models.functions import Length

from dispatch.chance import Key
from elders.models import GridCell
from tracking import silence
from tracking.models import Device, DeviceLink

KEPT_S = 3600  # a town does not grow faster
_sizes: dict[Key, tuple[int, datetime]] = {}


def levels() -> list[int]:
    """How long the codes of the parts of town are, the widest first."""
    lengths = GridCell.objects.annotate(length=Length("code")).order_by()
    return sorted(lengths.values_list("length", flat=True).distinct())


class Crowds:
    """Counted when it is asked for, and kept for an hour by each process."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now

    def of(self, key: Key) -> int:
        known = _sizes.get(key)
        if known and timedelta() <= self._now - known[1] < timedelta(seconds=KEPT_S):
            return known[0]
        size = _rows(key).count()
        if size:  # none: devices that are not watched yet
            _sizes[key] = (size, self._now)
        return size


def _rows(key: Key) -> QuerySet[Device]:
    scope, word = key
    watched = silence.watched()
    by_grid = partial(DeviceLink.objects.filter, until=None)
    if scope == "grid":
        return watched.filter(pk__in=by_grid(elder__grid__code__startswith=word).values("device"))
    if scope == "cell":
        return watched.filter(cell=word)
    if scope == "carrier":
        return watched.filter(cell__startswith=f"{word}-")
    return watched.filter(protocol=word)
