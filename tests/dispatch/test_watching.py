"""A program may watch what its account may see; watching, it is nobody at the desk."""

import json

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from dispatch import presence
from dispatch.live.consumers import Live
from dispatch.live.hub import hub
from elders import tokens
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


def socket_with(token, name="bearer"):
    headers = [(b"authorization", f"{name} {token}".encode())]
    scope = {"type": "websocket", "path": "/ws/live/", "headers": headers, "user": AnonymousUser()}
    return ApplicationCommunicator(Live.as_asgi(), scope)


async def heard(socket):
    return json.loads((await socket.receive_output(timeout=20))["text"])


async def watches(socket, topic):
    await socket.send_input(
        {"type": "websocket.receive", "text": json.dumps({"subscribe": [topic]})}
    )
    return await heard(socket)


@sync_to_async
def olives_token():
    return tokens.issue(cast.olive(), "a monitor", now=timezone.now())


async def test_a_program_is_woken_by_its_token_until_it_is_revoked_and_is_never_at_the_desk():
    token = await olives_token()
    socket = socket_with(token)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(timeout=20))["type"] == "websocket.accept"
    assert await watches(socket, "console") == {"topic": "console", "seq": None}
    hub.publish("console", None)
    assert await heard(socket) == {"topic": "console", "seq": None}
    assert await sync_to_async(presence.at_desk)() == []
    await sync_to_async(tokens.revoke)(token, now=timezone.now())
    assert await watches(socket, "calls") == {"topic": "calls", "error": "forbidden"}
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
    await socket.wait(timeout=20)


@pytest.mark.parametrize("name", ["bearer", "basic"])
async def test_a_token_that_nobody_was_given_opens_nothing(name):
    socket = socket_with("no-such-token", name)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(timeout=20))["type"] == "websocket.close"
