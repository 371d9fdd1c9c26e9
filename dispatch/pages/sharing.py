"""Who may see her: each relative's consent, and the links without a login, made and taken back.

By the elder herself (`/elder/sharing/`) or by an operator for her, from her card on the console,
and by nobody else. A link's token is shown once, on the answer to the press that made it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dispatch import links
from dispatch.models import ServiceRequest, TrackLink
from dispatch.pages import looks
from dispatch.pages.desk.guard import bad, number, operators_only, words
from dispatch.pages.gates import KnownRequest, for_elders
from dispatch.states import OPEN
from elders import consent
from elders import selectors as register
from elders.models import Consent, Elder, FamilyLink

VISIT = "visit"  # in place of days: as long as what is going on now, and two hours after
DAYS = ((1, _("for one day")), (30, _("for 30 days")), (365, _("for a year")))
SHOWN = timedelta(days=30)  # a link that has ended stays on the list for so long
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Relative:
    """`scopes`: what there is to see, what it is called, and whether this relative may."""

    row: FamilyLink
    scopes: list[tuple[str, Any, bool]]


@dataclass(frozen=True, slots=True)
class Sharing:
    elder: Elder
    own: bool  # she is looking herself
    relatives: list[Relative]
    links: list[tuple[TrackLink, bool]]  # and whether it still opens
    visit: ServiceRequest | None  # what is going on, which a link may be for alone
    days: Any = DAYS


def for_operators(view: View) -> View:
    """The view gets the elder of the address, as far as this operator sees her."""

    @never_cache
    @operators_only
    @wraps(view)
    def guarded(request: KnownRequest, elder_id: int, *args: Any, **kwargs: Any) -> HttpResponse:
        seen = register.elders_for(request.user, now=timezone.now())
        return view(request, get_object_or_404(seen, pk=elder_id), *args, **kwargs)

    return guarded


def _index(request: KnownRequest, elder: Elder) -> HttpResponse:
    return _page(request, elder)


def _make(request: KnownRequest, elder: Elder) -> HttpResponse:
    """A new link; its address is in this answer and never again."""
    now = timezone.now()
    given_to = words(request.POST, "given_to", most=80, needed=True)
    ends = _ends(request.POST, elder, now=now)
    token = links.issue(elder, given_to=given_to, made_by=request.user, now=now, **ends)
    url = settings.PUBLIC_BASE_URL + reverse("track", args=[token])
    return _page(request, elder, fresh=url)


def _ends(form: QueryDict, elder: Elder, *, now: datetime) -> dict[str, Any]:
    """With what or when the link ends. A visit that ended while she was choosing is one, too."""
    if form.get("days") == VISIT:
        if visit := links.latest(elder.requests.all(), now=now):
            return {"request": visit}
    elif (days := number(form, "days") or 0) in dict(DAYS):
        return {"expires_at": now + timedelta(days=days)}
    raise bad("days", str(_("Please choose one.")))


def _revoke(request: KnownRequest, elder: Elder, pk: int) -> HttpResponse:
    links.revoke(get_object_or_404(TrackLink, pk=pk, elder=elder), now=timezone.now())
    return _back(request, elder)


def _agree(request: KnownRequest, elder: Elder, pk: int, scope: str) -> HttpResponse:
    """What a relative may see, switched on or off."""
    relative = get_object_or_404(FamilyLink, pk=pk, elder=elder)
    if scope not in Consent.Scope.values:
        raise bad("scope", str(_("Please choose one.")))
    now, about = timezone.now(), Consent.Scope(scope)
    if request.POST.get("on") == "1":
        consent.give(elder, relative.user, about, now=now)
    else:
        consent.withdraw(elder, relative.user, about, now=now)
    return _back(request, elder)


def _back(request: KnownRequest, elder: Elder) -> HttpResponseRedirect:
    if elder.user_id == request.user.pk:
        return redirect("elder-sharing")
    return redirect("console-sharing", elder.pk)


def _page(request: KnownRequest, elder: Elder, *, fresh: str = "") -> HttpResponse:
    now = timezone.now()
    own = elder.user_id == request.user.pk
    if not own:
        looks.keep(request.user, [elder], what="sharing", purpose="console", now=now)
    context = {
        "page": read(elder, own=own, now=now),
        "fresh": fresh,
        "hotline": settings.HOTLINE_NUMBER,
    }
    return render(request, "elder/sharing.html", context)


def read(elder: Elder, *, own: bool, now: datetime) -> Sharing:
    running = set(elder.consents.filter(consent.running(now)).values_list("grantee", "scope"))
    relatives = [
        Relative(
            one,
            [
                (scope, name, (one.user_id, scope) in running)
                for scope, name in Consent.Scope.choices
            ],
        )
        for one in elder.family.select_related("user").order_by("pk")
    ]
    kept = [
        (link, links.opens(link, now=now))
        for link in elder.track_links.select_related("request").order_by("-pk")
    ]
    lately = now - SHOWN
    shown = [(link, opens) for link, opens in kept if opens or _ended(link, now=now) > lately]
    visit = links.latest(elder.requests.filter(state__in=OPEN).select_related("category"), now=now)
    return Sharing(elder, own, relatives, shown, visit)


def _ended(link: TrackLink, *, now: datetime) -> datetime:
    visited = link.request.closed_at if link.request else None
    return link.revoked_at or link.expires_at or visited or now


index = require_safe(for_elders(_index))
make = require_POST(for_elders(_make))
revoke = require_POST(for_elders(_revoke))
agree = require_POST(for_elders(_agree))
desk_index = require_safe(for_operators(_index))
desk_make = require_POST(for_operators(_make))
desk_revoke = require_POST(for_operators(_revoke))
desk_agree = require_POST(for_operators(_agree))
