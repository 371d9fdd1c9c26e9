"""A console that can no longer keep its calls must not look alive; a cache may be away."""

import pytest
from asgiref.testing import ApplicationCommunicator

from dispatch import desk, presence
from dispatch.live.consumers import Live
from elders.models import User
from tests import cast


class Broken(Live):
    """Its database has just gone away."""

    async def alive(self) -> None:
        raise OSError("the database is away")


async def test_a_socket_whose_beat_fails_is_closed_so_that_the_page_says_so_and_comes_again():
    scope = {"type": "websocket", "headers": [], "user": User(username="olive")}
    socket = ApplicationCommunicator(Broken.as_asgi(), scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output())["type"] == "websocket.accept"
    closed = await socket.receive_output()
    assert (closed["type"], closed["code"]) == ("websocket.close", 1011)


@pytest.mark.django_db
def test_a_console_lives_on_while_the_cache_is_away(settings, now):
    away = "redis://127.0.0.1:1/0"
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": away}}
    olive = cast.olive()
    desk.renew(olive, now=now)
    presence.gone(olive)
    assert presence.at_desk() == []
