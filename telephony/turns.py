"""Taking turns across processes: one conditional UPDATE of a row decides whose it is."""

from datetime import datetime, timedelta

from django.db.models import F, Value
from django.db.models.functions import Greatest

from telephony.models import Turn


def take(line: str, *, every_s: float, at_once: int = 1, now: datetime) -> bool:
    """Whether the next turn of `line` is ours; turns come `every_s` apart, `at_once` together.

    Whoever comes up to one turn late does not push the later ones back, so that a sweep once a
    second keeps up one call a second.
    """
    Turn.objects.get_or_create(line=line, defaults={"next_at": now})
    every = timedelta(seconds=every_s)
    early = now + every * (at_once - 1)
    from_when = Greatest(F("next_at"), Value(now - every))
    return bool(
        Turn.objects.filter(line=line, next_at__lte=early).update(next_at=from_when + every)
    )
