"""The two sockets. They carry topics and nothing else; what is shown is fetched by the page."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils import timezone

from dispatch import desk, links
from dispatch.live import topics
from dispatch.live.hub import Watcher, hub
from elders import tokens
from elders.models import User

P = ParamSpec("P")
T = TypeVar("T")
BEAT_S = 15  # permissions are asked again and an operator's leases renewed this often
MOST_TOPICS = 50
FORBIDDEN = "forbidden"
log = logging.getLogger(__name__)


class Live(AsyncWebsocketConsumer):
    """`/ws/live/`: {"subscribe": [topic, …]} → {"topic", "seq"} at once and on every change.

    For a signed-in page, or for a program with its bearer token, which watches and keeps no desk.
    """

    async def connect(self) -> None:
        self.watcher = Watcher(asyncio.get_running_loop())
        self.tasks: list[asyncio.Task[None]] = []
        if not await self.admitted():
            await self.close(code=4401)
            return
        await self.accept()
        self.tasks = [asyncio.create_task(self._forward()), asyncio.create_task(self._beat())]

    async def disconnect(self, code: int) -> None:
        hub.close(self.watcher)
        for task in self.tasks:
            task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        wanted = _wanted(text_data)
        if wanted is None:
            await self._send(
                {"error": {"code": "bad_message", "message": 'Send {"subscribe": […]}'}}
            )
            return
        for topic in wanted:
            if topic not in self.watcher.topics and len(self.watcher.topics) >= MOST_TOPICS:
                await self._send({"topic": topic, "error": "too_many"})
                continue
            # Watched before it is asked for, so that nothing falls between the two.
            hub.watch(self.watcher, topic)
            await self._answer(topic)

    async def admitted(self) -> bool:
        """Whether this socket may be opened at all."""
        return await self._user() is not None

    async def ask(self, topic: str) -> tuple[bool, int | None]:
        """Whether the topic may be watched now, and the seq to begin from."""
        user = await self._user()
        return await read(topics.seq_if_allowed, user, topic) if user else (False, None)

    async def alive(self) -> None:
        """A sign of life: whoever sits at the desk keeps what they own."""
        if self._token is None:
            await read(desk.renew, self.scope["user"], now=timezone.now())

    async def _user(self) -> User | None:
        """Who watches. A token is judged anew each time: it may have been revoked."""
        if self._token is not None:
            return await read(tokens.user_of, self._token, now=timezone.now())
        user = self.scope["user"]
        return user if isinstance(user, User) else None

    @property
    def _token(self) -> str | None:
        said = dict(self.scope["headers"]).get(b"authorization", b"").decode("latin-1")
        scheme, _, token = said.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    async def _answer(self, topic: str) -> None:
        allowed, seq = await self.ask(topic)
        if allowed:
            await self._send({"topic": topic, "seq": seq})
        else:
            hub.leave(self.watcher, topic)
            await self._send({"topic": topic, "error": FORBIDDEN})

    async def _forward(self) -> None:
        while True:
            for topic, seq in (await self.watcher.take()).items():
                await self._send({"topic": topic, "seq": seq})

    async def _beat(self) -> None:
        """Permission is asked again while the socket is open: what was taken away goes silent.

        A socket that can no longer keep leases alive must not look alive: it is closed, the page
        says so, and comes again.
        """
        try:
            while True:
                await self._beat_once()
                await asyncio.sleep(BEAT_S)
        except Exception:
            log.exception("a socket's beat failed")
            await self.close(code=1011)

    async def _beat_once(self) -> None:
        await self.alive()
        for topic in list(self.watcher.topics):
            allowed, _ = await self.ask(topic)
            if not allowed:
                await self._answer(topic)

    async def _send(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(RuntimeError):  # the socket closed under us
            await self.send(json.dumps(message))


class Track(Live):
    """`/ws/track/<token>/`: the same for a family page without a login."""

    async def admitted(self) -> bool:
        return await read(links.is_alive, self._link, now=timezone.now())

    async def ask(self, topic: str) -> tuple[bool, int | None]:
        return await read(links.seq_if_allowed, self._link, topic, now=timezone.now())

    async def alive(self) -> None:
        """Nothing to keep alive."""

    @property
    def _link(self) -> str:
        return str(self.scope["url_route"]["kwargs"]["token"])


class Nowhere(AsyncWebsocketConsumer):
    """A socket that does not exist: closed, where Channels would break."""

    async def connect(self) -> None:
        await self.close(code=4404)


# Reads run side by side on a pool: Channels' default would put every socket in one queue.
async def read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Awaits a database read off the loop."""
    answer: T = await database_sync_to_async(function, thread_sensitive=False)(*args, **kwargs)
    return answer


def _wanted(text: str | None) -> list[str] | None:
    try:
        message = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    wanted = message.get("subscribe") if isinstance(message, dict) else None
    if not isinstance(wanted, list) or not all(isinstance(t, str) for t in wanted):
        return None
    return [topic[:80] for topic in wanted[:MOST_TOPICS]]
