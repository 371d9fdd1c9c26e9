"""What people do who are put through, and what is to be seen of it."""

from datetime import timedelta

from django.utils import timezone

from dispatch import deadlines
from telephony import desk as calls
from telephony import outbound
from telephony.models import Call, OutboundJob
from tests import cast
from tests.scenarios.phone import Item, Phone

STRANGER = "+8613800009999"


def work(after_s: float = 0.0) -> None:
    now = timezone.now() + timedelta(seconds=after_s)
    deadlines.fire_due(now=now)
    outbound.deliver_due(now=now)


def said(heard: list[Item]) -> str:
    return " ".join(step["text"] for step in heard if step["verb"] == "say")


def verbs(heard: list[Item]) -> list[str]:
    return [step["verb"] for step in heard]


def stranger() -> str:
    """What anybody hears, in the language of the town."""
    return said(Phone(STRANGER).dial())


def caller() -> Call:
    return Call.objects.filter(direction="inbound").latest("pk")


def waits() -> bool:
    return calls.queue().filter(pk=caller().pk).exists()


def rung() -> list[OutboundJob]:
    return list(OutboundJob.objects.filter(purpose="connect").order_by("pk"))


def calls_her() -> Phone:
    """Wai rings and presses 1; it rings at Mei's."""
    wai = Phone(cast.WAI_NUMBER)
    wai.dial()
    wai.press("1")
    outbound.deliver_due(now=timezone.now())
    return wai


def picks_up(number: str = cast.MEI_NUMBER) -> tuple[Phone, list[Item]]:
    phone = Phone(number)
    return phone, phone.answer(phone.outbox("call")[-1])
