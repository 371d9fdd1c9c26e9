"""Rubbish on the sockets: an answer or a closed line, and the next message is still heard."""

import json
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from config.asgi import application
from tests import cast

pytestmark = [pytest.mark.django_db(transaction=True)]

ORIGIN = (b"origin", b"http://localhost")
RUBBISH = [
    *("", " ", "\0", "nonsense", "[]", "null", "17", '"console"', "{}", '{"subscribe": null}'),
    *('{"subscribe": "console"}', '{"subscribe": {"a": 1}}', '{"subscribe": [null, 1, {}]}'),
    *('{"subscribe": ["\\u0000"]}', '{"subscribe": ["request:\\u0000"]}', '{"subscribe": [""]}'),
    *('{"subscribe": ["\\ud800"]}', '{"subscribe": ["elder:\\u00b2"]}'),
    *('{"subscribe": ["request:-1"]}', f'{{"subscribe": ["request:{"9" * 60}"]}}'),
    *(f'{{"subscribe": ["worker:{"9" * 18}"]}}', '{"subscribe": ["elder:\\u0663"]}'),
    *("[" * 100_000, '{"subscribe": ' + "[" * 50_000, '{"subscribe": ["' + "x" * 2_000_000 + '"]}'),
    json.dumps({"subscribe": [f"request:{n}" for n in range(5_000)]}),
    b"\x00\xff\xfe",
]


@pytest.fixture
async def line() -> AsyncIterator[WebsocketCommunicator]:
    cookie = await sync_to_async(_cookie_of_olive)()
    socket = WebsocketCommunicator(
        application, "/ws/live/", headers=[ORIGIN, (b"cookie", cookie), (b"host", b"localhost")]
    )
    connected, _ = await socket.connect(timeout=10)
    assert connected
    yield socket
    await socket.disconnect()


def _cookie_of_olive() -> bytes:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    olive, session = cast.olive(), SessionStore()
    session[SESSION_KEY] = str(olive.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = olive.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}".encode()


async def test_after_every_kind_of_rubbish_the_socket_still_answers(line):
    for rubbish in RUBBISH:
        if isinstance(rubbish, bytes):
            await line.send_to(bytes_data=rubbish)
        else:
            await line.send_to(text_data=rubbish)
        await line.send_to(text_data='{"subscribe": ["calls"]}')
        while (answer := await line.receive_json_from(timeout=20)) != CALLS:
            assert "error" in answer or answer["topic"] == "console", (rubbish[:80], answer)


CALLS = {"topic": "calls", "seq": None}


@pytest.mark.parametrize("token", ["x", "%00", "²", "x" * 5000, "..", "\ud83d"])
async def test_a_family_socket_with_a_rubbish_link_is_closed(token):
    path = f"/ws/track/{token}/"
    socket = WebsocketCommunicator(application, path, headers=[ORIGIN, (b"host", b"localhost")])
    connected, _ = await socket.connect(timeout=10)
    assert not connected


async def test_a_socket_that_does_not_exist_is_closed():
    socket = WebsocketCommunicator(
        application, "/ws/nonsense/", headers=[ORIGIN, (b"host", b"localhost")]
    )
    connected, _ = await socket.connect(timeout=10)
    assert not connected
