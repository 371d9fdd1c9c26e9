"""Reads of the workforce. What a user may see is a queryset.

The desk is known here by its groups alone: the register of people is a stranger to this app.
"""

from typing import Any

from django.db.models import Q, QuerySet

from providers.models import Provider, Worker

DESK = ("operator", "supervisor", "auditor", "administrator")


def workers_for(user: Any) -> QuerySet[Worker]:
    """The workers `user` may see: the desk everybody, a provider's staff their own, a worker
    himself. `user` is a Django user or an anonymous one."""
    workers = Worker.objects.select_related("provider")
    if not user.is_authenticated or not user.is_active:
        return workers.none()
    if user.groups.filter(name__in=DESK).exists():
        return workers
    return workers.filter(Q(user=user) | Q(provider__staff=user)).distinct()


def providers_for(user: Any) -> QuerySet[Provider]:
    """The providers `user` may see: the desk all of them, staff and workers their own."""
    providers = Provider.objects.all()
    if not user.is_authenticated or not user.is_active:
        return providers.none()
    if user.groups.filter(name__in=DESK).exists():
        return providers
    return providers.filter(Q(staff=user) | Q(workers__user=user)).distinct()


def worker_of(user: Any) -> Worker | None:
    """The worker whose account this is."""
    if not user.is_authenticated:
        return None
    return Worker.objects.select_related("provider").filter(user=user).first()


def houses_of(user: Any) -> QuerySet[Provider]:
    """The providers whose staff `user` is."""
    if not user.is_authenticated or not user.is_active:
        return Provider.objects.none()
    return Provider.objects.filter(staff=user)
