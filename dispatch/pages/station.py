"""`/station/`: staff of a community station help an elder who walks in.

What was searched for travels in a form, never in an address, and nothing stands in the session:
when the page goes back to its start, nothing of her is left.
"""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dispatch import closing, intake, wishes
from dispatch.actors import actor_of
from dispatch.models import ServiceRequest
from dispatch.pages import herself, looks, walk_in
from dispatch.pages.gates import KnownRequest, by_script, for_station
from dispatch.states import Priority
from elders import grids, registration
from elders.models import Elder
from elders.selectors import elders_for
from providers.models import Category

STATION = ServiceRequest.Source.STATION


@require_safe
@for_station
def index(request: KnownRequest) -> HttpResponse:
    return _draw(request, "station/index.html", emergencies=walk_in.here(request.user))


@require_safe
@for_station
def region(request: KnownRequest) -> HttpResponse:
    return _draw(request, "station/here.html", emergencies=walk_in.here(request.user))


@require_POST
@for_station
def find(request: KnownRequest) -> HttpResponse:
    """By card, name or telephone; one number that is one elder's leads straight to her."""
    now = timezone.now()
    found = walk_in.find(request.user, request.POST.get("who", ""), now=now)
    if found.is_number and len(found.elders) == 1:
        return redirect("station-elder", found.elders[0].pk)
    looks.keep(request.user, found.elders, what="name", purpose="station search", now=now)
    here = walk_in.here(request.user)
    return _draw(request, "station/found.html", found=found, emergencies=here)


@require_safe
@for_station
def elder_page(request: KnownRequest, pk: int) -> HttpResponse:
    return _page(request, _elder(request, pk), "station/elder.html")


@require_safe
@for_station
def elder_region(request: KnownRequest, pk: int) -> HttpResponse:
    return _page(request, _elder(request, pk), "station/now.html")


@require_POST
@for_station
def order(request: KnownRequest, pk: int, code: str) -> HttpResponse:
    elder = _elder(request, pk)
    wishes.order(
        elder,
        get_object_or_404(Category, pk=code),
        drawn=herself.drawn_of(request.POST),
        by=actor_of(request.user),
        now=timezone.now(),
        source=STATION,
    )
    return _answer(request, elder)


@require_POST
@for_station
def cancel(request: KnownRequest, pk: int) -> HttpResponse:
    """She does not need it after all. Never an emergency: the verb refuses that."""
    now = timezone.now()
    elder = get_object_or_404(elders_for(request.user, now=now), requests=pk)
    closing.cancel(pk, by=actor_of(request.user), now=now)
    return _answer(request, elder)


@require_POST
@for_station
def help_her(request: KnownRequest, pk: int) -> HttpResponse:
    """The red button for the elder on the page."""
    elder = _elder(request, pk)
    now = timezone.now()
    wishes.call_for_help(elder, by=actor_of(request.user), now=now, source=STATION)
    return _answer(request, elder)


@require_POST
@for_station
def help_here(request: KnownRequest) -> HttpResponse:
    """The red button for somebody whose name nobody knows: the desk rings the station."""
    intake.open_request(
        elder=None,
        category=intake.DEFAULT_CATEGORY,
        priority=Priority.EMERGENCY,
        source=STATION,
        by=actor_of(request.user),
        now=timezone.now(),
        known_as=walk_in.known_as(request.user),
        note=str(request.user),
    )
    if by_script(request):
        return _draw(request, "station/here.html", emergencies=walk_in.here(request.user))
    return redirect("station")


@require_http_methods(["GET", "HEAD", "POST"])
@for_station
def register(request: KnownRequest) -> HttpResponse:
    """Somebody new. A form sent with `begin` brings the card that nobody had, and is not judged."""
    area = grids.codes(request.user)
    begins = request.method != "POST" or "begin" in request.POST
    if begins:
        card = request.POST.get("card_number", "").replace("\0", "")[:60]
        form = registration.Newcomer(area=area, initial={"card_number": card})
        return _draw(request, "station/register.html", form=form, places={})
    form = registration.Newcomer(request.POST, area=area)
    if not form.is_valid():
        answer = _draw(request, "station/register.html", form=form, places={})
        answer.status_code = 400
        return answer
    elder = registration.enter(form, now=timezone.now())
    return redirect("station-elder", elder.pk)


def _elder(request: KnownRequest, pk: int) -> Elder:
    return get_object_or_404(elders_for(request.user, now=timezone.now()), pk=pk)


def _answer(request: KnownRequest, elder: Elder) -> HttpResponse:
    if by_script(request):
        return _page(request, elder, "station/now.html")
    return redirect("station-elder", elder.pk)


def _page(request: KnownRequest, elder: Elder, template: str) -> HttpResponse:
    now = timezone.now()
    looks.keep(request.user, [elder], what="name", purpose="station page", now=now)
    return _draw(request, template, page=walk_in.read(elder, now=now), now=now)


def _draw(request: KnownRequest, template: str, **shown: object) -> HttpResponse:
    frame = {"hotline": settings.HOTLINE_NUMBER, "idle_s": settings.STATION_IDLE_S}
    return render(request, template, frame | shown)
