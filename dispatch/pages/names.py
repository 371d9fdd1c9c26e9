"""Who acted, in the reader's language.

An event keeps one name, that of the moment and of the language in use then, and is never changed.
Here it is shown in the reader's script where the register still knows the person by it. Who is
called otherwise by now, or is in no register, was called what the event says.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from dispatch.pages import labels
from elders.models import Elder, User
from providers.models import Worker

# kind of actor → whose id an event keeps of it (`actors.actor_of`)
REGISTERS: dict[str, type[Model]] = {
    "operator": User,
    "station": User,
    "provider": User,
    "family": User,
    "worker": Worker,
    "elder": Elder,
    "caller": Elder,
}
Who = Mapping[str, Any]


class Actors:
    """The actors of some events. One query a register, however many events there are."""

    def __init__(self, acted: Iterable[Who]) -> None:
        wanted: dict[type[Model], set[int]] = defaultdict(set)
        for by in acted:
            if (register := _register(by)) is not None:
                wanted[register].add(by["id"])
        self._known = {
            (register, row["pk"]): row
            for register, ids in wanted.items()
            for row in register._default_manager.filter(pk__in=ids).values("pk", "name", "name_zh")
        }

    def name(self, by: Who) -> str:
        """ "" for an actor without a name."""
        kept = str(by.get("name") or "")
        register = _register(by)
        known = self._known.get((register, by["id"])) if register else None
        return labels.named(known) if known and kept in known.values() and kept else kept


def _register(by: Who) -> type[Model] | None:
    return REGISTERS.get(str(by.get("kind"))) if isinstance(by.get("id"), int) else None
