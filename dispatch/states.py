"""The state machine of a service request: one table, and the words around it. Pure.

NEW → OFFERED → ASSIGNED → EN_ROUTE → ON_SCENE → DONE → CLOSED is the way things should go; every
other edge below is a way they do go. `transitions.advance` is the only reader that writes.
"""

from enum import StrEnum


class State(StrEnum):
    NEW = "NEW"
    OFFERED = "OFFERED"
    ASSIGNED = "ASSIGNED"
    EN_ROUTE = "EN_ROUTE"
    ON_SCENE = "ON_SCENE"
    DONE = "DONE"
    CLOSED = "CLOSED"
    UNFILLED = "UNFILLED"
    CANCELLED = "CANCELLED"


class Priority(StrEnum):
    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class Kind(StrEnum):
    """Event kinds. The log of a request is a list of these, numbered without gaps."""

    OPENED = "request.opened"
    LOCATED = "request.located"
    JOINED = "request.joined"  # another alarm or call about the same emergency: it sounds again
    CLAIMED = "request.claimed"
    RETURNED = "request.returned"  # the owner's lease lapsed, or was handed over
    NOTED = "request.noted"
    TRIAGED = "request.triaged"
    UNFILLED = "request.unfilled"
    ESCALATED = "request.escalated"
    REOPENED = "request.reopened"
    BRIDGED = "request.bridged"  # she and the worker are put through to each other
    CONFIRMED = "request.confirmed"
    CLOSED = "request.closed"
    CANCELLED = "request.cancelled"
    OFFER_MADE = "offer.made"
    OFFER_ACCEPTED = "offer.accepted"
    OFFER_DECLINED = "offer.declined"
    OFFER_EXPIRED = "offer.expired"
    OFFER_WITHDRAWN = "offer.withdrawn"
    HANDOVER_MADE = "handover.made"
    HANDOVER_ENDED = "handover.ended"
    ASSIGNMENT_MADE = "assignment.made"
    DEPARTED = "assignment.departed"
    ARRIVED = "assignment.arrived"
    OVERDUE = "assignment.overdue"  # it lasts too long: who was asked or told, or that all is well
    FINISHED = "assignment.finished"
    RELEASED = "assignment.released"


class OfferState(StrEnum):
    MADE = "made"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class AssignmentState(StrEnum):
    ASSIGNED = "assigned"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CLEARED = "cleared"
    RELEASED = "released"


class Role(StrEnum):
    RESPONDER = "responder"
    SECOND = "second"
    KEY_HOLDER = "key_holder"


class Disposition(StrEnum):
    """How it ended: the outcome code an operator chooses, or `met` when the elder confirms."""

    MET = "met"
    RESOLVED_BY_PHONE = "resolved_by_phone"
    FALSE_ALARM = "false_alarm"
    TEST = "test"
    PRANK = "prank"
    HANDED_OVER = "handed_over"
    NOT_FOUND = "not_found"
    DUPLICATE = "duplicate"
    OTHER = "other"


S = State
OPEN = frozenset({S.NEW, S.OFFERED, S.ASSIGNED, S.EN_ROUTE, S.ON_SCENE, S.DONE, S.UNFILLED})
# After DONE an alarm is a new emergency (promise 1), so DONE can no longer be joined.
JOINABLE = OPEN - {S.DONE}
ACTIVE_ASSIGNMENTS = frozenset(
    {AssignmentState.ASSIGNED, AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE}
)

MOVES: dict[State, frozenset[State]] = {
    S.NEW: frozenset({S.OFFERED, S.UNFILLED, S.CANCELLED, S.CLOSED}),
    S.OFFERED: frozenset({S.OFFERED, S.ASSIGNED, S.UNFILLED, S.CANCELLED, S.CLOSED}),
    S.ASSIGNED: frozenset({S.EN_ROUTE, S.OFFERED, S.CANCELLED, S.CLOSED}),
    S.EN_ROUTE: frozenset({S.ON_SCENE, S.OFFERED, S.CLOSED}),
    S.ON_SCENE: frozenset({S.DONE, S.CLOSED}),
    S.DONE: frozenset({S.CLOSED, S.OFFERED}),
    S.UNFILLED: frozenset({S.OFFERED, S.ASSIGNED, S.CANCELLED, S.CLOSED}),
    S.CLOSED: frozenset({S.OFFERED}),
    S.CANCELLED: frozenset(),
}


def may_move(start: State, end: State) -> bool:
    """Whether the table has the edge `start` → `end`."""
    return end in MOVES[start]
