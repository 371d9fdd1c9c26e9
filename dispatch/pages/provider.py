"""`/provider/`: today's offers, visits and workers of one's own house. Every button is a form."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dispatch import offers, substitutes
from dispatch.actors import Actor
from dispatch.models import Assignment, Offer
from dispatch.pages import house, looks
from dispatch.pages.desk.guard import needed_number, words
from dispatch.pages.gates import KnownRequest, by_script, for_houses
from providers import duty
from providers.models import Provider, Worker
from providers.selectors import houses_of


def actor(request: KnownRequest) -> Actor:
    """In this page's part, also for somebody who is a worker besides."""
    return Actor("provider", request.user.pk, str(request.user))


@require_safe
@for_houses
def index(request: KnownRequest, own: Provider) -> HttpResponse:
    return _page(request, own, "provider/index.html")


@require_safe
@for_houses
def region(request: KnownRequest, own: Provider) -> HttpResponse:
    return _page(request, own, "provider/now.html")


@require_POST
@for_houses
def accept(request: KnownRequest, own: Provider, pk: int) -> HttpResponse:
    """Accepts for the worker who was asked, or sends a colleague."""
    substitutes.answer(
        get_object_or_404(Offer, pk=pk, worker__provider=own).pk,
        _chosen(request, own),
        by=actor(request),
        now=timezone.now(),
    )
    return _answer(request, own)


@require_POST
@for_houses
def decline(request: KnownRequest, own: Provider, pk: int) -> HttpResponse:
    offers.decline(
        get_object_or_404(Offer, pk=pk, worker__provider=own).pk,
        by=actor(request),
        now=timezone.now(),
        why=words(request.POST, "why", most=200),
    )
    return _answer(request, own)


@require_POST
@for_houses
def hand_over(request: KnownRequest, own: Provider, pk: int) -> HttpResponse:
    """A colleague takes the visit over, before anybody has arrived."""
    substitutes.hand_over(
        get_object_or_404(Assignment, pk=pk, worker__provider=own).pk,
        _chosen(request, own),
        by=actor(request),
        now=timezone.now(),
        why=words(request.POST, "why", most=200),
    )
    return _answer(request, own)


@require_POST
@for_houses
def set_duty(request: KnownRequest, own: Provider, pk: int) -> HttpResponse:
    worker = get_object_or_404(Worker, pk=pk, provider=own)
    duty.set_duty(worker, request.POST.get("on") == "1", now=timezone.now())
    return _answer(request, own)


def _chosen(request: KnownRequest, own: Provider) -> int:
    chosen = needed_number(request.POST, "worker")
    return get_object_or_404(Worker, pk=chosen, provider=own).pk


def _answer(request: KnownRequest, own: Provider) -> HttpResponse:
    if by_script(request):
        return _page(request, own, "provider/now.html")
    return redirect(f"{reverse('provider')}?house={own.pk}")


def _page(request: KnownRequest, own: Provider, template: str) -> HttpResponse:
    now = timezone.now()
    shown = house.read(own, list(houses_of(request.user)), now=now)
    met = [elder for one in shown.visits for elder in one.elders]
    looks.keep(request.user, met, what="visit", purpose="provider page", now=now)
    return render(request, template, {"page": shown})
