"""A Redis that accepts and never answers: one act waits for it, the others go on without."""

import socket
import threading
from collections.abc import Iterator

import pytest

from dispatch import presence
from dispatch.live import outage, pokes
from dispatch.live.teller import CHANNEL
from tests import cast


class Silent:
    """Accepts connections, counts them, and says nothing."""

    def __init__(self) -> None:
        self.door = socket.create_server(("127.0.0.1", 0))
        self.guests: list[socket.socket] = []
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self) -> None:
        while True:
            try:
                self.guests.append(self.door.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        self.thread.join(5)
        for guest in self.guests:
            guest.close()


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """A breaker of its own, whose seconds pass when a test says so."""
    seconds = [0.0]
    monkeypatch.setattr(outage, "REDIS", outage.Breaker(lambda: seconds[0]))
    return seconds


@pytest.fixture
def silent(settings, monkeypatch, clock) -> Iterator[Silent]:
    silent = Silent()
    settings.REDIS_URL = f"redis://127.0.0.1:{silent.door.getsockname()[1]}/0"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": settings.REDIS_URL,
            "OPTIONS": {"socket_timeout": 0.05, "retry": None},
        }
    }
    monkeypatch.setitem(outage.OPTIONS, "socket_timeout", 0.05)
    outage.client.cache_clear()
    yield silent
    silent.close()
    outage.client.cache_clear()


@pytest.mark.django_db
def test_one_act_waits_and_the_others_do_not(silent, clock):
    olive = cast.olive()
    for _ in range(30):
        presence.seen(olive)
        assert presence.at_desk() == []
        assert not outage.answers()
    assert len(silent.guests) == 1
    clock[0] += outage.REST_S
    for _ in range(30):
        presence.seen(olive)
    assert len(silent.guests) == 2, "after a rest it is asked again, by one"


def test_the_breaker_lets_one_try_after_a_rest_and_all_once_it_answers():
    seconds = [0.0]
    breaker = outage.Breaker(lambda: seconds[0])
    assert breaker.lets()
    assert breaker.lets()
    breaker.failed()
    assert not breaker.lets()
    seconds[0] = outage.REST_S
    assert breaker.lets()
    assert not breaker.lets(), "one tries; the others rest until it has an answer"
    breaker.worked()
    assert breaker.lets()
    assert breaker.lets()


def test_with_a_redis_that_answers_nothing_is_left_out(settings, clock, redis_server):
    settings.REDIS_URL = redis_server.url()
    outage.client.cache_clear()
    with outage.client().pubsub() as heard:
        heard.subscribe(CHANNEL)
        assert heard.get_message(timeout=60)["type"] == "subscribe"
        pokes.send("request:7", 3)
        assert heard.get_message(timeout=60)["data"] == b'{"request:7": 3}'
    assert outage.answers()
    outage.client.cache_clear()
