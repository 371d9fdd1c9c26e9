"""Who sits at a live console. Kept in the cache: presence is no fact of any case.

So the cache may be away: then nobody is known to be there, and no console stops for it.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db.models import Q, QuerySet
from redis.exceptions import RedisError

from dispatch.live import pokes
from elders.models import User
from elders.roles import Role

SEEN_S = 40  # two beats of the socket and a little
P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)


def _at_best(ask: Callable[P, T]) -> Callable[P, T | None]:
    """None instead of an error when the cache is away."""

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            return ask(*args, **kwargs)
        except (RedisError, OSError):
            log.warning("nobody knows who is at the desk: the cache is away")
            return None

    return asked


@_at_best
def seen(user: User) -> None:
    """A sign of life from the console of `user`; the others are told when it is the first."""
    if cache.add(_key(user.pk), 1, SEEN_S):
        pokes.send("console", None)
    else:
        cache.touch(_key(user.pk), SEEN_S)


@_at_best
def gone(user: User) -> None:
    """Signed out."""
    cache.delete(_key(user.pk))
    pokes.send("console", None)


def operators() -> QuerySet[User]:
    """Everybody who may sit at the desk."""
    staff = Group.objects.filter(name__in=[Role.OPERATOR, Role.SUPERVISOR])
    return User.objects.filter(Q(groups__in=staff), is_active=True).distinct().order_by("username")


def at_desk() -> list[User]:
    """Those of them whose console is alive."""
    everybody = list(operators())
    alive = _alive([_key(user.pk) for user in everybody]) or {}
    return [user for user in everybody if _key(user.pk) in alive]


@_at_best
def _alive(keys: list[str]) -> dict[str, int]:
    found: dict[str, int] = cache.get_many(keys)
    return found


def _key(user_id: int) -> str:
    return f"at-desk:{user_id}"
