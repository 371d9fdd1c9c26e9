"""What becomes of one attempt at a job: placed, refused, missed, in doubt, ended."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from telephony import callbacks, script
from telephony.carriers.base import Fate
from telephony.carriers.registry import carrier_named
from telephony.flow import call_flow
from telephony.models import Call, OutboundJob

log = logging.getLogger(__name__)
State = OutboundJob.State

RETRY_S = 20
"""Seconds until the second attempt; each further one waits as long again."""
DOUBT_S = 60
"""Seconds after which an attempt that nobody finished is in doubt."""
GIVE_UP_S = 300
"""Seconds after which a carrier that cannot say what became of it is not asked again."""


def placed(job_id: int, carrier_ref: str, *, now: datetime) -> Call | None:
    """The carrier has it: a call rings, a text is delivered. Saying so twice is once.

    A job that was withdrawn in between rings nobody: its leg is ended.
    """
    with transaction.atomic():
        job = OutboundJob.objects.select_for_update(no_key=True).get(pk=job_id)
        in_time = job.state in (State.PLACING, State.UNKNOWN)
        is_call = job.kind == OutboundJob.Kind.CALL
        if in_time:
            job.state = State.RINGING if is_call else State.DELIVERED
            job.carrier_ref = carrier_ref
            job.save(update_fields=["state", "carrier_ref"])
        return _leg(job, carrier_ref, in_time=in_time, now=now) if is_call else None


def _leg(job: OutboundJob, carrier_ref: str, *, in_time: bool, now: datetime) -> Call:
    call, is_new = Call.objects.get_or_create(
        carrier=job.carrier,
        carrier_ref=carrier_ref,
        defaults={
            "direction": Call.Direction.OUTBOUND,
            "purpose": job.purpose,
            "job": job,
            "from_number": settings.HOTLINE_NUMBER,
            "to_number": job.to,
            "priority": job.priority,
            "elder": job.elder,
            "opened_at": now,
            "state": Call.State.RINGING if in_time else Call.State.ENDED,
            "ended_at": None if in_time else now,
        },
    )
    if is_new and not in_time:
        script.end_leg(call)
    if is_new:
        script.poke(call)
    return call


def refused(job_id: int, *, permanent: bool, now: datetime) -> None:
    with transaction.atomic():
        job = OutboundJob.objects.select_for_update(no_key=True).get(pk=job_id)
        if job.state == State.PLACING:
            _again(job, may_retry=not permanent, now=now)


def missed(job: OutboundJob, carrier_ref: str, *, now: datetime) -> None:
    """Nobody picked up that leg of this locked job: once more, or a person is told.

    A leg of an earlier attempt, heard of late, says nothing about the one that rings now.
    """
    if job.state == State.RINGING and job.carrier_ref == carrier_ref:
        _again(job, may_retry=True, now=now)


def undelivered(job: OutboundJob, *, permanent: bool, now: datetime) -> None:
    """The text of this locked job never arrived; `permanent`: nor would another."""
    if job.state == State.DELIVERED:
        _again(job, may_retry=not permanent, now=now)


def acknowledge(job: OutboundJob) -> None:
    """Whoever has that number pressed a key or replied."""
    job.acknowledged_by = job.acknowledged_by or job.to
    job.save(update_fields=["acknowledged_by"])


def _again(job: OutboundJob, *, may_retry: bool, now: datetime) -> None:
    if may_retry and job.attempts < job.max_attempts:
        job.state = State.QUEUED
        job.next_at = now + timedelta(seconds=RETRY_S * job.attempts)
        job.save(update_fields=["state", "next_at"])
        return
    job.state = State.FAILED
    job.save(update_fields=["state"])
    _tell_a_person(job, now=now)


def _tell_a_person(job: OutboundJob, *, now: datetime) -> None:
    """The flow's part; should it fail, the number goes on the call-back list."""
    try:
        with transaction.atomic():
            call_flow().job_failed(job, now=now)
    except Exception:
        log.exception("The script failed; the number is listed instead", extra={"job": job.pk})
        callbacks.open_for(
            job.to, reason="unreached", priority=job.priority, elder_id=job.elder_id, now=now
        )


def end(job: OutboundJob, state: str, *, now: datetime) -> None:
    """End a locked job, and its leg unless a person is on it or waited for."""
    job.state = state
    job.save(update_fields=["state"])
    for call in job.calls.select_for_update(no_key=True).filter(
        state__in=Call.LIVE, operator=None, queued_at=None
    ):
        call.state, call.ended_at, call.silence_at = Call.State.ENDED, now, None
        call.save(update_fields=["state", "ended_at", "silence_at"])
        script.end_leg(call)
        script.poke(call)


def reconcile(*, now: datetime, limit: int = 50) -> None:
    """Ask the carrier what became of every attempt that nobody finished."""
    doubt = now - timedelta(seconds=DOUBT_S)
    stuck = OutboundJob.objects.filter(state=State.PLACING, placing_at__lte=doubt)
    stuck |= OutboundJob.objects.filter(state=State.UNKNOWN)
    for job in list(stuck.order_by("placing_at")[:limit]):
        _reconcile(job, now=now)


def _reconcile(job: OutboundJob, *, now: datetime) -> None:
    fate, carrier_ref = _ask_fate(job)
    if fate is Fate.PLACED:
        placed(job.pk, carrier_ref, now=now)
        return
    with transaction.atomic():
        same = OutboundJob.objects.select_for_update(no_key=True).filter(
            pk=job.pk, attempts=job.attempts, state__in=[State.PLACING, State.UNKNOWN]
        )
        for doubtful in same:
            if fate is Fate.NEVER:
                doubtful.state, doubtful.next_at = State.QUEUED, now
                doubtful.save(update_fields=["state", "next_at"])
            elif job.placing_at and job.placing_at <= now - timedelta(seconds=GIVE_UP_S):
                _again(doubtful, may_retry=False, now=now)
            else:
                doubtful.state = State.UNKNOWN
                doubtful.save(update_fields=["state"])


def _ask_fate(job: OutboundJob) -> tuple[Fate, str]:
    if not job.carrier:
        return Fate.NEVER, ""  # it stopped before any carrier was chosen
    try:
        found = carrier_named(job.carrier).fate(job)
    except Exception:
        log.exception("The carrier cannot say what became of a job", extra={"job": job.pk})
        return Fate.UNKNOWN, ""
    return found.fate, found.carrier_ref
