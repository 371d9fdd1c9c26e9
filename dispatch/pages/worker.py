"""`/worker/`: duty, offers and visits of whoever goes. Every button is a plain form."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dispatch import assignments, distress, distress_wording, offers, presses, proofs, selectors
from dispatch.actors import actor_of
from dispatch.models import Assignment, Offer
from dispatch.pages import looks, rounds, shell
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
    return _press(request, worker, _offer(request, worker, pk), offers.accept)


@require_POST
@for_workers
def decline(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    why = words(request.POST, "why", most=200)
    return _press(request, worker, _offer(request, worker, pk), offers.decline, why=why)


@require_POST
@for_workers
def depart(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    return _step(request, worker, _visit(request, worker, pk), assignments.depart)


@require_POST
@for_workers
def arrive(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    typed = words(request.POST, "code", most=40)
    return _step(request, worker, _visit(request, worker, pk), assignments.arrive, typed=typed)


@require_POST
@for_workers
def prove(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    """Her card's number, or the code she says, after the arrival."""
    visit = _visit(request, worker, pk)
    typed = words(request.POST, "code", most=40, needed=True)
    proofs.prove(visit.pk, typed, by=actor_of(request.user), now=timezone.now())
    return _answer(request, worker)


@require_POST
@for_workers
def finish(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    note = words(request.POST, "note")
    done = request.POST.getlist("task")
    return _step(
        request, worker, _visit(request, worker, pk), assignments.finish, note=note, done=done
    )


@require_POST
@for_workers
def release(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    """Cannot go after all: the next one is asked at once."""
    why = words(request.POST, "why", most=200)
    return _step(request, worker, _visit(request, worker, pk), assignments.release, why=why)


@require_POST
@for_workers
def longer(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    """All is well, and the visit lasts longer than planned."""
    visit = _visit(request, worker, pk)
    distress.longer(visit.request_id, by=actor_of(request.user), now=timezone.now())
    return _answer(request, worker)


@require_POST
@for_workers
def panic(request: KnownRequest, worker: Worker) -> HttpResponse:
    """In danger. However late it comes, it is never refused."""
    now = timezone.now()
    press = presses.heard(request.headers, now=now)
    with transaction.atomic():
        if presses.is_new(press, by=request.user, path=request.path, now=now):
            note = distress_wording.late(press, now=now)
            distress.cry(worker, by=actor_of(request.user), note=note, now=now)
    return _answer(request, worker)


def _press(
    request: KnownRequest,
    worker: Worker,
    row: Offer | Assignment,
    verb: Callable[..., object],
    **said: object,
) -> HttpResponse:
    """Carries out what was pressed, once, also when it was kept without a line and comes later."""
    now = timezone.now()
    press, actor = presses.heard(request.headers, now=now), actor_of(request.user)
    keeping = presses.once(
        press, by=request.user, actor=actor, path=request.path, about=row.request, now=now
    )
    with keeping as is_new:
        if is_new:
            verb(row.pk, by=actor, now=now, **said)
    return _answer(request, worker)


def _step(
    request: KnownRequest,
    worker: Worker,
    visit: Assignment,
    verb: Callable[..., object],
    **said: object,
) -> HttpResponse:
    """A step of a visit, which happened when it was pressed."""
    at = presses.heard(request.headers, now=timezone.now()).at
    return _press(request, worker, visit, verb, at=at, **said)


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
    answer = render(request, template, {"page": shown, "hotline": settings.HOTLINE_NUMBER})
    return shell.keep(answer, request.user, "worker")
