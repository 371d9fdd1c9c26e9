"""Who in this process watches which topic. Pokes come in from any thread, go out on the loop.

Measured for 5,000 sockets: this reaches 94% of bare `websockets`, Channels groups 5% (DESIGN §5).
"""

import asyncio
from collections import defaultdict
from threading import Lock


class Watcher:
    """One socket's view of the hub: pending topics, coalesced to the newest seq of each.

    Lives on one event loop; `take` waits there, `poke` may come from any thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.topics: set[str] = set()
        self._loop = loop
        self._pending: dict[str, int | None] = {}
        self._wake = asyncio.Event()

    def poke(self, topic: str, seq: int | None) -> None:
        """Remembers that `topic` moved; called on the loop."""
        self._pending[topic] = seq
        self._wake.set()

    def poke_threadsafe(self, topic: str, seq: int | None) -> None:
        """The same from any thread; a closed loop has nobody left to tell."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.poke, topic, seq)

    async def take(self) -> dict[str, int | None]:
        """Waits for pokes and returns all that are pending, each topic once."""
        await self._wake.wait()
        self._wake.clear()
        pending, self._pending = self._pending, {}
        return pending


class Hub:
    """Topic → watchers of this process."""

    def __init__(self) -> None:
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)
        self._lock = Lock()

    def watch(self, watcher: Watcher, topic: str) -> None:
        with self._lock:
            self._watchers[topic].add(watcher)
            watcher.topics.add(topic)

    def leave(self, watcher: Watcher, topic: str) -> None:
        with self._lock:
            watcher.topics.discard(topic)
            self._watchers[topic].discard(watcher)
            if not self._watchers[topic]:
                del self._watchers[topic]

    def close(self, watcher: Watcher) -> None:
        """Forgets a socket that has gone."""
        for topic in list(watcher.topics):
            self.leave(watcher, topic)

    def publish(self, topic: str, seq: int | None) -> None:
        """Pokes every watcher of `topic` in this process."""
        with self._lock:
            watchers = list(self._watchers.get(topic, ()))
        for watcher in watchers:
            watcher.poke_threadsafe(topic, seq)

    def count(self) -> int:
        """Sockets that watch anything, for /metrics."""
        with self._lock:
            return len({w for watchers in self._watchers.values() for w in watchers})


hub = Hub()
