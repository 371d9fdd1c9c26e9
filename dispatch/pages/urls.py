"""The pages people open, by who they are."""

from django.urls import include, path

urlpatterns = [
    path("console/", include("dispatch.pages.console_urls")),
]
