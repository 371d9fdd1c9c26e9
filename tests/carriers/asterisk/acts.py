"""What is done and looked up in the house's own database, by a process beside it."""

from typing import Any

from django.core.management import CommandError, call_command
from django.utils import timezone

from dispatch import desk, questions
from dispatch.models import Assignment, Offer, ServiceRequest
from elders.models import Elder, LineHolder, User
from providers import categories
from telephony import desk as calls_desk
from telephony import recordings as sounds
from telephony import rooms
from telephony.carriers.asterisk import holding
from telephony.errors import CallError
from telephony.models import Call, CallBack, LinkOrder, OutboundJob, Recording
from tests import cast


def town(worker_phone: str) -> dict[str, Any]:
    """Nothing has ever happened; Mei with a verified number, Olive and Sol at the desk, Wai on
    duty."""
    _empty()
    categories.ensure()
    questions.ensure()
    cast.mei()
    LineHolder.objects.update(verified_at=timezone.now())
    wai = cast.wai(cast.sunrise_kitchen(), "catering", "housekeeping")
    now = timezone.now()
    type(wai).objects.update(phone=worker_phone, position_at=now, reach_by="call")
    return {"mei": cast.MEI_NUMBER, "olive": cast.olive().pk, "sol": cast.sol().pk, "wai": wai.pk}


def is_well() -> bool:
    return holding.is_well("asterisk", now=timezone.now())


def calls() -> list[dict[str, Any]]:
    """Every call, oldest first."""
    rows = Call.objects.order_by("pk")
    keys = ("pk", "state", "direction", "from_number", "to_number", "elder", "operator", "script")
    return list(rows.values(*keys, "carrier_ref", "queued_at", "answered_at"))


def mei() -> int:
    return Elder.objects.get(name="Mei Chen").pk


def parties(call_id: int) -> list[str]:
    """Who is in the conversation of a call beside its caller."""
    return [party.who for party in rooms.present(Call.objects.get(pk=call_id))]


def answered(number: str) -> bool:
    """Whether a call of ours to that number was picked up."""
    return Call.objects.filter(to_number=number, answered_at__isnull=False).exists()


def callbacks() -> list[str]:
    return list(CallBack.objects.filter(reached_at=None).values_list("number", flat=True))


def claim(call_id: int, user_id: int) -> None:
    desk.take(call_id, by=User.objects.get(pk=user_id), now=timezone.now())


def _empty(tries: int = 10) -> None:
    """A house that goes on working may stand in the way, and PostgreSQL then ends one of both."""
    for left in reversed(range(tries)):
        try:
            call_command("flush", verbosity=0, interactive=False)
            return
        except CommandError:
            if not left:
                raise


def claim_or_why_not(call_id: int, user_id: int) -> str:
    try:
        claim(call_id, user_id)
    except CallError as refused:
        return refused.code
    return ""


def renew(user_id: int) -> None:
    """A sign of life from a console."""
    desk.renew(User.objects.get(pk=user_id), now=timezone.now())


def hang_up(call_id: int, user_id: int) -> None:
    calls_desk.hang_up(call_id, by=User.objects.get(pk=user_id), now=timezone.now())


def recordings() -> list[bytes]:
    """The sound of each, readable."""
    kept = Recording.objects.filter(audio__isnull=False).order_by("pk")
    return [sounds.audio_of(one) or b"" for one in kept]


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
