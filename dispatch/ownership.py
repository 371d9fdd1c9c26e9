"""Who at the desk has a request. Owning is a lease: without a live console it goes back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import clocks, notices, transitions
from dispatch.actors import SYSTEM, actor_of
from dispatch.errors import DispatchError
from dispatch.models import Deadline, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.states import OPEN, Kind
from dispatch.timing import LEASE_S, UNCLAIMED_S
from elders.models import User

LEASE_CLOCK = "lease"
UNCLAIMED_CLOCK = "unclaimed"


def claim(request_id: int, *, by: User, now: datetime) -> ServiceRequest:
    """Takes the request for `by`; 409 `already_claimed` names the colleague who has it."""
    with transaction.atomic():
        request = transitions.hold(request_id)
        if not request.is_open:
            raise DispatchError("wrong_state", _("This request has ended."), state=request.state)
        held = request.owner_until is not None and request.owner_until > now
        if held and request.owner_id != by.pk:
            raise DispatchError(
                "already_claimed", _("A colleague has this one."), by=str(request.owner)
            )
        if held:
            return request
        until = now + timedelta(seconds=LEASE_S)
        transitions.advance(
            request, Kind.CLAIMED, by=actor_of(by), now=now, owner=by, owner_until=until
        )
        clocks.clear(UNCLAIMED_CLOCK, request=request, now=now)
        clocks.arm(LEASE_CLOCK, after_s=LEASE_S, now=now, request=request)
        notices.settle(request=request, code="unclaimed", now=now)
        return request


def renew(user: User, *, now: datetime) -> int:
    """A live console of `user` keeps what she owns for another lease; how many requests."""
    until = now + timedelta(seconds=LEASE_S)
    mine = ServiceRequest.objects.filter(owner=user, state__in=OPEN)
    renewed = mine.update(owner_until=until)
    Deadline.objects.filter(RUNNING, kind=LEASE_CLOCK, request__in=mine).update(due_at=until)
    return renewed


def give_back(request_id: int, *, now: datetime, why: str, by: User | None = None) -> None:
    """Puts the request before the whole desk again, and sounds."""
    with transaction.atomic():
        request = transitions.hold(request_id)
        if request.owner_id is None or not request.is_open:
            return
        transitions.advance(
            request,
            Kind.RETURNED,
            by=actor_of(by) if by else SYSTEM,
            now=now,
            data={"why": why},
            owner=None,
            owner_until=None,
            sounds=request.sounds + 1,
        )
        clocks.clear(LEASE_CLOCK, request=request, now=now)
        watch_unclaimed(request, now=now)


def watch_unclaimed(
    request: ServiceRequest, *, now: datetime, rounds: int = 0, is_new: bool = False
) -> None:
    """An emergency nobody has claimed sounds again and again; `is_new` as in `clocks.arm`."""
    if request.is_emergency and request.owner_id is None and request.is_open:
        clocks.arm(
            UNCLAIMED_CLOCK,
            after_s=UNCLAIMED_S,
            now=now,
            rounds=rounds,
            is_new=is_new,
            request=request,
        )
