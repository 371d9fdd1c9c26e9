"""Where the sockets are."""

from django.urls import path

from dispatch.live.consumers import Live, Track

websocket_urlpatterns = [
    path("ws/live/", Live.as_asgi()),
    path("ws/track/<str:token>/", Track.as_asgi()),
]
