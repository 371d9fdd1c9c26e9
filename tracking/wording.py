"""The sentences an operator reads out: places, distances and ages in words."""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tracking import geo

if TYPE_CHECKING:
    from tracking.locate import Estimate
    from tracking.models import Alarm

AT_HOME_M = 50


def sentence(estimate: "Estimate") -> str:
    """What is known, then what speaks against it."""
    parts = [_known(estimate), going(estimate.course), _but(estimate.alternative, estimate)]
    return " ".join(filter(None, parts))


def going(course: float | None) -> str:
    """The direction of travel; "" where there is none."""
    return "" if course is None else _("Going %(direction)s.") % {"direction": direction(course)}


def strayed(alarm: "Alarm") -> str:
    """Why a zone of ours raised this alarm; "" for an alarm that a device cried itself."""
    if alarm.zone is None:
        return ""
    facts = {"zone": alarm.zone, "time": f"{timezone.localtime(alarm.fixed_at):%H:%M}"}
    if alarm.zone.kind == "no_go":
        words = _("Is where she should not be: %(zone)s. Last seen at %(time)s.")
    elif alarm.zone.kind == "home":
        words = _("Is away from %(zone)s when she should be there. Last seen at %(time)s.")
    else:
        words = _("Has left %(zone)s. Last seen at %(time)s.")
    return " ".join(filter(None, [words % facts, going(alarm.course)]))


def age(age_s: float) -> str:
    """An age one can say: seconds up to a minute and a half, then minutes, hours, days."""
    if age_s < 90:
        number = round(age_s)
        return ngettext("%(number)d second", "%(number)d seconds", number) % {"number": number}
    if age_s < 90 * 60:
        number = round(age_s / 60)
        return ngettext("%(number)d minute", "%(number)d minutes", number) % {"number": number}
    if age_s < 36 * 3600:
        number = round(age_s / 3600)
        return ngettext("%(number)d hour", "%(number)d hours", number) % {"number": number}
    number = round(age_s / 86400)
    return ngettext("%(number)d day", "%(number)d days", number) % {"number": number}


def distance(distance_m: float) -> str:
    """A distance one can say: to ten metres below a kilometre, to a hundred above."""
    if distance_m < 995:
        return _("%(metres)d m") % {"metres": max(10, round(distance_m, -1))}
    return _("%(kilometres).1f km") % {"kilometres": distance_m / 1000}


def direction(course: float) -> str:
    """One of the eight winds."""
    winds = [
        _("north"),
        _("north-east"),
        _("east"),
        _("south-east"),
        _("south"),
        _("south-west"),
        _("west"),
        _("north-west"),
    ]
    return winds[geo.octant(course)]


def _known(estimate: "Estimate") -> str:
    facts = {"place": _place(estimate)}
    if estimate.source == "home":
        return _("No recent position. Home: %(place)s.") % facts
    if estimate.source == "line":
        return _("Calling from the line at home: %(place)s.") % facts
    facts["age"] = age(estimate.age_s or 0)
    if estimate.source == "visit":
        return _("Somebody of ours was with her %(age)s ago: %(place)s.") % facts
    if estimate.source in ("cell", "wifi"):
        facts["error"] = distance(estimate.accuracy_m or 0)
        return (
            _("By the masts and Wi-Fi around her, %(age)s ago: %(place)s, within %(error)s.")
            % facts
        )
    if estimate.is_last_known:
        return _("Last known, %(age)s ago: %(place)s.") % facts
    if estimate.accuracy_m is None:
        return _("Seen %(age)s ago: %(place)s.") % facts
    facts["error"] = distance(estimate.accuracy_m)
    return _("Seen %(age)s ago: %(place)s, give or take %(error)s.") % facts


def _but(other: "Estimate | None", chosen: "Estimate") -> str:
    if other is None:
        return ""
    away_m = geo.distance_m(chosen.lat, chosen.lon, other.lat, other.lon)
    facts = {"distance": distance(away_m), "age": age(other.age_s or 0)}
    if other.is_measured:
        return _("But the device was %(distance)s away %(age)s ago: ask.") % facts
    return _("Home is %(distance)s away: ask.") % facts


def _place(estimate: "Estimate") -> str:
    """Told from her home where that is known, because a street is quicker said than degrees."""
    elder = estimate.elder
    chinese = (get_language() or "").startswith("zh")
    address = (elder.address_zh or elder.address) if chinese else elder.address or elder.address_zh
    degrees = f"{estimate.lat:.5f}, {estimate.lon:.5f}"
    if not estimate.is_measured:
        return address or degrees
    near = estimate.address
    if elder.lat is None or elder.lon is None:
        return near or degrees
    away = geo.leg(elder.lat, elder.lon, estimate.lat, estimate.lon)
    if away.distance_m <= max(AT_HOME_M, min(estimate.accuracy_m or 0, 300)):
        return _("at home, %(address)s") % {"address": address} if address else _("at home")
    facts = {"distance": distance(away.distance_m), "direction": direction(away.course)}
    told = _("%(distance)s %(direction)s of home (%(address)s)") % {
        **facts,
        "address": address or degrees,
    }
    return f"{told}, {near}" if near else told
