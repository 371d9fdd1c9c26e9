"""The trace that a page leaves in the ledger of reads."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from elders import ledger
from elders.models import AccessEntry, Elder, User

FOLD = timedelta(minutes=1)


def keep(
    actor: User | None, elders: Iterable[Elder], *, what: str, purpose: str, now: datetime
) -> None:
    """One entry a minute tells all of a page that stays open; `actor` None is a family link."""
    shown = {elder.pk: elder for elder in elders}
    lately = AccessEntry.objects.filter(
        actor=actor, elder__in=shown, what=what, purpose=purpose, at__gt=now - FOLD
    )
    for known in lately.values_list("elder_id", flat=True):
        shown.pop(known, None)
    ledger.record_all(actor=actor, elders=shown.values(), what=what, purpose=purpose, now=now)
