"""`/positions/…` in front of Django: what a device needs, and nothing that only people need.

A request through Django's middleware and views costs ten times as much.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import nullcontext
from functools import partial
from random import getrandbits
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone, translation
from django.utils.translation import trans_real

from config.logging import bind
from config.middleware import RequestContext
from tracking import door, endpoints, lanes
from tracking.endpoints import Answer, Endpoint, Request
from tracking.errors import TrackingError
from tracking.messages import Message
from tracking.reception import Sender

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[..., Awaitable[None]]

REQUEST_ID = RequestContext.ID
ALWAYS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
LIST = 4_000  # bytes; more is a list, of which one is read at a time
LONG = 64_000  # bytes; more is read beside the loop
CRY = b"alarm"  # a list with this in it is read at once: somebody may cry for help in it
BODY_WITHIN_S = 30.0  # a sender that is slower is answered for what has come
log = logging.getLogger(__name__)

_turns = WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]()


def in_front_of(django: Application) -> Application:
    """Answers what devices send, and passes everything else on."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = endpoints.named(scope["path"])
        if endpoint is None:
            await django(scope, receive, send)
        else:
            await _serve(endpoint, scope, receive, send)

    return application


async def _serve(endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    request = Request(
        method=scope["method"],
        query=scope["query_string"].decode("latin-1"),
        body=await _body(receive) if scope["method"] == "POST" else b"",
        headers=headers,
        address=(scope.get("client") or ("",))[0],
    )
    request_id = headers.get("x-request-id", "")
    if not REQUEST_ID.fullmatch(request_id):
        request_id = f"{getrandbits(128):032x}"
    answer = await _answer(endpoint, request, request_id)
    body = answer.body()
    lines = [
        *ALWAYS,
        (b"x-request-id", request_id.encode()),
        (b"content-length", str(len(body)).encode()),
        *((name.lower().encode(), value.encode()) for name, value in answer.headers.items()),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": lines})
    await send({"type": "http.response.body", "body": body})


async def _answer(endpoint: Endpoint, request: Request, request_id: str) -> Answer:
    if refusal := endpoints.wrong_verb(endpoint, request):
        return refusal
    messages, sender = await _read(endpoint, request)
    with bind(request_id=request_id) if any(m.kinds for m in messages) else nullcontext():
        try:
            receipt = await door.take(messages, sender=sender, now=timezone.now())
        except TrackingError as error:
            if error.http_status >= 500 and error.code != "queue_full":
                log.error("request failed: %s", error.code)
            with translation.override(_language(request)):
                return endpoints.refused(error)
        except DatabaseError:
            log.exception("the database does not take what devices say")
            return endpoints.refused(TrackingError("unavailable", 503))
        except Exception:
            log.exception("request failed")
            return endpoints.refused(TrackingError("server_error", 500))
    return Answer(200, endpoint.told(receipt))


async def _read(endpoint: Endpoint, request: Request) -> tuple[Sequence[Message], Sender]:
    """What the request says. A hundred lists that come together are a third of a second of reading:
    what is short, an alarm, goes in between."""
    read = partial(endpoint.read, request, timezone.get_default_timezone())
    if len(request.body) <= LIST:
        return read()
    if len(request.body) > LONG:
        return await asyncio.to_thread(read)
    if CRY in request.body:
        return read()
    async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        await lanes.give_way()
        return read()


async def _body(receive: Receive) -> bytes:
    """What was sent, as far as it came: a cry in half a body is a cry. Beyond what a decoder reads
    it is read on and forgotten."""
    kept, size = [], 0
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            while True:
                event = await receive()
                part = event.get("body", b"")
                if size <= endpoints.MAX_BODY:
                    kept.append(part[: endpoints.MAX_BODY + 1 - size])
                size += len(part)
                if not event.get("more_body"):
                    break
    except TimeoutError:
        log.warning("a body did not come to its end")
    return b"".join(kept)


def _language(request: Request) -> str:
    """The first language of the request that we speak."""
    for code, _ in trans_real.parse_accept_lang_header(request.headers.get("accept-language", "")):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return str(settings.LANGUAGE_CODE)
