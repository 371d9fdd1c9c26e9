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
from dispatch.templatetags.look import initials
from elders import ledger, roles
from elders.models import Elder, User
from elders.roles import Role
from tracking import fences
from tracking.models import Zone
from tracking.selectors import elders_with_zones
from tracking.zoning import shape_of

CROSSINGS = 30  # shown
LEAST_RADIUS_M = 30


class ZoneForm(forms.ModelForm[Zone]):
    """A circle or an area, drawn on the map or typed; ways are drawn in the registers."""

    shape = forms.ChoiceField(
        label=_("Shape"),
        choices=[("circle", _("circle")), ("area", _("area with corners"))],
        initial="circle",
        required=False,
    )
    lat = forms.FloatField(
        label=_("Latitude of the middle"), min_value=-90, max_value=90, required=False
    )
    lon = forms.FloatField(
        label=_("Longitude of the middle"), min_value=-180, max_value=180, required=False
    )
    corners = forms.CharField(
        label=_("Corners of the area: latitude and longitude, one corner a line"),
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "30.2741, 120.1551"}),
        max_length=4000,
        required=False,
    )
    radius_m = forms.FloatField(
        label=_("Radius of the circle, or how far the area reaches beyond its corners, in metres"),
        min_value=0,
        max_value=20_000,
        initial=150,
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

    field_order = ("kind", "name", "shape", "lat", "lon", "corners", "radius_m", "watched_from")

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if not self.errors:
            is_area = said["shape"] == "area"
            corners = self._area(said["corners"]) if is_area else self._circle(said)
        if not self.errors:
            longest_h = said["longest_h"]
            self.instance.corners, self.instance.radius_m = corners, said["radius_m"]
            self.instance.longest_s = None if longest_h is None else round(longest_h * 3600)
        return said

    def _circle(self, said: dict[str, Any]) -> list[list[float]]:
        middle = [said["lat"], said["lon"]]
        if said["radius_m"] < LEAST_RADIUS_M:
            least = {"metres": LEAST_RADIUS_M}
            self.add_error("radius_m", _("A circle needs %(metres)s metres or more.") % least)
        if None in middle:
            self.add_error("lat", _("Say where its middle is."))
        return [middle]

    def _area(self, typed: str) -> list[list[float]]:
        """The corners as typed: two numbers a line, with a comma or a space between."""
        try:
            found = [
                [float(part) for part in line.replace(",", " ").replace("，", " ").split()]
                for line in typed.splitlines()
                if line.strip()
            ]
            if len(found) < 3:
                raise ValueError("no area")
            shape_of(found, 0)
        except ValueError:
            self.add_error(
                "corners", _("An area has 3 to 100 corners, each with latitude and longitude.")
            )
            return []
        return found


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
        "places": _places(elder),
    }
    return render(request, "zones/index.html", shown, status=400 if form.errors else 200)


def _places(elder: Elder) -> dict[str, Any]:
    """Her home and her zones, as `js/map/zones.js` draws them."""
    home = {"id": "home", "kind": "elder", "text": initials(elder)}
    markers = [] if elder.lat is None else [home | {"lat": elder.lat, "lon": elder.lon}]
    return {"markers": markers, "zones": fences.drawn(elder)}


def _seen(user: User) -> QuerySet[Elder]:
    """Whose zones this user may see and draw; the wrong kind of person gets 403."""
    if not roles.of(user) & {Role.OPERATOR, Role.SUPERVISOR, Role.FAMILY}:
        raise PermissionDenied
    return elders_with_zones(user, now=timezone.now())


def _told(user: User, elder: Elder, what: str) -> None:
    ledger.record(actor=user, elder=elder, what="zones", purpose=what, now=timezone.now())
