"""What a relative may do on `/family/`: rate and thank, the check-in's time, the contacts' order.

Each needs the elder's consent to know of her requests, and leaves its entry in the ledger.
"""

from datetime import datetime, time

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch import ratings, selectors
from dispatch.models import CheckInPlan
from dispatch.pages.desk.guard import bad, needed_number, words
from dispatch.pages.gates import KnownRequest
from elders import consent, ledger, roles
from elders.models import Consent, Contact, Elder, FamilyLink
from elders.roles import Role


@require_POST
@login_required
def rate(request: KnownRequest, pk: int) -> HttpResponse:
    """Of the visit `pk`, which ended within the last days."""
    elders, now = _theirs(request), timezone.now()
    about = selectors.requests_for(request.user, now=now).filter(elder__in=elders)
    visit = get_object_or_404(ratings.visits(about, by=request.user, now=now), pk=pk)
    ratings.give(
        visit,
        by=request.user,
        stars=needed_number(request.POST, "stars"),
        words=words(request.POST, "words", most=300),
        now=now,
    )
    return _back(visit.request.elder_id or 0)


@require_POST
@login_required
def set_checkin(request: KnownRequest, pk: int) -> HttpResponse:
    """When the elder `pk` is asked; it holds from tomorrow on, today's calls stand already."""
    elder = get_object_or_404(Elder, pk__in=_theirs(request), pk=pk)
    at = _time(request.POST.get("at", ""))
    plan = get_object_or_404(CheckInPlan, elder=elder, active=True)
    plan.at = at
    plan.save(update_fields=["at"])
    _trace(request, elder, "check-in time changed", now=timezone.now())
    return _back(elder.pk)


@require_POST
@login_required
def raise_contact(request: KnownRequest, pk: int) -> HttpResponse:
    """The contact `pk` is rung one place earlier."""
    chosen = get_object_or_404(Contact, pk=pk, elder__in=_theirs(request))
    with transaction.atomic():
        Elder.objects.select_for_update(of=("self",), no_key=True).get(pk=chosen.elder_id)
        everybody = list(Contact.objects.filter(elder=chosen.elder_id).order_by("order", "id"))
        place = everybody.index(chosen)
        everybody.insert(max(0, place - 1), everybody.pop(place))
        for order, contact in enumerate(everybody, start=1):
            Contact.objects.filter(pk=contact.pk).update(order=order)
        _trace(request, chosen.elder, "order of contacts changed", now=timezone.now())
    return _back(chosen.elder_id)


def _theirs(request: KnownRequest) -> list[int]:
    """Whose requests they may know of; 403 for who is nobody's relative."""
    if Role.FAMILY not in roles.of(request.user):
        raise PermissionDenied
    agreed = request.user.consents.filter(
        consent.running(timezone.now()), scope=Consent.Scope.REQUESTS
    ).values("elder")
    links = FamilyLink.objects.filter(user=request.user, barred=False, elder__in=agreed)
    return list(links.values_list("elder", flat=True))


def _time(typed: str) -> time:
    try:
        found = parse_time(typed)
    except ValueError:  # 25:00
        found = None
    if found is None:
        raise bad("at", _("A time such as 09:30."))
    return found


def _trace(request: KnownRequest, elder: Elder, what: str, *, now: datetime) -> None:
    ledger.record(actor=request.user, elder=elder, what=what, purpose="family", now=now)


def _back(elder_id: int) -> HttpResponseRedirect:
    return redirect(f"{reverse('family')}?elder={elder_id}")
