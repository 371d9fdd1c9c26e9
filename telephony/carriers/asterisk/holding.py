"""Which process holds the link: a lease in the database, one conditional UPDATE a second."""

from datetime import datetime, timedelta

from django.db.models import Q

from telephony.models import Link

LEASE_S = 4.0
"""A holder that says nothing for so long has lost it; another one takes over within a second."""
WELL_S = 6.0
UNREGISTERED_S = 25.0
"""A registration that has been away for so long is missed: Asterisk tries again every 20 s."""


def take(carrier: str, holder: str, *, well: bool, now: datetime) -> bool:
    """Whether `holder` has the link from now on; a holder renews it by the same call."""
    Link.objects.get_or_create(carrier=carrier)
    mine = Q(holder=holder) | Q(until=None) | Q(until__lt=now)
    said = {"holder": holder, "until": now + timedelta(seconds=LEASE_S)}
    if well:
        said["well_at"] = now
    return bool(Link.objects.filter(mine, carrier=carrier).update(**said))


def leave(carrier: str, holder: str) -> None:
    """Somebody else may have it at once."""
    Link.objects.filter(carrier=carrier, holder=holder).update(until=None, well_at=None)


def is_well(carrier: str, *, now: datetime) -> bool:
    """Whether the carrier answered on the link a moment ago."""
    since = now - timedelta(seconds=WELL_S)
    return Link.objects.filter(carrier=carrier, well_at__gte=since).exists()


def registered(carrier: str, is_so: bool, *, now: datetime) -> None:
    """Notes whether the trunk has us registered, and since when it has not."""
    row = Link.objects.filter(carrier=carrier)
    if is_so:
        row.exclude(unregistered_since=None).update(unregistered_since=None)
    else:
        row.filter(unregistered_since=None).update(unregistered_since=now)


def is_registered(carrier: str, *, now: datetime) -> bool:
    """Whether the trunk has us registered, or had a moment ago."""
    since = now - timedelta(seconds=UNREGISTERED_S)
    return not Link.objects.filter(carrier=carrier, unregistered_since__lte=since).exists()
