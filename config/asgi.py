"""The server's entry: devices, pages and API, sockets, and the worker's life beside them."""

import asyncio
import os
from collections.abc import Awaitable, Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()  # loads the apps; what follows needs them

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from config import embedded, feed, interpreter, positions
from config.checks import refuse_what_is_broken
from config.gateway import GatewayHost
from config.living import living
from config.positions import Receive, Scope, Send
from dispatch.live.routing import websocket_urlpatterns


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuses to start what is configured wrongly; starts and stops what runs beside the pages."""
    await receive()
    try:
        await asyncio.to_thread(refuse_what_is_broken)
    except Exception as reason:  # the server must be told why, whatever it is
        await send({"type": "lifespan.startup.failed", "message": str(reason)})
        return
    stop = _start_production() if settings.REDIS_URL else await _start_embedded()
    interpreter.settle()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await stop()
    await send({"type": "lifespan.shutdown.complete"})


async def _start_embedded() -> Callable[[], Awaitable[None]]:
    embedded.start()
    gateway = GatewayHost()
    await gateway.start()

    async def stop() -> None:
        await gateway.stop()
        await asyncio.to_thread(_stop_embedded)

    return stop


def _stop_embedded() -> None:
    living.stop(wait_s=5)
    embedded.stop()


def _start_production() -> Callable[[], Awaitable[None]]:
    following = asyncio.create_task(feed.follow())

    async def stop() -> None:
        following.cancel()
        await asyncio.wait([following], timeout=2)  # a client that hangs keeps nobody from leaving

    return stop


application = ProtocolTypeRouter(
    {
        "http": positions.in_front_of(http),
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
        ),
        "lifespan": lifespan,
    }
)
