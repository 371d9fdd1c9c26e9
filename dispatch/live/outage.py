"""A Redis that hangs is waited for by one act every few seconds, not by every one.

Nothing that is said to it must arrive: pokes, bells and presence all have another way. So after a
failure nobody asks it for REST_S; then one does, and the others go on without until it answers.
"""

import logging
import time
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import TypeVar

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)
T = TypeVar("T")
REST_S = 5.0
PATIENCE_S = 1.0
# Only a connection that has died meanwhile is worth a second try; one that hangs is not.
OPTIONS = {
    "socket_timeout": PATIENCE_S,
    "socket_connect_timeout": PATIENCE_S,
    "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
}


class Breaker:
    """`if it.lets():` ask, and say afterwards how it went. `clock`: seconds that only go on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._rests_until: float | None = None

    def lets(self) -> bool:
        """Whether to ask. After a rest one caller is let through, and the others rest on."""
        with self._lock:
            if self._rests_until is None:
                return True
            if self._clock() < self._rests_until:
                return False
            self._rests_until = self._clock() + REST_S
            return True

    def worked(self) -> None:
        self._rests_until = None

    def failed(self) -> None:
        self._rests_until = self._clock() + REST_S


REDIS = Breaker()


def at_best(ask: Callable[[], T]) -> T | None:
    """What `ask` finds in Redis, or in the cache that is on it; None while Redis is away."""
    if settings.REDIS_URL and not REDIS.lets():
        return None
    try:
        found = ask()
    except (redis.RedisError, OSError):
        REDIS.failed()
        log.warning("Redis is away")
        return None
    REDIS.worked()
    return found


def answers() -> bool:
    """Whether Redis is there at this moment."""
    return bool(at_best(lambda: client().ping()))


@cache
def client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, **OPTIONS)
