"""`/provider/workers/` and `/provider/services/`: shifts, prices and licences of one's own house.

What is wrong in a form is named by its field, and the page comes back with all that was typed.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dispatch.pages import house
from dispatch.pages.gates import KnownRequest, for_houses
from dispatch.pages.house_forms import PaperForm, ServiceForm, ShiftForm
from providers import papers
from providers.models import Provider, Service, Shift, Worker
from providers.selectors import DESK, houses_of


@require_safe
@for_houses
def workers(request: KnownRequest, own: Provider) -> HttpResponse:
    return _workers(request, own)


@require_POST
@for_houses
def add_shift(request: KnownRequest, own: Provider, pk: int) -> HttpResponse:
    worker = get_object_or_404(Worker, pk=pk, provider=own)
    form = ShiftForm(request.POST, instance=Shift(worker=worker), prefix=f"w{pk}")
    if not form.is_valid():
        return _workers(request, own, wrong={pk: form})
    form.save()
    return _back("provider-workers", own, f"worker-{pk}")


@require_POST
@for_houses
def remove_shift(request: KnownRequest, own: Provider, pk: int) -> HttpResponse:
    shift = get_object_or_404(Shift, pk=pk, worker__provider=own)
    worker_id = shift.worker_id
    shift.delete()
    return _back("provider-workers", own, f"worker-{worker_id}")


@require_safe
@for_houses
def services(request: KnownRequest, own: Provider) -> HttpResponse:
    return _services(request, own)


@require_POST
@for_houses
def change_service(request: KnownRequest, own: Provider, pk: int) -> HttpResponse:
    service = get_object_or_404(Service, pk=pk, provider=own)
    form = ServiceForm(request.POST, instance=service, prefix=f"s{pk}")
    if not form.is_valid():
        return _services(request, own, wrong={pk: form})
    form.save()
    return _back("provider-services", own, f"service-{pk}")


@require_POST
@for_houses
def hand_in(request: KnownRequest, own: Provider) -> HttpResponse:
    """The paper of a licence: it is in force once the town has accepted it."""
    form = PaperForm(request.POST, request.FILES)
    if not form.is_valid():
        return _services(request, own, paper=form)
    said = form.cleaned_data
    papers.hand_in(
        own,
        said["category"],
        number=said["number"],
        valid_from=said["valid_from"],
        valid_to=said["valid_to"],
        content=said["paper"],
        by=request.user,
        now=timezone.now(),
    )
    return _back("provider-services", own, "licences")


@require_safe
@never_cache
@login_required
def paper(request: KnownRequest, pk: int) -> HttpResponse:
    """The scan, for the house's staff and the desk; it is saved, and never opened as our page."""
    held = request.user.groups.filter(name__in=DESK).exists()
    if not held and not houses_of(request.user).exists():
        raise PermissionDenied
    found = get_object_or_404(papers.papers_for(request.user), pk=pk)
    answer = HttpResponse(bytes(found.content), content_type=found.content_type)
    name = f"licence-{found.pk}.{papers.ENDINGS[found.content_type]}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _workers(
    request: KnownRequest, own: Provider, *, wrong: dict[int, ShiftForm] | None = None
) -> HttpResponse:
    shown = house.read(own, list(houses_of(request.user)), now=timezone.now())
    rows = [
        (worker, heard, (wrong or {}).get(worker.pk) or ShiftForm(prefix=f"w{worker.pk}"))
        for worker, heard in shown.crew
    ]
    return _draw(request, "provider/workers.html", bool(wrong), page=shown, rows=rows)


def _services(
    request: KnownRequest,
    own: Provider,
    *,
    wrong: dict[int, ServiceForm] | None = None,
    paper: PaperForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    rows = [
        (
            service,
            (wrong or {}).get(service.pk) or ServiceForm(instance=service, prefix=f"s{service.pk}"),
        )
        for service in own.services.select_related("category")
    ]
    return _draw(
        request,
        "provider/services.html",
        bool(wrong or paper),
        page=house.read(own, list(houses_of(request.user)), now=now),
        rows=rows,
        licences=_licences(own, now=now),
        papers=own.papers.select_related("category").defer("content")[:20],
        paper_form=paper or PaperForm(),
    )


def _licences(own: Provider, *, now: datetime) -> list[dict[str, Any]]:
    """Each with how it stands today in town: "in force", "soon" (30 days), "over", "not yet"."""
    today = timezone.localtime(now).date()
    return [
        {"licence": one, "days": (one.valid_to - today).days, "begins": one.valid_from > today}
        for one in own.licences.select_related("category").order_by("category__order", "-valid_to")
    ]


def _draw(request: KnownRequest, template: str, wrong: bool, **shown: Any) -> HttpResponse:
    return render(request, template, shown, status=400 if wrong else 200)


def _back(name: str, own: Provider, place: str) -> HttpResponse:
    return redirect(f"{reverse(name)}?house={own.pk}#{place}")
