"""`/family/`: a relative's account: each elder who let them see something, and what that is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dispatch import links, ratings, selectors
from dispatch.actors import SYSTEM, actor_of
from dispatch.models import Assignment, CheckIn, CheckInPlan, ServiceRequest
from dispatch.pages import family, labels, looks, shell
from dispatch.pages.family import FamilyPage
from dispatch.pages.gates import KnownRequest
from dispatch.states import State
from elders import consent, roles
from elders import selectors as register
from elders.models import AccessEntry, Consent, Contact, Elder, User
from elders.roles import Role
from providers.models import Category
from tracking.models import Device, Zone
from tracking.selectors import devices_for, devices_of

HISTORY = timedelta(days=30)
LOOKS_MOST = 20


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was asked for, and how it ended."""

    category: Category
    opened_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Look:
    """Who looked, in which part, and at what."""

    who: str
    part: str
    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Account:
    """One elder as `user` may see her, and the others they may turn to."""

    page: FamilyPage
    elders: list[Elder]
    earlier: list[Earlier]
    checkin: CheckIn | None
    devices: list[Device]
    zones: list[Zone] | None  # None without her consent for whereabouts
    consents: list[Consent]
    looks: list[Look]
    to_rate: Assignment | None
    plan: CheckInPlan | None
    contacts: list[Contact]


@require_safe
@never_cache
@login_required
def index(request: KnownRequest) -> HttpResponseBase:
    """The page; `?elder=` chooses among several."""
    return _answer(request, "family/index.html")


@require_safe
@never_cache
@login_required
def region(request: KnownRequest) -> HttpResponseBase:
    return _answer(request, "family/now.html")


def _answer(request: KnownRequest, template: str) -> HttpResponse:
    now = timezone.now()
    if Role.FAMILY not in roles.of(request.user):
        raise PermissionDenied
    elders = list(_theirs(request.user, now=now))
    asked = request.GET.get("elder", "")
    account = None
    if asked or elders:
        chosen = get_object_or_404(
            _theirs(request.user, now=now), pk=_key(asked) if asked else elders[0].pk
        )
        looks.keep(request.user, [chosen], what="family page", purpose="family", now=now)
        account = read(request.user, chosen, elders, now=now)
    context = {"account": account, "hotline": settings.HOTLINE_NUMBER, "asked": asked}
    return shell.keep(render(request, template, context), request.user, "family")


def read(user: User, elder: Elder, elders: list[Elder], *, now: datetime) -> Account:
    requests = selectors.requests_for(user, now=now).filter(elder=elder)
    request = links.latest(requests, now=now)
    exact = consent.may_see(user, elder, Consent.Scope.WHEREABOUTS, now=now)
    health = consent.may_see(user, elder, Consent.Scope.HEALTH, now=now)
    hers = devices_of(elder, now=now).values("pk")
    told = consent.may_see(user, elder, Consent.Scope.REQUESTS, now=now)
    lately = requests.filter(closed_at__gt=now - HISTORY).exclude(pk=request.pk if request else 0)
    may = told and not _barred(user, elder)
    days = CheckIn.objects.filter(elder=elder, day=timezone.localdate(now))
    return Account(
        page=family.shown(elder, request, exact=exact, told=may, health=health, now=now),
        elders=elders,
        earlier=[_earlier(one) for one in lately.order_by("-pk")],
        checkin=days.first() if may else None,
        devices=list(devices_for(user, now=now).filter(pk__in=hers)),
        zones=list(elder.zones.filter(active=True)) if exact else None,
        consents=list(elder.consents.filter(consent.running(now), grantee=user).order_by("scope")),
        looks=_looks(list(register.accesses_for(user, elder, now=now)[:LOOKS_MOST])),
        to_rate=ratings.visits(requests, by=user, now=now).first() if may else None,
        plan=CheckInPlan.objects.filter(elder=elder, active=True).first() if may else None,
        contacts=register.contacts(elder) if may else [],
    )


def _looks(entries: list[AccessEntry]) -> list[Look]:
    people = {entry.actor_id: entry.actor for entry in entries}
    parts = {
        key: labels.label(labels.WHO, actor_of(user).kind) if user else ""
        for key, user in people.items()
    }
    return [
        Look(
            labels.named(entry.actor) if entry.actor else _nobodys(entry),
            parts[entry.actor_id],
            entry.at,
            labels.label(labels.LOOKED, entry.what),
        )
        for entry in entries
    ]


def _nobodys(entry: AccessEntry) -> str:
    """Who read without a login: the house itself for another service, else a link."""
    return SYSTEM.name if entry.what == "handover" else _("A family link")


def _earlier(request: ServiceRequest) -> Earlier:
    cancelled = request.state == State.CANCELLED
    words = _("Cancelled") if cancelled else labels.label(labels.DISPOSITIONS, request.disposition)
    return Earlier(request.category, request.opened_at, words)


def _theirs(user: User, *, now: datetime) -> QuerySet[Elder]:
    return register.elders_for(user, now=now).filter(family__user=user).order_by("pk")


def _barred(user: User, elder: Elder) -> bool:
    return elder.family.filter(user=user, barred=True).exists()


def _key(typed: str) -> int:
    """0 for what is no number: that is nobody's."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else 0
