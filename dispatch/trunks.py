"""How many lines the calls we place by ourselves every day may take at this moment."""

from django.conf import settings

from telephony import desk
from telephony.models import Call, OutboundJob

# Everyday calls: they wait for everybody else. Whatever is about a need never does.
EVERYDAY = ("checkin", "satisfaction")
State = OutboundJob.State
UNDER_WAY = (State.QUEUED, State.PLACING, State.UNKNOWN, State.RINGING, State.ANSWERED)


def someone_waits() -> bool:
    """Whether anybody is in the queue for a person: then nothing everyday is rung."""
    return desk.queue().exists()


def free() -> int:
    """Lines that everyday calls may still take.

    None while anybody waits for a person. Half of the trunks at most, and never one that somebody
    else speaks on or is about to be rung by.
    """
    if someone_waits():
        return 0
    jobs = OutboundJob.objects.filter(kind=OutboundJob.Kind.CALL, state__in=UNDER_WAY)
    ours = jobs.filter(purpose__in=EVERYDAY).count()
    others = Call.objects.filter(state__in=Call.LIVE).exclude(purpose__in=EVERYDAY).count()
    lines = int(settings.TRUNKS)
    return max(0, min(lines // 2 - ours, lines - ours - others))
