"""`/`: who are you; signing in and out."""

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from dispatch import desk, presence
from dispatch.pages import demo, labels
from elders import roles
from elders.models import User
from elders.roles import Role

ELDER_SESSION_S = 400 * 86400  # the longest a browser keeps a cookie

ROLES: dict[str, Any] = {
    "operator": gettext_lazy("Operator"),
    "supervisor": gettext_lazy("Supervisor"),
    "provider": gettext_lazy("Provider"),
    "worker": gettext_lazy("Carer"),
    "family": gettext_lazy("Family"),
    "elder": gettext_lazy("Elder"),
    "station": gettext_lazy("Community station"),
    "auditor": gettext_lazy("Auditor"),
    "administrator": gettext_lazy("Administrator"),
    "other_family": gettext_lazy("Another family"),
}


@dataclass(frozen=True, slots=True)
class Door:
    url: str
    icon: str
    title: str
    words: str
    first: bool = False


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    own = page_of(request.user)
    doors = [replace(door, first=door.url == own) for door in _doors()]
    accounts = [
        {"role": labels.label(ROLES, role), **account}
        for role, account in demo.card().get("accounts", {}).items()
    ]
    context = {"doors": doors, "accounts": accounts, "hotline": settings.HOTLINE_NUMBER}
    return render(request, "dispatch/home.html", context)


def page_of(user: User | AnonymousUser) -> str:
    """The page somebody's work or life is on; the first page for everybody else."""
    if not isinstance(user, User):
        return reverse("phone") if settings.SIMULATOR else ""
    if roles.is_operator(user):
        return reverse("console")
    if hasattr(user, "worker"):
        return reverse("worker")
    if hasattr(user, "elder"):
        return reverse("elder")
    if roles.is_station(user):
        return reverse("station")
    if user.providers.exists():
        return reverse("provider")
    if Role.FAMILY in roles.of(user):
        return reverse("family")
    return reverse("admin:index") if user.is_staff else reverse("home")


class SignIn(LoginView):
    """Signing in. An elder's tablet stays signed in: her red button must not ask for a password."""

    template_name = "dispatch/sign_in.html"
    extra_context = {"hotline": settings.HOTLINE_NUMBER}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        if hasattr(self.request.user, "elder"):
            self.request.session.set_expiry(ELDER_SESSION_S)
        return answer

    def get_default_redirect_url(self) -> str:
        return page_of(self.request.user)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Out. An operator with something in hand is told to hand it over first."""
    user = request.user
    if isinstance(user, User) and roles.is_operator(user):
        desk.sign_out(user, now=timezone.now())
        presence.gone(user)
    logout(request)
    answer = redirect("home")
    answer["Clear-Site-Data"] = '"storage"'  # pages kept for the time without a line
    return answer


def _doors() -> list[Door]:
    doors = [
        Door(
            reverse("elder"),
            "hand-heart",
            _("I need help"),
            _("For elders: five big buttons, one press"),
        ),
        Door(
            reverse("family"),
            "heart-pulse",
            _("I look after my family"),
            _("For relatives: what she lets you see, and what is happening"),
        ),
        Door(
            reverse("worker"),
            "bike",
            _("I come and help"),
            _("For carers: offers, the way, and the visit"),
        ),
        Door(
            reverse("station"),
            "building-2",
            _("I keep a community station"),
            _("For station staff: whoever walks in is found and helped"),
        ),
        Door(
            reverse("provider"),
            "clipboard-check",
            _("I run a house of carers"),
            _("For providers: workers, visits, prices and licences"),
        ),
        Door(
            reverse("console"),
            "headset",
            _("I answer the calls"),
            _("For operators: calls, alarms and everybody on the way"),
        ),
        Door(
            reverse("admin:index"),
            "clipboard-list",
            _("I keep the registers"),
            _("People, numbers, providers and devices"),
        ),
    ]
    if family := demo.path_of("track"):
        words = _("The page behind the link a family gets; no sign-in")
        doors.insert(1, Door(family, "send", _("My mother is Mei"), words))
    if settings.SIMULATOR:
        words = _("Ring %(number)s from the browser and press a key")
        words %= {"number": settings.HOTLINE_NUMBER}
        doors.insert(0, Door(reverse("phone"), "phone", _("Pick up a handset"), words))
    return doors
