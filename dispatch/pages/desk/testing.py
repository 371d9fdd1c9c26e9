"""`/console/tests/`: whose button was not tested this month, and which are not in service yet."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from dispatch import trials
from dispatch.pages.desk.guard import DeskRequest, operators_only
from dispatch.pages.desk.minding import numbers_of
from elders.models import User

MOST = 500


@require_GET
@operators_only
def index(request: DeskRequest) -> HttpResponse:
    return render(request, "console/tests.html", _shown(request.user))


@require_GET
@operators_only
def region(request: DeskRequest) -> HttpResponse:
    return render(request, "console/tests_list.html", _shown(request.user))


def _shown(user: User) -> dict[str, Any]:
    now = timezone.now()
    done, of = trials.progress(user, now=now)
    rows = list(trials.due(user, now=now)[:MOST])
    numbers = numbers_of(row.elder_id for row in rows if row.elder_id)
    lines = [(row, numbers.get(row.elder_id or 0, [])) for row in rows]
    return {"lines": lines, "done": done, "of": of, "left": of - done, "most": MOST}
