"""Who sits at a live console. Kept in the cache: presence is no fact of any case.

So the cache may be away: then nobody is known to be there, and no console stops for it.
"""

from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db.models import Q, QuerySet

from dispatch.live import pokes
from dispatch.live.outage import at_best
from dispatch.models import ServiceRequest
from elders.models import User
from elders.roles import Role

SEEN_S = 40  # two beats of the socket and a little


def seen(user: User) -> None:
    """A sign of life from the console of `user`; the others are told when it is the first."""
    if at_best(lambda: cache.add(_key(user.pk), 1, SEEN_S)):
        pokes.send("console", None)
    else:
        at_best(lambda: cache.touch(_key(user.pk), SEEN_S))


def gone(user: User) -> None:
    """Signed out."""
    looks_at(user, None)
    at_best(lambda: cache.delete(_key(user.pk)))
    pokes.send("console", None)


def looks_at(user: User, request: ServiceRequest | None) -> None:
    """What lies open on the desk of `user`. Whoever has the same open sees them come and go."""
    new, key = request.pk if request else 0, f"looks-at:{user.pk}"
    before = at_best(lambda: cache.get(key)) or 0
    at_best(lambda: cache.set(key, new, SEEN_S))
    if before == new:
        return
    for pk, seq in ServiceRequest.objects.filter(pk__in=[before, new]).values_list("pk", "seq"):
        pokes.send(f"request:{pk}", seq)


def beside(user: User, request: ServiceRequest) -> list[User]:
    """The colleagues of `user` who have the same request open."""
    others = [one for one in operators() if one.pk != user.pk]
    open_now = at_best(lambda: cache.get_many([f"looks-at:{one.pk}" for one in others])) or {}
    return [one for one in others if open_now.get(f"looks-at:{one.pk}") == request.pk]


def operators() -> QuerySet[User]:
    """Everybody who may sit at the desk."""
    staff = Group.objects.filter(name__in=[Role.OPERATOR, Role.SUPERVISOR])
    return User.objects.filter(Q(groups__in=staff), is_active=True).distinct().order_by("username")


def at_desk() -> list[User]:
    """Those of them whose console is alive."""
    everybody = list(operators())
    alive = at_best(lambda: cache.get_many([_key(user.pk) for user in everybody])) or {}
    return [user for user in everybody if _key(user.pk) in alive]


def _key(user_id: int) -> str:
    return f"at-desk:{user_id}"
