"""The log of a request as sentences, one an event."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dispatch.models import Event
from dispatch.pages import labels, timeline
from dispatch.pages.names import Actors

SENTENCES: dict[str, Any] = {
    "request.opened": gettext_lazy("Opened %(source)s: %(note)s"),
    "request.located": gettext_lazy("Position: %(place)s"),
    "request.joined": gettext_lazy("Called or pressed again"),
    "request.claimed": gettext_lazy("Taken on"),
    "request.returned": gettext_lazy("Given back to the desk: %(why)s"),
    "request.noted": gettext_lazy("%(text)s"),
    "request.triaged": gettext_lazy("%(about)s %(asked)s %(answer)s"),
    "request.unfilled": gettext_lazy("Nobody found"),
    "request.escalated": gettext_lazy("Made an emergency. %(reason)s"),
    "request.reopened": gettext_lazy("Opened again: %(reason)s"),
    "request.bridged": gettext_lazy("Put through to %(worker)s"),
    "request.confirmed": gettext_lazy("Confirmed: all is well"),
    "request.closed": gettext_lazy("Closed: %(disposition)s. %(reason)s %(evidence)s"),
    "request.cancelled": gettext_lazy("Cancelled. %(reason)s"),
    "offer.made": gettext_lazy("%(worker)s asked"),
    "offer.accepted": gettext_lazy("%(worker)s accepted"),
    "offer.declined": gettext_lazy("%(worker)s declined. %(why)s"),
    "offer.expired": gettext_lazy("%(worker)s did not answer"),
    "offer.withdrawn": gettext_lazy("%(worker)s need not come any more"),
    "handover.made": gettext_lazy("%(service)s told at %(number)s"),
    "handover.ended": gettext_lazy("%(service)s: %(outcome)s"),
    "assignment.made": gettext_lazy("%(worker)s is coming (%(role)s)"),
    "assignment.departed": gettext_lazy("%(worker)s set out"),
    "assignment.arrived": gettext_lazy("%(worker)s arrived. %(evidence)s %(proof)s"),
    "assignment.overdue": gettext_lazy("The visit lasts too long: %(step)s"),
    "assignment.finished": gettext_lazy("%(worker)s finished. %(note)s %(signed)s"),
    "assignment.released": gettext_lazy("%(worker)s fell away: %(why)s"),
}
GRAVE = frozenset({"request.unfilled", "request.escalated", "request.joined"})


@dataclass(frozen=True, slots=True)
class Line:
    seq: int
    at: datetime
    words: str
    by: str  # "" for the house itself
    kind: str
    grave: bool
    offer: int | None = None  # whose offer it tells of


def told(events: Iterable[Event]) -> list[Line]:
    events = list(events)
    actors = Actors(event.by for event in events)
    return [
        Line(
            seq=event.seq,
            at=event.at,
            words=sentence(event.kind, event.data),
            by="" if event.by.get("kind") == "system" else actors.name(event.by),
            kind=event.kind,
            grave=event.kind in GRAVE or event.data.get("grave") is True,
            offer=event.data.get("offer"),
        )
        for event in events
    ]


def sentence(kind: str, data: Mapping[str, Any]) -> str:
    """One event in the language in use; a kind without a sentence is shown as it is."""
    if rang := data.get("rang"):
        return _("Rang %(name)s") % {"name": labels.named(rang)}
    if kind == "request.noted" and data.get("proof"):
        proof = labels.label(labels.PROOFS, str(data["proof"]))
        return _("Is with her: %(proof)s") % {"proof": proof}
    if photos := data.get("photos"):
        return _photos(int(photos))
    words = SENTENCES.get(kind)
    if not words:
        return kind
    said = " ".join((str(words) % _Facts(data)).split()).rstrip(": .：。")
    if pressed_at := data.get("pressed_at"):
        said += " " + _("(pressed at %(at)s, without a line until now)") % {
            "at": labels.clock(str(pressed_at))
        }
    return said


class _Facts(dict[str, str]):
    """What a sentence may name; what an event does not carry is left out of it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__({key: str(value) for key, value in data.items() if value is not None})
        for key in ("worker", "about", "asked"):
            if isinstance(data.get(key), Mapping):
                self[key] = labels.named(data[key])
        if "accuracy_m" in data:
            self["place"] = _place(data)
        if data.get("source") == "alarm" and data.get("note"):
            self["note"] = labels.alarms_named(str(data["note"]))
        for key, table in TABLES.items():
            if key in data:
                self[key] = labels.label(table, str(data[key]))

    def __missing__(self, key: str) -> str:
        return ""


def _photos(count: int) -> str:
    if count < 0:
        return _("A photograph was taken back")
    said = ngettext("%(n)d photograph of the visit", "%(n)d photographs of the visit", count)
    return said % {"n": count}


def _place(data: Mapping[str, Any]) -> str:
    """On whose word and how exact; the sentence that was read out is the town's language alone."""
    source = labels.label(labels.SOURCES_OF_PLACE, str(data.get("source", "")))
    error_m = data["accuracy_m"]
    return f"{source} ± {labels.distance(error_m)}" if error_m is not None else source


TABLES: dict[str, dict[str, Any]] = {
    "source": labels.SOURCES,
    "disposition": labels.DISPOSITIONS,
    "role": labels.ROLES,
    "step": labels.OVERDUE,
    "proof": labels.PROOFS,
    "signed": labels.SIGNED,
    "service": timeline.SERVICES,
    "why": labels.WHY,
    "answer": labels.ANSWERS,
}
