"""A request told from its log alone: the fold that live pages rely on. Pure.

A page that holds the story at `seq` n and applies the events n+1, n+2 … holds exactly what a page
that starts now would hold (`tests/dispatch/test_story.py`).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Story = dict[str, Any]

START: Story = {
    "seq": 0,
    "state": "NEW",
    "priority": None,
    "category": None,
    "source": None,
    "estimate": None,
    "offers": {},
    "assignments": {},
    "handovers": {},
    "disposition": "",
}
# Event kind → the state it moves the request to, where it always does.
STATE_AFTER = {
    "request.unfilled": "UNFILLED",
    "request.reopened": "OFFERED",
    "request.closed": "CLOSED",
    "request.cancelled": "CANCELLED",
}
# Event kind → the same for an event of the responder's offer or assignment.
STATE_AFTER_RESPONDER = {
    "offer.made": "OFFERED",
    "offer.accepted": "ASSIGNED",
    "assignment.departed": "EN_ROUTE",
    "assignment.arrived": "ON_SCENE",
    "assignment.finished": "DONE",
    "assignment.released": "OFFERED",
}
# Event kind → the columns it sets.
COLUMNS: dict[str, Callable[[Mapping[str, Any]], Story]] = {
    "request.opened": lambda data: {key: data[key] for key in ("category", "priority", "source")},
    "request.located": lambda data: {"estimate": dict(data)},
    "request.escalated": lambda data: {"priority": data["to"]},
    "request.closed": lambda data: {"disposition": data.get("disposition", "")},
    "request.reopened": lambda data: {"disposition": ""},
}
ASSIGNMENT_AFTER = {
    "assignment.made": "assigned",
    "assignment.departed": "en_route",
    "assignment.arrived": "on_scene",
    "assignment.finished": "cleared",
    "assignment.released": "released",
}


def fold(story: Story, events: Iterable[Mapping[str, Any]]) -> Story:
    """The story after `events` ({"seq", "kind", "data", …} in order); ValueError on a gap."""
    told = {**story, "offers": {**story["offers"]}, "assignments": {**story["assignments"]}}
    told["handovers"] = {**story["handovers"]}
    for event in events:
        if event["seq"] != told["seq"] + 1:
            raise ValueError(f"event {event['seq']} does not follow {told['seq']}")
        told["seq"] = event["seq"]
        _tell(told, event["kind"], event["data"])
    return told


def _tell(story: Story, kind: str, data: Mapping[str, Any]) -> None:
    what, _, verb = kind.partition(".")
    if kind in COLUMNS:
        story |= COLUMNS[kind](data)
    elif what == "offer":
        story["offers"][data["offer"]] = verb
    elif kind in ASSIGNMENT_AFTER:
        story["assignments"][data["assignment"]] = ASSIGNMENT_AFTER[kind]
    elif what == "handover":
        story["handovers"][data["handover"]] = verb
    # A visit that ends because its request does moves nothing: the last line does.
    if not data.get("ends"):
        story["state"] = _state_after(kind, data) or story["state"]


def _state_after(kind: str, data: Mapping[str, Any]) -> str | None:
    if data.get("role") == "responder":
        return STATE_AFTER_RESPONDER.get(kind)
    return STATE_AFTER.get(kind)
