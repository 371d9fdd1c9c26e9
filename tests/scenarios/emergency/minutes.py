"""The minutes after the button was pressed, told to the second."""

from datetime import datetime, timedelta

from dispatch.models import Notice, ServiceRequest
from elders.models import Elder, ResponsePlan
from telephony.models import OutboundJob
from tests.dispatch.town import sweep

SECOND_NUMBER = "+8613800000077"
CONTACTS = ["+8613800000021", "+8613800000022", "+8613800000023", "+8613800000024"]


class Minute:
    """The minutes after the button was pressed."""

    def __init__(self, begins: datetime) -> None:
        self.now = begins
        self.begins = begins

    def until(self, seconds: float) -> None:
        """Time goes on to so many seconds after the press, second by second while it matters."""
        end = self.begins + timedelta(seconds=seconds)
        while self.now < end:
            early = self.now - self.begins < timedelta(seconds=100)
            self.now = min(end, self.now + timedelta(seconds=1 if early else 10))
            sweep(self.now)


def rung(purpose: str) -> list[str]:
    jobs = OutboundJob.objects.filter(purpose=purpose).order_by("pk")
    return list(jobs.values_list("to", flat=True))


def told(request: ServiceRequest, code: str) -> int:
    """How often the desk was told, of what still stands."""
    notice = Notice.objects.filter(request=request, code=code, done_at=None).first()
    return notice.times if notice else 0


def plan(elder: Elder, **said: object) -> None:
    ResponsePlan.objects.update_or_create(elder=elder, defaults=said)
