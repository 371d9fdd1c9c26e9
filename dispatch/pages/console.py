"""The console `/console/`: the page, and its regions, which fetch themselves again when poked."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from dispatch import presence, selectors
from dispatch.pages.desk import answers, board, figures, finding, guard, person, queue, subject
from dispatch.pages.desk.guard import DeskRequest, operators_only


@require_GET
@operators_only
def index(request: DeskRequest) -> HttpResponse:
    """The whole console, with what `?request=`, `?elder=` or `?call=` names laid open."""
    now = timezone.now()
    found = subject.read(request.user, request.GET)
    person.opened(request.user, found, now=now)
    return render(
        request,
        "console/index.html",
        {
            "figures": figures.read(request.user, now=now),
            "demo": settings.DEMO,
            "keys_url": reverse("console-keys"),
            **queue.read(request.user, now=now),
            **board.read(request.user, chosen="all", now=now),
            **answers.work(request, found),
        },
    )


@require_GET
@operators_only
def figures_region(request: DeskRequest) -> HttpResponse:
    shown = figures.read(request.user, now=timezone.now())
    return render(request, "console/figures.html", {"figures": shown})


@require_GET
@operators_only
def queue_region(request: DeskRequest) -> HttpResponse:
    return render(request, "console/queue.html", queue.read(request.user, now=timezone.now()))


@require_GET
@operators_only
def board_region(request: DeskRequest) -> HttpResponse:
    chosen = request.GET.get("show", "")
    shown = board.read(request.user, chosen=chosen, now=timezone.now())
    return render(request, "console/board.html", shown)


@require_GET
@operators_only
def work_region(request: DeskRequest) -> HttpResponse:
    """Lays something else open: the card is opened with it, which the ledger notes."""
    found = subject.read(request.user, request.GET)
    person.opened(request.user, found, now=timezone.now())
    return render(request, "console/work.html", answers.work(request, found))


@require_GET
@operators_only
def caller_region(request: DeskRequest) -> HttpResponse:
    found = subject.read(request.user, request.GET)
    return render(request, "console/caller.html", answers.caller(request, found))


@require_GET
@operators_only
def person_region(request: DeskRequest) -> HttpResponse:
    found = subject.read(request.user, request.GET)
    return render(request, "console/person.html", answers.card(request, found))


@require_GET
@operators_only
def case_region(request: DeskRequest) -> HttpResponse:
    found = subject.read(request.user, request.GET)
    presence.looks_at(request.user, found.request)
    return render(request, "console/case.html", answers.panel(request, found))


@require_GET
@operators_only
def sending_region(request: DeskRequest) -> HttpResponse:
    """Map and candidates: ranked once for both."""
    found = subject.read(request.user, request.GET)
    return render(request, "console/sending.html", answers.sending(found))


@require_GET
@operators_only
def request_page(request: DeskRequest, pk: int) -> HttpResponse:
    """Everything about one request, with its whole log; `?at=` as it stood after that line."""
    shown = get_object_or_404(selectors.requests_for(request.user), pk=pk)
    found = subject.of_request(request.user, shown)
    person.opened(request.user, found, now=timezone.now())
    at = guard.number(request.GET, "at")
    return render(request, "console/request.html", answers.whole(found, at=at))


@require_GET
@operators_only
def request_region(request: DeskRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(selectors.requests_for(request.user), pk=pk)
    found = subject.of_request(request.user, shown)
    at = guard.number(request.GET, "at")
    return render(request, "console/whole.html", answers.whole(found, at=at))


@require_GET
@operators_only
def find(request: DeskRequest) -> HttpResponse:
    """What the search field finds while one types."""
    shown = finding.find(request.user, request.GET.get("q", ""), now=timezone.now())
    return render(request, "console/found.html", shown)
