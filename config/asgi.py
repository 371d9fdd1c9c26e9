"""The server's entry: pages and API, sockets, and the worker's life beside them."""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()  # loads the apps; what follows needs them

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from config import embedded
from config.checks import refuse_what_is_broken

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuses to start what is configured wrongly; starts and stops the embedded worker."""
    await receive()
    try:
        await asyncio.to_thread(_start)
    except Exception as reason:  # the server must be told why, whatever it is
        await send({"type": "lifespan.startup.failed", "message": str(reason)})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await asyncio.to_thread(embedded.stop)
    await send({"type": "lifespan.shutdown.complete"})


def _start() -> None:
    refuse_what_is_broken()
    if not settings.REDIS_URL:
        embedded.start()


def _sockets() -> Any:
    """Sockets of this origin, with the session's user on them."""
    routes = (
        import_module("dispatch.live.routing").websocket_urlpatterns
        if find_spec("dispatch.live.routing")
        else []
    )
    return AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(routes)))


application = ProtocolTypeRouter({"http": http, "websocket": _sockets(), "lifespan": lifespan})
