"""Where each path of the house leads. Devices and carriers answer with and without a slash."""

from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import basemap, health, living, metrics
from dispatch.api import api


def _app(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    """The URLs of an app, if it has any."""
    try:
        return [path(prefix, include(module))] if find_spec(module) else []
    except ImportError:
        return []


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.scrape),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("basemap.json", basemap.serve, name="basemap"),
    path("demo/living/", living.switch, name="living"),
    *_app("positions/", "tracking.urls"),
    *_app("telephony/", "telephony.urls"),
    path("api/v1/", api.urls),
    *_app("", "dispatch.pages.urls"),
]
if settings.SIMULATOR:
    urlpatterns += _app("telephony/simulator/", "telephony.carriers.simulator.urls")

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.crashed"
