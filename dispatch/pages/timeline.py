"""The log of a request for her family: plain words, nothing of her health, no machinery.

"Help is coming" is said only of an acceptance.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.models import Event
from dispatch.pages import labels
from dispatch.pages.names import Actors
from dispatch.states import Disposition, Kind, Priority, Role

SERVICES: dict[str, Any] = {
    "ambulance": gettext_lazy("Ambulance"),
    "police": gettext_lazy("Police"),
    "fire": gettext_lazy("Fire brigade"),
    "120": gettext_lazy("Ambulance"),
    "110": gettext_lazy("Police"),
    "119": gettext_lazy("Fire brigade"),
}
OPENED: dict[str, Any] = {
    "call": gettext_lazy("%(elder)s called"),
    "alarm": gettext_lazy("%(elder)s raised an alarm"),
    "page": gettext_lazy("%(elder)s asked on her page"),
    "api": gettext_lazy("Asked for %(elder)s"),
    "operator": gettext_lazy("Our operator opened this for %(elder)s"),
    "station": gettext_lazy("%(elder)s asked at her community station"),
}
# kind → (what happened, a word more)
SENTENCES: dict[str, tuple[Any, Any]] = {
    Kind.JOINED: (gettext_lazy("%(elder)s called again"), ""),
    Kind.CLAIMED: (gettext_lazy("An operator is looking after this"), ""),
    Kind.ESCALATED: (gettext_lazy("Now treated as an emergency"), ""),
    Kind.OFFER_MADE: (gettext_lazy("We are looking for somebody"), ""),
    Kind.UNFILLED: (
        gettext_lazy("Nobody is free yet"),
        gettext_lazy("Our operators are looking for somebody"),
    ),
    Kind.BRIDGED: (gettext_lazy("%(elder)s is put through to %(worker)s"), ""),
    Kind.DEPARTED: (gettext_lazy("%(worker)s set off"), ""),
    Kind.ARRIVED: (gettext_lazy("%(worker)s has arrived"), ""),
    Kind.FINISHED: (gettext_lazy("%(worker)s has finished"), ""),
    Kind.RELEASED: (
        gettext_lazy("%(worker)s cannot come after all"),
        gettext_lazy("We are asking somebody else"),
    ),
    Kind.HANDOVER_MADE: (gettext_lazy("%(service)s told"), "%(number)s"),
    Kind.HANDOVER_ENDED: (gettext_lazy("%(service)s has answered"), ""),
    Kind.REOPENED: (
        gettext_lazy("Opened again"),
        gettext_lazy("We are looking for somebody"),
    ),
    Kind.CONFIRMED: (gettext_lazy("All is well, says %(by)s"), ""),
    Kind.CANCELLED: (gettext_lazy("Cancelled: not needed any more"), ""),
}
ONCE = frozenset({Kind.OFFER_MADE, Kind.CLAIMED, Kind.UNFILLED})  # said again only after others


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    title: str
    words: str
    seq: int


def told(events: Iterable[Event], *, elder: str, category: str) -> list[Entry]:
    """Newest first. `elder` and `category` are as they are called in the language in use."""
    events = list(events)
    actors = Actors(event.by for event in events if event.kind == Kind.CONFIRMED)
    entries: list[Entry] = []
    before = ""
    for event in events:
        kind = Kind(event.kind)
        if kind in ONCE and kind == before:
            continue
        by = actors.name(event.by) if event.by.get("kind") != "elder" else elder
        said = _say(kind, event, elder, category, by)
        if said:
            entries.append(Entry(event.at, *said, event.seq))
            before = kind
    return entries[::-1]


def _say(kind: Kind, event: Event, elder: str, category: str, by: str) -> tuple[str, str] | None:
    data = event.data
    facts = {
        "elder": elder,
        "worker": labels.named(data["worker"]) if isinstance(data.get("worker"), Mapping) else "",
        "service": labels.label(SERVICES, str(data.get("service", ""))),
        "number": str(data.get("number", "")),
        "by": by,
    }
    if kind == Kind.OPENED:
        return _opened(data, facts, category)
    if kind == Kind.NOTED:
        return (_("Our operator has spoken with her"), "") if data.get("voice") else None
    if kind == Kind.ASSIGNMENT_MADE:
        return _accepted(data, facts)
    if kind == Kind.BRIDGED and data.get("with") == "contact":
        return _("Somebody close to %(elder)s is put through to %(worker)s") % facts, ""
    if kind == Kind.CLOSED:
        return _closed(data), ""
    if data.get("ends") or kind not in SENTENCES:
        return None  # a visit that ends because the request does is told by the last line
    title, words = SENTENCES[kind]
    return _with(title, facts), _with(words, facts)


def _opened(data: Mapping[str, Any], facts: dict[str, str], category: str) -> tuple[str, str]:
    """An alarm names no category: what it is about is for her and our operator."""
    source, grave = str(data.get("source")), data.get("priority") == Priority.EMERGENCY
    if grave and source == "page":
        return _("%(elder)s pressed her emergency button") % facts, ""
    return _with(OPENED.get(source, OPENED["operator"]), facts), "" if grave else category


def _accepted(data: Mapping[str, Any], facts: dict[str, str]) -> tuple[str, str]:
    if data.get("role") == Role.RESPONDER:
        return _("%(worker)s has accepted") % facts, _("Help is coming")
    return _("%(worker)s is coming too") % facts, labels.label(labels.ROLES, str(data["role"]))


def _closed(data: Mapping[str, Any]) -> str:
    disposition = data.get("disposition")
    if disposition == Disposition.HANDED_OVER:
        return _("Another service has taken over")
    if disposition in (Disposition.FALSE_ALARM, Disposition.TEST, Disposition.PRANK):
        return _("It was no emergency")
    return _("Closed")


def _with(words: Any, facts: dict[str, str]) -> str:
    return str(words) % facts if words else ""
