"""The monthly draw of calls for review: made by itself when a month has ended in town."""

from datetime import date, datetime

from django.db import transaction

from dispatch import notices
from dispatch.models import RequestCall
from dispatch.states import Priority
from telephony import review
from telephony.models import CallReview, ReviewDraw


def draw_due(*, now: datetime) -> int:
    """Draws the month that has ended last, once, in whichever process comes first."""
    month = review.last_month(now)
    if ReviewDraw.objects.filter(month=month).exists():
        return 0
    return len(draw(month, now=now))


def draw(month: date, *, now: datetime) -> list[CallReview]:
    """Draws `month`, and tells the supervisors what waits for them. A call was an emergency too
    if it became one while they spoke."""
    about = RequestCall.objects.filter(request__priority=Priority.EMERGENCY)
    with transaction.atomic():
        made = review.draw(month, emergencies=about.values_list("call", flat=True), now=now)
        if made:
            data = {"count": len(made), "month": f"{month:%Y-%m}"}
            notices.tell("calls_drawn", level="info", now=now, data=data)
        return made
