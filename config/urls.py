"""Where each path of the house leads. Devices and carriers answer with and without a slash."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _

from config import basemap, health, living, metrics, standing
from dispatch.api import api

admin.site.site_header = admin.site.site_title = _("One Number")
admin.site.index_title = _("Registers")

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.scrape),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("basemap.json", basemap.serve, name="basemap"),
    path("demo/living/", living.switch, name="living"),
    path("console/standing/", standing.standing, name="console-standing"),
    path("positions/", include("tracking.urls")),
    path("telephony/twilio/", include("telephony.carriers.twilio.urls")),
    path("api/v1/", api.urls),
    path("", include("dispatch.pages.urls")),
]
if settings.SIMULATOR:
    urlpatterns.append(
        path("telephony/simulator/", include("telephony.carriers.simulator.urls")),
    )

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.crashed"
