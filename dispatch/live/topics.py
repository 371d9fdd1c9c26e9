"""What may be watched, and by whom. The same querysets that pages read decide it (rule 12)."""

from dispatch import selectors
from elders import roles
from elders import selectors as register
from elders.models import User
from providers import selectors as workforce

DESK = frozenset({"console", "calls"})


def seq_if_allowed(user: User, topic: str) -> tuple[bool, int | None]:
    """(may watch, the seq to begin from): a number for `request:<id>`, None for the others."""
    if topic in DESK:
        return roles.is_operator(user), None
    kind, _, key = topic.partition(":")
    if not (key.isascii() and key.isdigit() and len(key) <= 18):
        return False, None
    pk = int(key)
    if kind == "request":
        seq = selectors.requests_for(user).filter(pk=pk).values_list("seq", flat=True).first()
        return seq is not None, seq
    if kind == "elder":
        return register.elders_for(user).filter(pk=pk).exists(), None
    if kind == "worker":
        return workforce.workers_for(user).filter(pk=pk).exists(), None
    return False, None
