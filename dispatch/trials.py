"""Tests of buttons: planned month by month, and the first one that puts a device in service.

A press is a test only after a person has heard so from her: until an operator marks the alarm's
case, it is an emergency like any other.
"""

from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch import closing
from dispatch.actors import actor_of
from dispatch.errors import DispatchError
from dispatch.models import ServiceRequest
from dispatch.states import Disposition
from elders import grids
from elders.models import Elder, User
from tracking.kinds import Kinds
from tracking.models import Device, DeviceLink


def mark(request: ServiceRequest, *, seq: int, by: User, now: datetime) -> None:
    """The operator has spoken with her and heard that it was a test; the case is closed as one.

    409 `not_an_alarm` where no button was pressed, `not_spoken` before anybody spoke with her.
    """
    if not request.alarms.filter(alarm__zone=None).exists():
        raise DispatchError("not_an_alarm", _("No button was pressed here."))
    if request.voice_at is None:
        raise DispatchError("not_spoken", _("Speak with her first: did she try her button?"))
    actor = actor_of(by)
    closing.close(request.pk, by=actor, now=now, disposition=Disposition.TEST, seq=seq)


def due(user: User, *, now: datetime) -> QuerySet[DeviceLink]:
    """Whose button was not tested this month, those never tested first: they are not in service."""
    waiting = _tested(user).filter(Q(tested_at=None) | Q(tested_at__lt=month(now)))
    order = (F("in_service_at").desc(nulls_first=True), F("tested_at").asc(nulls_first=True))
    return waiting.select_related("device", "elder__grid").order_by(*order, "pk")


def progress(user: User, *, now: datetime) -> tuple[int, int]:
    """How many buttons were tested this month, and how many there are."""
    everybody = _tested(user)
    return everybody.filter(tested_at__gte=month(now)).count(), everybody.count()


def month(now: datetime) -> datetime:
    """When this month began in town."""
    here = timezone.localtime(now)
    return here.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def is_in_service(device: Device) -> bool:
    """Whether its holder's button was tested once, where buttons of its kind are."""
    kind = Kinds().of(device.kind_id, device.protocol)
    if kind is None or not kind.tested:
        return True
    return device.links.filter(until=None, in_service_at__isnull=False).exists()


def _tested(user: User) -> QuerySet[DeviceLink]:
    """The buttons that are tested every month, of living elders whom `user` sees."""
    kinds = Kinds()
    tested = [kind for kind in kinds.by_code.values() if kind.tested]
    protocols = [word for kind in tested for word in kinds.protocols(kind)]
    area = grids.within(user)
    elders = Elder.objects.exclude(status=Elder.Status.DECEASED)
    return DeviceLink.objects.filter(
        Q(device__kind__in=tested) | Q(device__kind=None, device__protocol__in=protocols),
        until=None,
        elder__in=elders.filter(area) if area else elders,
        device__registered=True,
    )
