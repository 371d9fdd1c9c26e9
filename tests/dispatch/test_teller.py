"""Pokes reach Redis by a thread of their own."""

import asyncio
import socket
from collections.abc import Iterator
from threading import Event

import pytest

from dispatch.live import outage, pokes
from dispatch.live.hub import Watcher, hub
from dispatch.live.teller import Teller


@pytest.fixture
def silent_redis(settings) -> Iterator[socket.socket]:
    """Connections are taken, and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        settings.REDIS_URL = f"redis://127.0.0.1:{door.getsockname()[1]}/0"
        outage.client.cache_clear()
        yield door
    outage.client.cache_clear()


async def test_nobody_waits_for_a_redis_that_hangs_and_our_own_screens_are_told(silent_redis):
    watcher, teller = Watcher(asyncio.get_running_loop()), Teller()
    hub.watch(watcher, "calls")
    teller.tell({"calls": 1})
    teller.tell({"calls": 2})
    assert teller._waiting or teller._telling  # it is on its way, and we are here
    assert await asyncio.wait_for(watcher.take(), 20) in ({"calls": 1}, {"calls": 2})
    teller.settle(20)
    hub.close(watcher)


def test_what_waits_is_told_once_a_topic_with_the_newest_number():
    told = list[dict[str, int | None]]()
    teller = Teller(told.append)
    with teller._changed:
        for seq in (1, 2, 3):
            teller.tell({"request:1": seq})
        teller.tell({"console": None})
    teller.settle(20)
    assert told == [{"request:1": 3, "console": None}]


def test_while_thousands_move_the_desk_is_told_at_once(settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    told, free = list[dict[str, int | None]](), Event()
    moving = Teller(lambda _: free.wait(30))
    desk = Teller(told.append)
    monkeypatch.setattr(pokes, "movements", moving)
    monkeypatch.setattr(pokes, "teller", desk)
    pokes.moved({f"elder:{n}": None for n in range(1000)})
    pokes.send("console", None)
    desk.settle(20)
    assert told == [{"console": None}]
    free.set()
    moving.settle(20)
