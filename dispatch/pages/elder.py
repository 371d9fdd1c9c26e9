"""`/elder/`: one press on a phone or tablet. Every button is a form and works without scripts."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dispatch import checkins, closing, distress_wording, presses, selectors, wishes
from dispatch.actors import actor_of
from dispatch.models import ServiceRequest
from dispatch.pages import herself, shell
from dispatch.pages.gates import KnownRequest, by_script, for_elders
from dispatch.presses import Press
from dispatch.states import Priority
from elders.models import Elder
from providers.models import Category
from telephony import prompts


@require_safe
@for_elders
def index(request: KnownRequest, elder: Elder) -> HttpResponse:
    """The page. `?ask=home` asks which help at home is meant."""
    return _page(request, elder, "elder/index.html")


@require_safe
@for_elders
def television(request: KnownRequest, elder: Elder) -> HttpResponse:
    """`/tv/`: the same on one screen, for arrow keys and OK."""
    return _page(request, elder, "tv/index.html")


@require_safe
@for_elders
def region(request: KnownRequest, elder: Elder) -> HttpResponse:
    return _page(request, elder, "elder/now.html")


@require_safe
@for_elders
def sound(request: KnownRequest, elder: Elder, name: str) -> HttpResponse:
    """A sentence that her page says now, spoken beforehand; nothing else is handed out."""
    page = herself.read(elder, asking="", now=timezone.now())
    path = prompts.found(name) if name in page.sounds else None
    if path is None:
        raise Http404
    return HttpResponse(path.read_bytes(), content_type="audio/wav")


@require_POST
@for_elders
def help_now(request: KnownRequest, elder: Elder) -> HttpResponse:
    """The red button. However late it comes, it is never refused."""
    now = timezone.now()
    press = presses.heard(request.headers, now=now)
    with transaction.atomic():
        if presses.is_new(press, by=request.user, path=request.path, now=now):
            note = distress_wording.late(press, now=now)
            wishes.call_for_help(elder, by=actor_of(request.user), note=note, now=now)
    return _answer(request, elder, press)


@require_POST
@for_elders
def unwell(request: KnownRequest, elder: Elder) -> HttpResponse:
    """A person rings her, urgently: the 3 of the telephone."""
    now = timezone.now()
    press = presses.heard(request.headers, now=now)
    with transaction.atomic():
        if presses.is_new(press, by=request.user, path=request.path, now=now):
            wishes.ring_me(elder, reason="unwell", priority=Priority.URGENT, now=now)
    return _answer(request, elder, press)


@require_POST
@for_elders
def put_me_through(request: KnownRequest, elder: Elder) -> HttpResponse:
    """From a screen that cannot dial: a person rings her and puts her through to her family."""
    wishes.ring_me(elder, reason="family", priority=Priority.ROUTINE, now=timezone.now())
    return _answer(request, elder)


@require_POST
@for_elders
def i_am_well(request: KnownRequest, elder: Elder) -> HttpResponse:
    """The 1 of today's check-in: then nobody need ring her."""
    for checkin in checkins.open_of(elder):
        checkins.well(checkin.pk, now=timezone.now())
    return _answer(request, elder)


@require_POST
@for_elders
def order(request: KnownRequest, elder: Elder, code: str) -> HttpResponse:
    category = get_object_or_404(Category, pk=code)
    wishes.order(
        elder,
        category,
        drawn=herself.drawn_of(request.POST),
        by=actor_of(request.user),
        now=timezone.now(),
    )
    return _answer(request, elder)


@require_POST
@for_elders
def cancel(request: KnownRequest, elder: Elder, pk: int) -> HttpResponse:
    """She does not need it any more. Never an emergency: the verb refuses that."""
    closing.cancel(_hers(request, elder, pk).pk, by=actor_of(request.user), now=timezone.now())
    return _answer(request, elder)


@require_POST
@for_elders
def all_is_well(request: KnownRequest, elder: Elder, pk: int) -> HttpResponse:
    closing.confirm(_hers(request, elder, pk).pk, by=actor_of(request.user), now=timezone.now())
    return _answer(request, elder)


def _hers(request: KnownRequest, elder: Elder, pk: int) -> ServiceRequest:
    hers = selectors.requests_for(request.user).filter(elder=elder)
    return get_object_or_404(hers, pk=pk)


def _answer(request: KnownRequest, elder: Elder, press: Press | None = None) -> HttpResponse:
    """What is so now: the region, or after a form without scripts the page. A press of hers.

    One that was made a while ago says nothing of how she is today.
    """
    now = timezone.now()
    if press is None or not press.is_late(now=now):
        checkins.heard_from(elder, "page", now=now)
    if by_script(request):
        return _page(request, elder, "elder/now.html")
    return redirect("tv" if _from_tv(request) else "elder")


def _from_tv(request: KnownRequest) -> bool:
    """Whether the form stood on `/tv/`: a page of ours says to us where one comes from."""
    return urlsplit(request.headers.get("Referer", "")).path == reverse("tv")


def _page(request: KnownRequest, elder: Elder, template: str) -> HttpResponse:
    shown = herself.read(elder, asking=request.GET.get("ask", ""), now=timezone.now())
    answer = render(request, template, {"page": shown, "hotline": settings.HOTLINE_NUMBER})
    return shell.keep(answer, request.user, "elder")
