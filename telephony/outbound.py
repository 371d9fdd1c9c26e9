"""Reaching people: jobs are rows, whoever rings us is only a doorbell.

`place` writes a job in the caller's transaction; `deliver_due` hands jobs to the carrier, from
any number of processes. A job whose fate is unknown is never sent again before the carrier has
said what became of it (`telephony.attempts`). `telephony.answers` hears what came back.
"""

import logging
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.module_loading import import_string

from elders.models import Elder, User
from telephony import attempts, optouts
from telephony.carriers.base import Carrier
from telephony.carriers.registry import carrier_for_calling_out
from telephony.errors import CarrierError
from telephony.models import OutboundJob, Priority
from telephony.models.priority import most_pressing_first

log = logging.getLogger(__name__)
State = OutboundJob.State

GRACE_S = 60
"""Seconds that somebody who picked up is left to answer after the job has expired."""


def place(
    kind: str,
    to: str,
    *,
    purpose: str,
    subject: str = "",
    text: str = "",
    language: str = "zh-hans",
    priority: str = Priority.ROUTINE,
    elder: Elder | None = None,
    operator: User | None = None,
    account: User | None = None,
    max_attempts: int = 3,
    expires_at: datetime | None = None,
    at: datetime | None = None,
    key: str = "",
    now: datetime,
) -> OutboundJob:
    """Have `to` (E.164) called or texted, from `at` (now) on.

    The same `key` is the same job, whoever placed it first; without one every job is new. A job
    that expires ends in silence: whoever sets `expires_at` has a deadline of their own.
    """
    job, _is_new = OutboundJob.objects.get_or_create(
        key=key or uuid4().hex,
        defaults={
            "kind": kind,
            "to": to,
            "purpose": purpose,
            "subject": subject,
            "text": text,
            "language": language,
            "priority": priority,
            "elder": elder,
            "operator": operator,
            "account": account,
            "max_attempts": max_attempts,
            "expires_at": expires_at,
            "next_at": at or now,
            "created_at": now,
        },
    )
    import_string(settings.BELL)()
    return job


def withdraw(subject: str, *, to: str = "", kind: str = "", now: datetime) -> None:
    """End every job about `subject`; a call that was picked up may be finished kindly.

    `to` and `kind` restrict it to the jobs of one number, and to calls or texts.

    What another transaction holds at this moment is somebody answering it: it is ended after
    commit, so that two acceptances never wait for each other's jobs.
    """
    with transaction.atomic():
        asked = {"subject": subject, "to": to, "kind": kind}
        exact = {name: value for name, value in asked.items() if value}
        _withdraw(exact, skip_locked=True, now=now)
        transaction.on_commit(lambda: _withdraw(exact, skip_locked=False, now=now), robust=True)


def _withdraw(exact: dict[str, str], *, skip_locked: bool, now: datetime) -> None:
    with transaction.atomic():
        jobs = OutboundJob.objects.select_for_update(skip_locked=skip_locked, no_key=True)
        about = jobs.filter(**exact).order_by("pk")
        for job in about.filter(state__in=OutboundJob.UNDER_WAY):
            attempts.end(job, State.EXPIRED, now=now)
        for job in about.filter(state=State.ANSWERED):
            job.expires_at = now
            job.save(update_fields=["expires_at"])


def under_way(subject: str) -> QuerySet[OutboundJob]:
    """The jobs about `subject` that may still reach somebody."""
    return OutboundJob.objects.filter(subject=subject, state__in=OutboundJob.UNDER_WAY)


def hasten(subject: str, *, kind: str = OutboundJob.Kind.CALL, to: str = "", now: datetime) -> None:
    """The next call (or text) about `subject` that still waits for its time is due now."""
    waiting = OutboundJob.objects.filter(
        subject=subject, kind=kind, state=State.QUEUED, next_at__gt=now
    )
    if to:
        waiting = waiting.filter(to=to)
    for job in waiting.order_by("next_at", "pk")[:1]:
        waiting.filter(pk=job.pk).update(next_at=now)
        import_string(settings.BELL)()


def deliver_due(*, now: datetime, limit: int = 50) -> int:
    """Expire, reconcile, then hand what is due to the carrier; returns how many were handed over.

    Not inside a transaction: what a carrier was told must be on record before the next is told.
    Calls and texts wait in a queue each: a line that starts one call a second keeps no text.
    """
    expire(now=now, limit=limit)
    attempts.reconcile(now=now, limit=limit)
    kinds = (OutboundJob.Kind.CALL, OutboundJob.Kind.TEXT)  # pushes have a sweep of their own
    return sum(_deliver(pk, now=now) for kind in kinds for pk in _due(kind, limit, now=now))


def _due(kind: str, limit: int, *, now: datetime) -> list[int]:
    due = OutboundJob.objects.filter(kind=kind, state=State.QUEUED, next_at__lte=now)
    order = due.order_by(most_pressing_first(), "next_at", "pk")
    return list(order.values_list("pk", flat=True)[:limit])


def _deliver(job_id: int, *, now: datetime) -> bool:
    if not _has_room(job_id, now=now):
        return False
    job = claim(job_id, now=now)
    if job is None:
        return False
    try:
        carrier = carrier_for_calling_out(job.kind)
        OutboundJob.objects.filter(pk=job_id).update(carrier=carrier.name)
        if not optouts.may_send(job):
            raise CarrierError("this number has texted STOP", permanent=True)
        carrier_ref = _hand_over(job, carrier)
    except CarrierError as refusal:
        log.warning("The carrier refused a job: %s", refusal.message, extra={"job": job_id})
        attempts.refused(job_id, permanent=refusal.permanent, now=now)
        return False
    except Exception:
        log.exception("The fate of a job is unknown", extra={"job": job_id})
        OutboundJob.objects.filter(pk=job_id, state=State.PLACING).update(state=State.UNKNOWN)
        return False
    attempts.placed(job_id, carrier_ref, now=now)
    return True


def claim(job_id: int, *, now: datetime) -> OutboundJob | None:
    """The job for whoever asks first, as being placed; None for everybody else."""
    won = OutboundJob.objects.filter(pk=job_id, state=State.QUEUED, next_at__lte=now).update(
        state=State.PLACING, attempts=F("attempts") + 1, placing_at=now, carrier="", carrier_ref=""
    )
    return OutboundJob.objects.get(pk=job_id) if won else None


def _has_room(job_id: int, *, now: datetime) -> bool:
    """Whether the carrier takes another one now; without a carrier the refusal is for the job."""
    job = OutboundJob.objects.filter(pk=job_id, state=State.QUEUED).first()
    try:
        return job is not None and carrier_for_calling_out(job.kind).has_room(job, now=now)
    except CarrierError:
        return True


def _hand_over(job: OutboundJob, carrier: Carrier) -> str:
    return carrier.call(job) if job.kind == OutboundJob.Kind.CALL else carrier.text(job)


def expire(*, now: datetime, limit: int = 50) -> None:
    """End the jobs whose time is over; who picked up has a moment longer."""
    over = OutboundJob.objects.filter(state__in=OutboundJob.UNDER_WAY, expires_at__lte=now)
    late = now - timedelta(seconds=GRACE_S)
    over |= OutboundJob.objects.filter(state=State.ANSWERED, expires_at__lte=late)
    for pk in list(over.order_by("expires_at").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            job = over.filter(pk=pk).select_for_update(skip_locked=True, no_key=True).first()
            if job:
                attempts.end(job, State.EXPIRED, now=now)
