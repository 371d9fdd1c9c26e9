"""`/worker/`: duty, offers and visits of whoever goes. Every button is a plain form."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dispatch import (
    assignments,
    distress,
    distress_wording,
    offers,
    pictures,
    presses,
    proofs,
    selectors,
)
from dispatch.actors import actor_of
from dispatch.models import Assignment, Offer
from dispatch.pages import camera, looks, rounds, shell
from dispatch.pages.camera import Handed
from dispatch.pages.desk.guard import bad, words
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
    """Kept without a line like the other presses; it holds from when it was pressed."""
    now = timezone.now()
    press, on = presses.heard(request.headers, now=now), request.POST.get("on") == "1"
    at = press.at if press.is_late(now=now) else now
    with transaction.atomic():
        if presses.is_new(press, by=request.user, path=request.path, now=now):
            duty.set_duty(worker, on, now=now, at=at)
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
    """Without scripts photographs come along; a bad one is said, and what was typed stays."""
    visit = _visit(request, worker, pk)
    signing = camera.signing(request.POST)
    handed = camera.handed(request.FILES.getlist("photo"), visit)
    if handed.photos:
        _keep(request, visit, handed)
    if handed.wrong:
        return _page(request, worker, "worker/index.html", wrong=(visit, handed))
    said = {"note": words(request.POST, "note"), "done": request.POST.getlist("task")}
    return _step(request, worker, visit, assignments.finish, signing=signing, **said)


@require_POST
@for_workers
def add_photos(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    """Photographs as they are taken, or after a line is back; the visit may have ended by then."""
    visit = _visit(request, worker, pk)
    handed = camera.handed(request.FILES.getlist("photo"), visit)
    if handed.wrong or not handed.photos:
        raise bad("photo", " ".join(handed.wrong) or _("Please fill this in."))
    return _step(request, worker, visit, pictures.keep, photos=handed.photos)


@require_POST
@for_workers
def remove_photo(request: KnownRequest, worker: Worker, pk: int) -> HttpResponse:
    now = timezone.now()
    mine = pictures.pictures_for(request.user, now=now).filter(visit__worker=worker)
    picture = get_object_or_404(mine, pk=pk)
    pictures.remove(picture, by=actor_of(request.user), now=now)
    return _answer(request, worker)


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


def _keep(request: KnownRequest, visit: Assignment, handed: Handed) -> None:
    pictures.keep(visit.pk, handed.photos, by=actor_of(request.user), now=timezone.now())


def _page(
    request: KnownRequest,
    worker: Worker,
    template: str,
    *,
    wrong: tuple[Assignment, Handed] | None = None,
) -> HttpResponse:
    now = timezone.now()
    shown = rounds.read(request.user, worker, now=now)
    met = [elder for one in shown.visits for elder in one.elders]
    looks.keep(request.user, met, what="visit", purpose="worker page", now=now)
    context = {"page": shown, "hotline": settings.HOTLINE_NUMBER}
    if wrong:
        visit, handed = wrong
        typed = {"visit": visit.pk, "wrong": handed.wrong, "done": request.POST.getlist("task")}
        context["typed"] = typed | request.POST.dict()
    answer = render(request, template, context, status=400 if wrong else 200)
    return shell.keep(answer, request.user, "worker")
