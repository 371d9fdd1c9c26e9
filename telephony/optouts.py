"""Who has told us, by STOP, to send no texts that we start."""

from datetime import datetime

from telephony.models import OptOut, OutboundJob, Priority

# Not "cancel" or "end": somebody may mean a visit by it, and a person is to read that.
STOPS = frozenset({"stop", "stopall", "unsubscribe", "退订", "td"})
STARTS = frozenset({"start", "unstop", "恢复"})
# What she asked for is still told to her, whatever she texted before.
HERS = frozenset({"reply", "confirm", "status", "callback"})


def may_send(job: OutboundJob) -> bool:
    """Whether this text may go: not what we start, to who said STOP; an emergency always."""
    if job.kind != OutboundJob.Kind.TEXT or job.purpose in HERS:
        return True
    if job.priority == Priority.EMERGENCY:
        return True
    return not OptOut.objects.filter(number=job.to, until=None).exists()


def stop(number: str, *, now: datetime) -> None:
    OptOut.objects.get_or_create(number=number, until=None, defaults={"since": now})


def start(number: str, *, now: datetime) -> bool:
    """Texts go there again; False when they always did."""
    return bool(OptOut.objects.filter(number=number, until=None).update(until=now))
