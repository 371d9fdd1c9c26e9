"""`/console/standing/`: what is wrong with our own worker, for the operators' pages.

A worker that is dead tells the desk nothing, least of itself; the web process says so. Each page of
the console asks a few times a minute (`console.js`).
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from config import health
from dispatch.pages.desk.guard import DeskRequest, operators_only


@require_GET
@never_cache
@operators_only
def standing(request: DeskRequest) -> HttpResponse:
    """A sentence, or nothing when all is well."""
    now = timezone.now()
    is_well = health.worker(now)["ok"] and health.deadlines(now)["ok"]
    return render(request, "console/standing.html", {"is_well": is_well})
