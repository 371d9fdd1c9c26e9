"""`/positions/…`: devices are answered with and without a slash at the end."""

from django.urls import re_path

from tracking import views

urlpatterns = [
    re_path(r"^osmand/?$", views.receive_osmand, name="positions-osmand"),
]
