"""What an elder asks for on a page, hers or the station's: help now, a person's voice, an order."""

from datetime import datetime

from django.db import transaction

from dispatch import answering, intake
from dispatch.actors import Actor
from dispatch.live import pokes
from dispatch.models import ServiceRequest
from dispatch.states import Priority
from elders import selectors
from elders.models import Elder
from providers.models import Category
from telephony import callbacks
from telephony.models import CallBack

PAGE = ServiceRequest.Source.PAGE


def call_for_help(
    elder: Elder, *, by: Actor, now: datetime, source: str = PAGE, note: str = ""
) -> ServiceRequest:
    """An emergency, at once; pressed again it joins the one that is open, and sounds again."""
    return intake.open_request(
        elder=elder,
        category=intake.DEFAULT_CATEGORY,
        priority=Priority.EMERGENCY,
        source=source,
        by=by,
        now=now,
        note=note,
    )


def ring_me(elder: Elder, *, reason: str, priority: Priority, now: datetime) -> CallBack:
    """A person of the desk rings her. Asked again it is the same call-back, if need be raised."""
    numbers = selectors.numbers_of(elder)
    with transaction.atomic():
        waiting = CallBack.objects.filter(elder=elder, number="", reached_at=None).first()
        if waiting is not None and not numbers:
            return waiting
        callback = callbacks.open_for(
            numbers[0] if numbers else "",
            reason=reason,
            priority=priority,
            elder_id=elder.pk,
            now=now,
        )
        answering.watch_callback(callback, now=now)
        pokes.after_commit(f"elder:{elder.pk}")
        return callback


def order(
    elder: Elder,
    category: Category,
    *,
    drawn: int,
    by: Actor,
    now: datetime,
    source: str = PAGE,
) -> ServiceRequest | None:
    """A routine visit; None when she has had the same within hours and a person asks her first.

    `drawn` is her last request when the page was drawn: two presses on one page are one order.
    """
    key = f"page:{elder.pk}:{category.pk}:{drawn}"
    pressed_twice = ServiceRequest.objects.filter(dedupe=key).first()
    if pressed_twice is None and intake.ordered_lately(elder, category.pk, now=now):
        ring_me(elder, reason="repeat_order", priority=Priority.ROUTINE, now=now)
        return None
    return intake.open_request(
        elder=elder,
        category=category.pk,
        priority=Priority.ROUTINE,
        source=source,
        by=by,
        now=now,
        dedupe=key,
    )
