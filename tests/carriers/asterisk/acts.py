"""What is done and looked up in the house's own database, by a process beside it."""

from typing import Any

from django.utils import timezone

from dispatch import desk
from dispatch.models import Assignment, Offer, ServiceRequest
from elders.models import LineHolder, User
from telephony.carriers.asterisk import holding
from telephony.models import Call, CallBack, LinkOrder, OutboundJob
from tests import cast


def town(worker_phone: str) -> dict[str, Any]:
    """Mei with a verified number, Olive at the desk, Wai on duty."""
    cast.mei()
    LineHolder.objects.update(verified_at=timezone.now())
    wai = cast.wai(cast.sunrise_kitchen(), "catering", "housekeeping")
    now = timezone.now()
    type(wai).objects.update(phone=worker_phone, position_at=now, reach_by="call")
    return {"mei": cast.MEI_NUMBER, "olive": cast.olive().pk, "wai": wai.pk}


def is_well() -> bool:
    return holding.is_well("asterisk", now=timezone.now())


def calls() -> list[dict[str, Any]]:
    """Every call, oldest first."""
    rows = Call.objects.order_by("pk")
    keys = ("pk", "state", "direction", "from_number", "to_number", "elder", "operator", "script")
    return list(rows.values(*keys, "carrier_ref", "queued_at", "answered_at"))


def callbacks() -> list[str]:
    return list(CallBack.objects.filter(reached_at=None).values_list("number", flat=True))


def claim(call_id: int, user_id: int) -> None:
    desk.take(call_id, by=User.objects.get(pk=user_id), now=timezone.now())


def renew(user_id: int) -> None:
    """A sign of life from a console."""
    desk.renew(User.objects.get(pk=user_id), now=timezone.now())


def jobs() -> list[dict[str, Any]]:
    return list(OutboundJob.objects.order_by("pk").values("pk", "kind", "to", "state", "attempts"))


def orders() -> list[tuple[str, str]]:
    return list(LinkOrder.objects.order_by("pk").values_list("verb", "leg"))


def requests() -> list[dict[str, Any]]:
    return list(ServiceRequest.objects.order_by("pk").values("pk", "state", "category"))


def offers() -> list[str]:
    return list(Offer.objects.order_by("pk").values_list("state", flat=True))


def assignments() -> int:
    return Assignment.objects.count()
