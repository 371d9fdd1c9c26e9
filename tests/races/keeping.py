"""What the hands do at the end of a month, and what is read afterwards."""

from datetime import timedelta

from dispatch import upkeep
from dispatch.models import Deletion, Notice
from elders.models import User
from telephony.models import Call, CallReview
from tests.races.acts import NOW


def sweep(_turn: int) -> int:
    return upkeep.sweep(now=NOW)


def prepare(count: int) -> None:
    """A month of calls of two operators, and notices beyond their time."""
    at, old = NOW - timedelta(days=20), NOW - timedelta(days=900)
    handlers = [User.objects.create_user(f"handler-{n}") for n in range(2)]
    Call.objects.bulk_create(
        Call(
            direction="inbound",
            carrier="simulator",
            carrier_ref=f"upkeep-{n}",
            state="ended",
            opened_at=at,
            answered_at=at,
            operator=handlers[n % 2],
        )
        for n in range(count)
    )
    Notice.objects.bulk_create(Notice(code="old", opened_at=old, done_at=old) for _ in range(count))


def found() -> tuple[int, int, int, int, int]:
    """Reviews, how often they were told of, old notices left, rows of proof, what they counted."""
    proof = Deletion.objects.filter(kind="notices")
    return (
        CallReview.objects.count(),
        Notice.objects.filter(code="calls_drawn").count(),
        Notice.objects.filter(code="old").count(),
        proof.count(),
        sum(proof.values_list("deleted", flat=True)),
    )
