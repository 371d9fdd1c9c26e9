"""`/zones/…`: where an elder should be and should not be, for her family and for operators."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dispatch.pages import looks
from dispatch.pages.gates import KnownRequest
from elders import ledger, roles
from elders.models import Elder, User
from elders.roles import Role
from tracking import fences
from tracking.models import Zone
from tracking.selectors import elders_with_zones

CROSSINGS = 30  # shown


class ZoneForm(forms.ModelForm[Zone]):
    """A circle; ways and areas with corners are drawn in the registers."""

    lat = forms.FloatField(label=_("Latitude of the middle"), min_value=-90, max_value=90)
    lon = forms.FloatField(label=_("Longitude of the middle"), min_value=-180, max_value=180)
    radius_m = forms.FloatField(
        label=_("Radius in metres"), min_value=30, max_value=20_000, initial=150
    )
    longest_h = forms.FloatField(
        label=_("At other hours at most so many hours (empty: as she usually does)"),
        min_value=0.5,
        max_value=72,
        required=False,
    )

    class Meta:
        model = Zone
        fields = ("kind", "name", "watched_from", "watched_until")
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("watched_from", "watched_until")
        }

    field_order = ("kind", "name", "lat", "lon", "radius_m", "watched_from", "watched_until")

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if not self.errors:
            self.instance.corners = [[said["lat"], said["lon"]]]
            self.instance.radius_m = said["radius_m"]
            longest_h = said["longest_h"]
            self.instance.longest_s = None if longest_h is None else round(longest_h * 3600)
        return said


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def of_elder(request: KnownRequest, pk: int) -> HttpResponse:
    """Her zones, who crossed them when, and a form for another one."""
    elder = get_object_or_404(_seen(request.user), pk=pk)
    posted = request.method == "POST"
    form = ZoneForm(
        request.POST if posted else None,
        instance=Zone(elder=elder),
        initial={"lat": elder.lat, "lon": elder.lon},
    )
    if posted and form.is_valid():
        form.save()
        _told(request.user, elder, "drew a zone")
        return redirect("zones", pk)
    return _page(request, elder, form)


@require_POST
@never_cache
@login_required
def switch_off(request: KnownRequest, pk: int) -> HttpResponse:
    """The zone watches no longer; what it raised stays explained."""
    zone = get_object_or_404(Zone, pk=pk, elder__in=_seen(request.user))
    fences.switch_off(zone)
    _told(request.user, zone.elder, "switched off a zone")
    return redirect("zones", zone.elder_id)


def _page(request: KnownRequest, elder: Elder, form: ZoneForm) -> HttpResponse:
    now = timezone.now()
    looks.keep(request.user, [elder], what="zones", purpose="zones", now=now)
    own = elder.zones.filter(active=True)
    shown = {
        "elder": elder,
        "zones": [(zone, zone.stands.select_related("device")) for zone in own],
        "crossings": fences.crossings_of(elder)[:CROSSINGS],
        "form": form,
    }
    return render(request, "zones/index.html", shown, status=400 if form.errors else 200)


def _seen(user: User) -> QuerySet[Elder]:
    """Whose zones this user may see and draw; the wrong kind of person gets 403."""
    if not roles.of(user) & {Role.OPERATOR, Role.SUPERVISOR, Role.FAMILY}:
        raise PermissionDenied
    return elders_with_zones(user, now=timezone.now())


def _told(user: User, elder: Elder, what: str) -> None:
    ledger.record(actor=user, elder=elder, what="zones", purpose=what, now=timezone.now())
