"""`/worker/`: duty, offers and visits of whoever goes. Every button is a plain form."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dispatch import assignments, offers, selectors
from dispatch.actors import actor_of
from dispatch.models import Assignment, Offer
from dispatch.pages import looks, rounds
from dispatch.pages.desk.guard import words
from dispatch.pages.gates import KnownRequest, by_script, for_workers
from providers import duty
from providers.models import Worker


@require_safe
@for_workers
def index(request: KnownRequest, worker: Worker) -> HttpResponse:
    return _page(request, worker, "worker/index.html")


@require_safe
@for_workers
def region(request: KnownRequest, worker: Worker) -> HttpResponse:
    return _page(request, worker, "worker/now.html")


@require_POST
@for_workers
def set_duty(request: KnownRequest, worker: Worker) -> HttpResponse:
    duty.set_duty(worker, request.POST.get("on") == "1", now=timezone.now())
    return _answer(request, worker)


@require_POST
@for_workers
def accept(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    offers.accept(_offer(request, worker, pk).pk, by=actor_of(request.user), now=timezone.now())
    return _answer(request, worker)


@require_POST
@for_workers
def decline(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    offers.decline(
        _offer(request, worker, pk).pk,
        by=actor_of(request.user),
        now=timezone.now(),
        why=words(request.POST, "why", most=200),
    )
    return _answer(request, worker)


@require_POST
@for_workers
def depart(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    assignments.depart(
        _visit(request, worker, pk).pk, by=actor_of(request.user), now=timezone.now()
    )
    return _answer(request, worker)


@require_POST
@for_workers
def arrive(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    assignments.arrive(
        _visit(request, worker, pk).pk, by=actor_of(request.user), now=timezone.now()
    )
    return _answer(request, worker)


@require_POST
@for_workers
def finish(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    assignments.finish(
        _visit(request, worker, pk).pk,
        by=actor_of(request.user),
        now=timezone.now(),
        note=words(request.POST, "note"),
    )
    return _answer(request, worker)


@require_POST
@for_workers
def release(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    """Cannot go after all: the next one is asked at once."""
    assignments.release(
        _visit(request, worker, pk).pk,
        by=actor_of(request.user),
        now=timezone.now(),
        why=words(request.POST, "why", most=200),
    )
    return _answer(request, worker)


def _offer(request: KnownRequest, worker: Worker, pk: int) -> Offer:
    return get_object_or_404(selectors.offers_for(request.user).filter(worker=worker), pk=pk)


def _visit(request: KnownRequest, worker: Worker, pk: int) -> Assignment:
    return get_object_or_404(selectors.assignments_for(request.user).filter(worker=worker), pk=pk)


def _answer(request: KnownRequest, worker: Worker) -> HttpResponse:
    if by_script(request):
        return _page(request, worker, "worker/now.html")
    return redirect("worker")


def _page(request: KnownRequest, worker: Worker, template: str) -> HttpResponse:
    now = timezone.now()
    shown = rounds.read(request.user, worker, now=now)
    met = [elder for one in shown.visits for elder in one.elders]
    looks.keep(request.user, met, what="visit", purpose="worker page", now=now)
    return render(request, template, {"page": shown, "hotline": settings.HOTLINE_NUMBER})
