"""Reads: which calls, call-backs and jobs a user may see."""

from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

from elders import grids, roles, selectors
from elders.models import User
from elders.roles import Role
from telephony.models import Call, CallBack, OutboundJob

AnyRow = TypeVar("AnyRow", bound=Model)


def calls_for(user: User | AnonymousUser) -> QuerySet[Call]:
    """The desk sees the calls of its elders and of callers nobody knows yet; auditors all of
    them; an elder her own. Nobody else sees any."""
    calls = Call.objects.select_related("elder", "operator", "job")
    seen = _seen(user, calls)
    if isinstance(user, User) and Role.ELDER in roles.of(user):
        seen |= calls.filter(elder__user=user)
    return seen


def callbacks_for(user: User | AnonymousUser) -> QuerySet[CallBack]:
    """The call-backs that the desk and auditors see, as for calls."""
    return _seen(user, CallBack.objects.select_related("elder", "call", "reached_by"))


def jobs_for(user: User | AnonymousUser) -> QuerySet[OutboundJob]:
    """The outbound jobs that the desk and auditors see, as for calls."""
    return _seen(user, OutboundJob.objects.select_related("elder"))


def _seen(user: User | AnonymousUser, rows: QuerySet[AnyRow]) -> QuerySet[AnyRow]:
    held = roles.of(user)
    if Role.AUDITOR in held:
        return rows
    if not isinstance(user, User) or not held & {Role.OPERATOR, Role.SUPERVISOR}:
        return rows.none()
    if not grids.within(user):
        return rows
    return rows.filter(Q(elder=None) | Q(elder__in=selectors.elders_for(user)))
