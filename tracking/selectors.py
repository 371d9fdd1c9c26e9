"""Reads of devices and where they were. What a user may see is a queryset."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from elders import consent, roles
from elders.models import Consent, Elder, FamilyLink, User
from elders.roles import Role
from elders.selectors import elders_for
from tracking.devices import held_at, holder_at
from tracking.models import Alarm, Device, DeviceLink, Landmark, Position

DESK = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR})


def devices_for(user: User | AnonymousUser, *, now: datetime) -> QuerySet[Device]:
    """The devices whose positions `user` may see.

    The desk: those of the elders it sees, of workers, and of nobody, unknown ones too. An elder:
    hers. Family: hers, with her consent for whereabouts. A worker: the worker's own.
    """
    held = roles.of(user)
    if not isinstance(user, User) or not user.is_active:
        return Device.objects.none()
    links = DeviceLink.objects.filter(held_at(now))
    if Role.AUDITOR in held:
        return Device.objects.all()
    if held & DESK:
        hidden = links.filter(elder__isnull=False).exclude(elder__in=elders_for(user, now=now))
        return Device.objects.exclude(pk__in=hidden.values("device"))
    own = Q(elder__user=user) | Q(worker__user=user) | Q(elder__in=_watched(user, now=now))
    return Device.objects.filter(pk__in=links.filter(own).values("device"))


def elders_with_zones(user: User | AnonymousUser, *, now: datetime) -> QuerySet[Elder]:
    """The elders whose zones `user` may see and draw: operators those they see, family those who
    let them know where they are."""
    if not isinstance(user, User) or not user.is_active:
        return Elder.objects.none()
    if roles.of(user) & {Role.OPERATOR, Role.SUPERVISOR}:
        return elders_for(user, now=now)
    return Elder.objects.filter(pk__in=_watched(user, now=now))


def positions_for(
    user: User | AnonymousUser, device: Device, *, now: datetime
) -> QuerySet[Position]:
    """The history of the device as far as `user` may see it, by device time.

    Beyond the desk nobody sees where it was before its present holder had it.
    """
    positions = device.positions.filter(device__in=devices_for(user, now=now)).order_by("fixed_at")
    since = _begin(user, device, now=now)
    return positions.filter(fixed_at__gte=since) if since else positions


def alarms_for(user: User | AnonymousUser, device: Device, *, now: datetime) -> QuerySet[Alarm]:
    """The alarms of the device, newest first, within the same bounds as its positions."""
    alarms = device.alarms.filter(device__in=devices_for(user, now=now)).order_by("-id")
    since = _begin(user, device, now=now)
    return alarms.filter(received_at__gte=since) if since else alarms


def alarms_seen(user: User | AnonymousUser, *, now: datetime) -> QuerySet[Alarm]:
    """The alarms of all that `user` sees at the desk: of those elders, of workers, of nobody."""
    if not roles.of(user) & DESK:
        return Alarm.objects.none()
    return Alarm.objects.filter(Q(elder=None) | Q(elder__in=elders_for(user, now=now)))


def devices_of(elder: Elder, *, now: datetime) -> QuerySet[Device]:
    """The devices she holds."""
    return Device.objects.filter(pk__in=elder.device_links.filter(held_at(now)).values("device"))


def stations_for(user: User | AnonymousUser) -> QuerySet[Landmark]:
    """The community stations, for the desk."""
    stations = Landmark.objects.filter(station=True)
    return stations if roles.of(user) & DESK else stations.none()


def unknown_devices() -> QuerySet[Device]:
    """Devices nobody registered, the latest heard first: find out whose they are."""
    return Device.objects.filter(registered=False).order_by("-last_heard_at")


def _begin(user: User | AnonymousUser, device: Device, *, now: datetime) -> datetime | None:
    """Since when `user` may look back; None for the desk, which may see all of it."""
    if roles.of(user) & DESK:
        return None
    link = holder_at(device, now)
    return link.since if link else now


def _watched(user: User, *, now: datetime) -> QuerySet[FamilyLink, int]:
    """The elders who let this relative know where they are."""
    agreed = Consent.objects.filter(
        consent.running(now), grantee=user, scope=consent.Scope.WHEREABOUTS
    )
    links = FamilyLink.objects.filter(user=user, barred=False, elder__in=agreed.values("elder"))
    return links.values_list("elder", flat=True)
