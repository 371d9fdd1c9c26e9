"""A morning of check-ins as the tests play it."""

from datetime import datetime, time, timedelta

from dispatch import calling, deadlines
from dispatch.models import (
    CheckIn,
    CheckInPlan,
)
from elders.models import Elder
from telephony import answers, inbound, outbound
from telephony.models import OutboundJob
from tests import cast

A_FRIEND = "+8613800000031"


def asked(elder: Elder, **plan: object) -> CheckInPlan:
    return CheckInPlan.objects.create(elder=elder, **{"at": time(9, 0), **plan})


def turn(now: datetime) -> None:
    """One turn of all the work there is."""
    deadlines.fire_due(now=now)
    calling.sweep(now=now)
    outbound.deliver_due(now=now)


def her() -> CheckIn:
    return CheckIn.objects.get()


def told(checkin: CheckIn) -> list[str]:
    return list(checkin.events.values_list("kind", flat=True))


def ringing(number: str) -> OutboundJob:
    return OutboundJob.objects.filter(to=number, kind="call", state="ringing").latest("pk")


def pick_up(number: str, now: datetime) -> int:
    job = ringing(number)
    return answers.answered(job.pk, job.carrier_ref, now=now).call or 0


def press(number: str, key: str, now: datetime) -> list[str]:
    """The telephone of that number is picked up and a key pressed; what is said to it."""
    heard = inbound.digits(pick_up(number, now), key, now=now).instructions
    return [step["verb"] for step in heard]


def let_ring(number: str, now: datetime) -> None:
    job = ringing(number)
    answers.unanswered(job.pk, job.carrier_ref, how="no-answer", now=now)


def silent_twice(morning: datetime) -> datetime:
    turn(morning)
    let_ring(cast.MEI_NUMBER, morning)
    again = morning + timedelta(minutes=10)
    turn(again)
    let_ring(cast.MEI_NUMBER, again)
    turn(again)
    return again


def crowd(count: int, **plan: object) -> list[Elder]:
    people = []
    for n in range(count):
        elder = Elder.objects.create(name=f"Elder {n}")
        cast.line(elder, f"+86137000000{n:02d}")
        asked(elder, **plan)
        people.append(elder)
    return people


def rung() -> int:
    return OutboundJob.objects.filter(purpose="checkin").count()
