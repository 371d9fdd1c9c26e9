"""Telling relatives with an account by push that something has changed. The page tells what."""

import logging
from datetime import datetime

from django.db import transaction

from dispatch.models import ServiceRequest
from dispatch.states import Kind
from elders import consent
from elders.models import Consent, Elder
from telephony import push, subscriptions

log = logging.getLogger(__name__)

NEWS = frozenset(
    {
        Kind.OPENED,
        Kind.UNFILLED,
        Kind.OFFER_ACCEPTED,
        Kind.ASSIGNMENT_MADE,
        Kind.ARRIVED,
        Kind.FINISHED,
        Kind.CLOSED,
        Kind.CANCELLED,
    }
)
"""What a family would want to look at; the steps in between are on the page when they do."""


def tell(request: ServiceRequest, kind: Kind, *, now: datetime) -> None:
    """In the transaction that changed it: those who may see her requests, once a change.

    A barred relative is told nothing, whatever she once agreed to. It is a courtesy: whatever goes
    wrong with it, the change itself (an alarm, say) stands.
    """
    if kind not in NEWS or not subscriptions.is_on() or request.elder is None:
        return
    try:
        with transaction.atomic():
            _tell(request, request.elder, now=now)
    except Exception:
        log.exception("relatives are not told", extra={"request": request.pk})


def _tell(request: ServiceRequest, elder: Elder, *, now: datetime) -> None:
    kin = consent.family(elder, Consent.Scope.REQUESTS, now=now)
    barred = elder.family.filter(barred=True).values("user")
    for user in kin.filter(push_subscriptions__isnull=False).exclude(pk__in=barred).distinct():
        push.place(
            user,
            purpose="news",
            subject=f"news:{request.pk}",
            priority=request.priority,
            key=f"news:{request.pk}:{request.seq}:{user.pk}",
            now=now,
        )
