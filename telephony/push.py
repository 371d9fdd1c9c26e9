"""Web push (RFC 8030, 8291, 8292): a courtesy beside texts and calls, never instead of them.

A job of kind "push" is for an account, and goes to each of its browsers. It has a sweep of its own
(`deliver_due`), so that a push service that hangs holds up no text and no call. What it carries is
the same for everybody: that there is something new. Whoever gets none of it is texted at once.
"""

import json
import logging
from datetime import datetime, timedelta
from enum import Enum
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from py_vapid import Vapid02

from elders.models import User
from telephony import attempts, outbound, subscriptions
from telephony.models import OutboundJob, Priority, PushSubscription
from telephony.models.priority import most_pressing_first

log = logging.getLogger(__name__)
Kind, State = OutboundJob.Kind, OutboundJob.State

TITLE, WORDS = _("One Number"), _("There is something new. Open the page.")
TIMEOUT_S = 5.0
KEPT = timedelta(hours=1)
"""How long the push service keeps a message for a device that is off, where the job has no end."""
GONE = {404, 410}
TRY_AGAIN = {408, 413, 429}
SIGNED_FOR = timedelta(hours=12)


class Outcome(Enum):
    TAKEN = "taken"
    LATER = "later"
    NEVER = "never"


def place(
    user: User,
    *,
    to: str = "",
    purpose: str,
    subject: str = "",
    priority: str = Priority.ROUTINE,
    at: datetime | None = None,
    expires_at: datetime | None = None,
    key: str = "",
    now: datetime,
) -> OutboundJob:
    """Tells the account's browsers that there is something new; `to` is their telephone."""
    with override(user.language):
        words = str(WORDS)
    return outbound.place(
        Kind.PUSH,
        to,
        purpose=purpose,
        subject=subject,
        text=words,
        language=user.language,
        priority=priority,
        account=user,
        at=at,
        expires_at=expires_at or now + KEPT,
        max_attempts=2,
        key=key,
        now=now,
    )


def deliver_due(*, now: datetime, limit: int = 50) -> int:
    """Hands what is due to the push services; returns how many jobs were taken by one.

    Not inside a transaction, from any number of processes at once.
    """
    due = OutboundJob.objects.filter(kind=Kind.PUSH, state=State.QUEUED, next_at__lte=now)
    order = due.order_by(most_pressing_first(), "next_at", "pk")
    return sum(_deliver(pk, now=now) for pk in list(order.values_list("pk", flat=True)[:limit]))


def _deliver(job_id: int, *, now: datetime) -> bool:
    job = outbound.claim(job_id, now=now)
    if job is None:
        return False
    outcomes = {_send(one, job, now=now) for one in _browsers(job)}
    if Outcome.TAKEN in outcomes:
        attempts.placed(job.pk, "", now=now)
        return True
    again = Outcome.LATER in outcomes and job.attempts < job.max_attempts
    OutboundJob.objects.filter(pk=job.pk, state=State.PLACING).update(
        state=State.QUEUED if again else State.FAILED,
        next_at=now + timedelta(seconds=attempts.RETRY_S * job.attempts),
    )
    # Nobody has seen it: whoever is to be reached is not left waiting for the next step.
    if job.subject and job.to:
        with transaction.atomic():
            outbound.hasten(job.subject, kind=Kind.TEXT, to=job.to, now=now)
    return False


def _browsers(job: OutboundJob) -> list[PushSubscription]:
    return list(PushSubscription.objects.filter(user=job.account)) if job.account_id else []


def _send(browser: PushSubscription, job: OutboundJob, *, now: datetime) -> Outcome:
    try:
        if not subscriptions.is_public(browser.endpoint):
            return Outcome.LATER  # a name that is not known now may be known again
        status = _post(browser, job, now=now)
    except Exception:
        log.warning("A push could not be sent", exc_info=True, extra={"job": job.pk})
        return Outcome.LATER
    if status in GONE:
        browser.delete()
        return Outcome.NEVER
    if 200 <= status < 300:
        return Outcome.TAKEN
    log.warning("A push service answered %s", status, extra={"job": job.pk})
    return Outcome.LATER if status >= 500 or status in TRY_AGAIN else Outcome.NEVER


def _post(browser: PushSubscription, job: OutboundJob, *, now: datetime) -> int:
    from pywebpush import WebPusher  # brings another web client: a tenth of every start

    keys = {"p256dh": browser.p256dh, "auth": browser.auth}
    with override(job.language):
        said = json.dumps({"title": str(TITLE), "body": job.text}).encode()
    sealed = WebPusher({"endpoint": browser.endpoint, "keys": keys}).encode(said)
    address = urlsplit(browser.endpoint)
    claims = {
        "sub": settings.VAPID_SUBJECT,
        "aud": f"{address.scheme}://{address.netloc}",
        "exp": int((now + SIGNED_FOR).timestamp()),
    }
    left = (job.expires_at or now + KEPT) - now
    headers = {
        **Vapid02.from_string(settings.VAPID_PRIVATE_KEY).sign(claims),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(0, int(left.total_seconds()))),
        "Urgency": "normal" if job.priority == Priority.ROUTINE else "high",
    }
    with httpx.stream(
        "POST",
        browser.endpoint,
        content=sealed["body"],
        headers=headers,
        timeout=TIMEOUT_S,
        follow_redirects=False,
    ) as answer:
        return answer.status_code  # what it says beside is not read
