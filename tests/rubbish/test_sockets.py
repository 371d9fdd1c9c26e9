"""Rubbish on the sockets: an answer or a closed line, and the next message is still heard."""

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from config.asgi import application
from tests import cast

pytestmark = [pytest.mark.django_db(transaction=True)]

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


class Socket:
    """One WebSocket to the house, without a network between."""

    def __init__(self, path: str, cookie: bytes = b"") -> None:
        headers = [(b"origin", b"http://localhost"), (b"host", b"localhost"), (b"cookie", cookie)]
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers}
        self._line = ApplicationCommunicator(application, scope | {"subprotocols": []})

    async def opens(self) -> bool:
        await self._line.send_input({"type": "websocket.connect"})
        answer = await self._line.receive_output(timeout=20)
        return bool(answer["type"] == "websocket.accept")

    async def say(self, words: str | bytes) -> None:
        kind = "text" if isinstance(words, str) else "bytes"
        await self._line.send_input({"type": "websocket.receive", kind: words})

    async def hear(self) -> Any:
        return json.loads((await self._line.receive_output(timeout=20))["text"])

    async def leave(self) -> None:
        await self._line.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._line.wait(timeout=20)


def _cookie_of_olive() -> bytes:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    olive, session = cast.olive(), SessionStore()
    session[SESSION_KEY] = str(olive.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = olive.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}".encode()


async def test_after_every_kind_of_rubbish_the_socket_still_answers():
    line = Socket("/ws/live/", await sync_to_async(_cookie_of_olive)())
    assert await line.opens()
    for rubbish in RUBBISH:
        await line.say(rubbish)
        await line.say('{"subscribe": ["calls"]}')
        while (answer := await line.hear()) != {"topic": "calls", "seq": None}:
            assert "error" in answer, (rubbish[:80], answer)
    await line.leave()


@pytest.mark.parametrize("token", ["x", "%00", "\0", "²", "x" * 5000, ".."])
async def test_a_family_socket_with_a_rubbish_link_is_closed(token):
    assert not await Socket(f"/ws/track/{token}/").opens()


async def test_a_socket_that_does_not_exist_is_closed():
    assert not await Socket("/ws/nonsense/").opens()


async def test_a_stranger_gets_no_socket():
    assert not await Socket("/ws/live/").opens()
