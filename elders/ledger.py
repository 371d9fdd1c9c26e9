"""The ledger of reads: who looked at whose data, when and what for.

`record` is one INSERT, in whatever transaction its caller is in: it takes no lock, so no reader
waits for another. `seal`, rung every second or so by whatever does background work, links what is
new to the chain, one process at a time, and gives every finished day its Merkle root.
Order in the chain is the order of linking, so an entry whose transaction was slow is not lost.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import get_default_timezone

from elders import chain
from elders.models import AccessEntry, DayRoot, Elder, LedgerHead, User

BATCH = 1000


def record(*, actor: User | None, elder: Elder, what: str, purpose: str, now: datetime) -> None:
    """Note that `actor` (None: a link without a login) read `what` of `elder`."""
    record_all(actor=actor, elders=[elder], what=what, purpose=purpose, now=now)


def record_all(
    *, actor: User | None, elders: Iterable[Elder], what: str, purpose: str, now: datetime
) -> None:
    """`record` for a page that shows several elders, in one statement."""
    AccessEntry.objects.bulk_create(
        AccessEntry(
            actor=actor,
            elder=elder,
            what=what,
            purpose=purpose[:200],
            sealed=elder.safeguarding,
            at=now,
        )
        for elder in elders
    )


def seal(*, now: datetime) -> int:
    """Link what is new, and make the roots of days that ended; how many entries were linked."""
    linked = 0
    while unlinked().exists():
        linked += _link()
    _root_finished_days(now)
    return linked


def verify() -> list[chain.Fault]:
    """Everything wrong with the ledger as it stands in the database."""
    # In this order: what is linked meanwhile lies behind the head, and is for the next time.
    days, end = list(roots()), head()
    return chain.verify(entries(end), days, end)


def unlinked() -> QuerySet[AccessEntry]:
    """Entries which wait for `seal`."""
    return AccessEntry.objects.filter(position=None)


def entries(end: chain.Head) -> Iterator[chain.Entry]:
    """The chain from its start to `end`, as `chain.verify` and an export want it."""
    linked = AccessEntry.objects.filter(position__lte=end["position"]).order_by("position")
    return (_row(entry) for entry in linked.iterator(chunk_size=BATCH))


def roots() -> Iterator[chain.Root]:
    """The roots of all days, oldest first."""
    for root in DayRoot.objects.order_by("day"):
        yield {
            "day": root.day.isoformat(),
            "first": root.first,
            "last": root.last,
            "root": root.root,
        }


def head() -> chain.Head:
    """Where the chain ends now."""
    end = LedgerHead.objects.first() or LedgerHead()
    return {"position": end.position, "hash": end.hash}


def _link() -> int:
    with transaction.atomic():
        end = _locked_head()
        batch = list(unlinked().order_by("id")[:BATCH])
        for entry in batch:
            end.position += 1
            entry.position, entry.previous = end.position, end.hash
            end.hash = entry.hash = chain.entry_hash(end.hash, _row(entry))
        AccessEntry.objects.bulk_update(batch, ["position", "previous", "hash"], batch_size=200)
        end.save()
    return len(batch)


def _root_finished_days(now: datetime) -> None:
    today = _town_day(now)
    while _next_root(today):
        with transaction.atomic():
            _locked_head()
            if root := _next_root(today):  # nobody else made it meanwhile
                root.made_at = now
                root.save(force_insert=True)


def _next_root(today: date) -> DayRoot | None:
    """The root that is due, not yet saved; None when the day after the last one is not over."""
    last = DayRoot.objects.order_by("-day").first()
    rest = AccessEntry.objects.filter(position__gt=last.last if last else 0).order_by("position")
    oldest = rest.first()
    if oldest is None:
        return None
    day = _town_day(oldest.at)
    if last and day <= last.day:  # linked after its own day had its root
        day = last.day + timedelta(days=1)
    if day >= today:
        return None
    midnight = datetime.combine(day + timedelta(days=1), time(), get_default_timezone())
    newest = rest.filter(at__lt=midnight).last() or oldest
    covered = rest.filter(position__lte=newest.position).values_list("position", "hash")
    positions, hashes = zip(*((position or 0, hash_) for position, hash_ in covered), strict=True)
    return DayRoot(day=day, first=positions[0], last=positions[-1], root=chain.merkle_root(hashes))


def _locked_head() -> LedgerHead:
    """The end of the chain, held until the transaction ends (SQLite holds everything anyway)."""
    return LedgerHead.objects.select_for_update(no_key=True).get_or_create(pk=1)[0]


def _town_day(at: datetime) -> date:
    return at.astimezone(get_default_timezone()).date()


def _row(entry: AccessEntry) -> chain.Entry:
    if entry.position is None:
        raise ValueError("an entry has its place in the chain before its hash")
    return {
        "position": entry.position,
        "actor": entry.actor_id,
        "elder": entry.elder_id,
        "what": entry.what,
        "purpose": entry.purpose,
        "sealed": entry.sealed,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "previous": entry.previous,
        "hash": entry.hash,
    }
