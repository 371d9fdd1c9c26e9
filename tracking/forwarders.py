"""Who may speak for devices that are not their own: the programs of the desk."""

from datetime import datetime

from elders import roles, tokens
from elders.roles import Role

MAY_FORWARD = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR})


def refusal(token: str, *, now: datetime) -> int:
    """0 for a bearer token of somebody who may forward, 401 for one that nobody has, 403 for
    somebody else's."""
    user = tokens.user_of(token, now=now) if token else None
    if user is None:
        return 401
    return 0 if roles.of(user) & MAY_FORWARD else 403
