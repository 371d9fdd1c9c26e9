"""A request as it stood after one line of its log: what was known then, and nothing later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from dispatch import story
from dispatch.models import Event, ServiceRequest
from dispatch.pages import labels, timeline
from dispatch.pages.desk import lines


@dataclass(frozen=True, slots=True)
class Replay:
    """`earlier` and `later`: the seq of the neighbouring lines, None at an end."""

    seq: int
    at: datetime
    words: str  # the line itself
    earlier: int | None
    later: int | None
    facts: list[tuple[str, str]]  # (what, how it stood)
    people: list[tuple[str, str]]  # (who was asked, came or was told, how that stood)

    @property
    def query(self) -> str:
        return f"at={self.seq}"


def read(request: ServiceRequest, seq: int | None) -> Replay | None:
    """How `request` stood after line `seq` of its log; None without one, or beyond the log."""
    if seq is None or not 1 <= seq <= request.seq:
        return None
    events = list(request.events.filter(seq__lte=seq).order_by("seq"))
    last = events[-1]
    told = story.fold(story.START, [_plain(event) for event in events])
    return Replay(
        seq=seq,
        at=last.at,
        words=lines.sentence(last.kind, last.data),
        earlier=seq - 1 if seq > 1 else None,
        later=seq + 1 if seq < request.seq else None,
        facts=_facts(told),
        people=_people(told, events),
    )


def _plain(event: Event) -> dict[str, Any]:
    return {"seq": event.seq, "kind": event.kind, "data": event.data}


def _facts(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [
        (_("Stage"), str(labels.STATES[told["state"]][0])),
        (_("Priority"), str(labels.PRIORITIES[told["priority"]][0])),
    ]
    if told["estimate"]:
        place = lines.sentence("request.located", told["estimate"])
        found.append((_("Position"), place))
    if told["disposition"]:
        how = labels.label(labels.DISPOSITIONS, told["disposition"])
        found.append((_("Ended"), how))
    return found


def _people(told: Mapping[str, Any], events: list[Event]) -> list[tuple[str, str]]:
    """Names come from the log as well: who is called otherwise by now was called that then."""
    asked: dict[int, str] = {}
    going: dict[int, str] = {}
    services: dict[int, str] = {}
    for event in events:
        data = event.data
        if "offer" in data:
            asked[data["offer"]] = labels.named(data["worker"])
        if "assignment" in data:
            going[data["assignment"]] = labels.named(data["worker"])
        if "handover" in data:
            services[data["handover"]] = labels.label(timeline.SERVICES, str(data["service"]))
    return [
        *((asked[pk], labels.label(labels.OFFERS, how)) for pk, how in told["offers"].items()),
        *((going[pk], labels.label(labels.VISITS, how)) for pk, how in told["assignments"].items()),
        *((services[pk], labels.label(labels.TOLD, how)) for pk, how in told["handovers"].items()),
    ]
