"""How our channels are called. Pure: a name alone says what a channel is for, after any restart.

A channel that rings in is named by Asterisk; whatever we place carries the name we gave it.
"""

import re
from uuid import uuid4

_JOB = re.compile(r"job-(\d+)-\d+")
_OPERATOR = re.compile(r"op-(\d+)-(\d+)-\w+")
_OUTSIDE = re.compile(r"ext-(\d+)-\w+")
_ORIGINATE = "place:"


def of_job(job_id: int, attempt: int) -> str:
    """An attempt at a job: never used twice, so Asterisk itself refuses a second one."""
    return f"job-{job_id}-{attempt}"


def of_operator(user_id: int, call_id: int) -> str:
    """A telephone of an operator, rung into the room of a call."""
    return f"op-{user_id}-{call_id}-{uuid4().hex[:8]}"


def of_outside(call_id: int) -> str:
    """A number outside, rung into the room of a call."""
    return f"ext-{call_id}-{uuid4().hex[:8]}"


def job_of(name: str) -> int | None:
    found = _JOB.fullmatch(name)
    return int(found[1]) if found else None


def operator_of(name: str) -> tuple[int, int] | None:
    """(user, call) of an operator's channel."""
    found = _OPERATOR.fullmatch(name)
    return (int(found[1]), int(found[2])) if found else None


def is_ours(name: str) -> bool:
    """Placed by us, and not a caller's own channel."""
    return any(kind.fullmatch(name) for kind in (_JOB, _OPERATOR, _OUTSIDE))


def placing(name: str) -> str:
    """The ActionID of the Originate that makes the channel `name`."""
    return f"{_ORIGINATE}{name}"


def placed(action_id: str) -> str:
    """The channel that an Originate was to make, from its ActionID; "" for any other action."""
    return action_id.removeprefix(_ORIGINATE) if action_id.startswith(_ORIGINATE) else ""
