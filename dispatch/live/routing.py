"""Where the sockets are."""

from django.urls import path, re_path

from dispatch.live.consumers import Live, Nowhere, Track

websocket_urlpatterns = [
    path("ws/live/", Live.as_asgi()),
    path("ws/track/<str:token>/", Track.as_asgi()),
    re_path(r"", Nowhere.as_asgi()),
]
