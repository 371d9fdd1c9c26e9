"""`/positions/…`: devices are answered with and without a slash at the end."""

from django.urls import re_path

from tracking import views
from tracking.endpoints import ENDPOINTS

urlpatterns = [
    re_path(rf"^{name}/?$", views.receive, {"name": name}, name=f"positions-{name}")
    for name in ENDPOINTS
]
