"""What is at a place, in words: a geocoder's address if one is set and has been asked, else the
nearest landmark of the town. Nobody who needs a place waits for a geocoder.
"""

import logging
from datetime import datetime, timedelta
from functools import lru_cache
from math import cos, radians
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from geopy.exc import GeopyError
from geopy.geocoders import get_geocoder_for_service

from tracking import datums, geo
from tracking.models import Address, Landmark

log = logging.getLogger(__name__)

FAR_M = 400.0  # a landmark further away says nothing
DEGREE_M = 111_195.0
DEADLINE_S = 4.0
TRIES = 3
EVERY_S = 1.0  # what OpenStreetMap's own Nominatim asks for


def near(lat: float, lon: float) -> str:
    """ "near 12 Willow Lane, Chengxi", in the language in use; "" where nothing is known."""
    language = get_language() or settings.LANGUAGE_CODE
    if settings.GEOCODER and (told := _told(lat, lon, language)):
        return told
    return _near_landmark(lat, lon, chinese=language.startswith("zh"))


def sweep(*, now: datetime) -> int:
    """Asks the geocoder about one wanted place, outside any transaction; 1 if it answered."""
    if not settings.GEOCODER:
        return 0
    last = Address.objects.order_by("-told_at").filter(told_at__gt=now - timedelta(seconds=EVERY_S))
    wanted = Address.objects.filter(told_at=None, tries__lt=TRIES).order_by("tries", "-id").first()
    if wanted is None or last.exists():
        return 0
    row = Address.objects.filter(pk=wanted.pk, told_at=None, tries=wanted.tries)
    if not row.update(tries=wanted.tries + 1):
        return 0  # somebody else asks
    language = "zh" if wanted.language.startswith("zh") else "en"
    try:
        found = geocoder().reverse(_asked(wanted), timeout=DEADLINE_S, **_language(language))
    except (GeopyError, ValueError) as fault:
        log.warning("the geocoder did not answer: %s", type(fault).__name__)
        return 0
    text = found.address if found else ""
    return Address.objects.filter(pk=wanted.pk).update(text=text[:300], told_at=now)


@lru_cache
def geocoder() -> Any:
    """The one of the settings; ValueError or TypeError where they name none."""
    options: dict[str, Any] = dict(settings.GEOCODER_OPTIONS)
    if settings.GEOCODER == "nominatim":
        options.setdefault("user_agent", "one-number")
    return get_geocoder_for_service(settings.GEOCODER)(**options)


def _asked(wanted: Address) -> tuple[float, float]:
    """The place as the geocoder measures: Baidu's own means BD-09."""
    lat, lon = map(float, wanted.place.split(","))
    baidu = settings.GEOCODER.startswith("baidu")
    return datums.from_wgs84(lat, lon, datums.BD09) if baidu else (lat, lon)


def _language(language: str) -> dict[str, str]:
    """Only some of them are told which language to answer in."""
    return {"language": language} if settings.GEOCODER in ("nominatim", "googlev3") else {}


def _told(lat: float, lon: float, language: str) -> str:
    """What the geocoder said; a place it was not asked about is wanted from now on."""
    place = f"{lat:.4f},{lon:.4f}"
    known = Address.objects.filter(place=place, language=language).first()
    if known is None:
        wanted = Address(place=place, language=language)
        Address.objects.bulk_create([wanted], ignore_conflicts=True)
    return known.text if known else ""


def _near_landmark(lat: float, lon: float, *, chinese: bool) -> str:
    high = FAR_M / DEGREE_M
    wide = high / max(0.01, cos(radians(lat)))
    around = Landmark.objects.filter(
        lat__range=(lat - high, lat + high), lon__range=(lon - wide, lon + wide)
    )
    found = [(geo.distance_m(lat, lon, one.lat, one.lon), one) for one in around[:500]]
    away_m, nearest = min(found, key=lambda one: one[0], default=(FAR_M + 1, None))
    if nearest is None or away_m > FAR_M:
        return ""
    name, area = nearest.name, nearest.area
    if chinese:
        name, area = nearest.name_zh or name, nearest.area_zh or area
    else:
        name, area = name or nearest.name_zh, area or nearest.area_zh
    return _("near %(landmark)s") % {"landmark": ", ".join(filter(None, [name, area]))}
