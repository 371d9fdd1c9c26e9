"""The monthly review of calls, for supervisors: the draw, a form a call, and the report."""

import re
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dispatch import reviews
from dispatch.models import RequestCall
from dispatch.pages import labels
from dispatch.pages.desk import guard, lines
from dispatch.pages.desk.guard import DeskRequest, supervisors_only
from elders import ledger
from telephony import review
from telephony.models import CallReview, ReviewDraw
from telephony.selectors import calls_for

QUESTIONS: dict[str, Any] = {
    "greeting": _("Greeting: by name of the service, friendly, at once"),
    "identity": _("Who she is was asked, not assumed from the number"),
    "need": _("The need was understood, and repeated back"),
    "location": _("Where she is was established"),
    "manner": _("Calm, patient, in her own words"),
    "outcome": _("What happens next was said, and done"),
}
MARKS = (0, 1, 2)


@require_GET
@supervisors_only
def index(request: DeskRequest) -> HttpResponse:
    month = _month(request.GET.get("month", ""))
    rows = CallReview.objects.filter(month=month, call__in=calls_for(request.user).values("pk"))
    shown = {
        "month": month,
        "reviews": rows.select_related("handler", "reviewer", "call__elder"),
        "report": review.report(month),
        "draw": ReviewDraw.objects.filter(month=month).first(),
        "ended": month <= review.last_month(timezone.now()),
    }
    return render(request, "console/reviews.html", shown)


@require_POST
@supervisors_only
def draw(request: DeskRequest) -> HttpResponse:
    month = _month(request.POST.get("month", ""))
    reviews.draw(month, now=timezone.now())
    return redirect(f"{reverse('console-reviews')}?month={month:%Y-%m}")


@require_http_methods(["GET", "POST"])
@supervisors_only
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """The call end to end: its request's log, its recording, and the form."""
    seen = CallReview.objects.filter(call__in=calls_for(request.user).values("pk"))
    found = get_object_or_404(seen.select_related("call__elder", "handler"), pk=pk)
    now = timezone.now()
    if request.method == "POST":
        marks = {code: guard.needed_number(request.POST, code) for code in QUESTIONS}
        note = guard.words(request.POST, "note")
        review.mark(found.pk, marks, note=note, by=request.user, now=now)
        return redirect(f"{reverse('console-reviews')}?month={found.month:%Y-%m}")
    call = found.call
    if call.elder:
        ledger.record(actor=request.user, elder=call.elder, what="call", purpose="review", now=now)
    links = RequestCall.objects.filter(call=call).select_related("request")
    shown = {
        "review": found,
        "call": call,
        "who": labels.named(call.elder) if call.elder else call.other_number,
        "outcome": labels.label(labels.CALL_OUTCOMES, call.disposition),
        "logs": [(link.request, lines.told(link.request.events.all())) for link in links],
        "recordings": call.recordings.filter(deleted_at=None),
        "questions": [(code, words, found.marks.get(code)) for code, words in QUESTIONS.items()],
        "marks": MARKS,
        "own": found.handler_id == request.user.pk,
    }
    return render(request, "console/review.html", shown)


def _month(typed: str) -> date:
    """ "2026-10"; anything else is the last month that has ended, in town."""
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", typed, re.ASCII):
        return date(int(typed[:4]), int(typed[5:]), 1)
    return review.last_month(timezone.now())
