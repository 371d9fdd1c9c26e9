"""What a caller is to hear and do next, in words no carrier owns. Pure: no Django, no carrier.

The script answers every event of a call with a list of these, in order; each carrier renders
them in its own tongue (TwiML, AGI commands, the simulator's JSON). Three shapes are usual:

    [Say, Gather]            say it, then wait for keys; silence is reported as digits ""
    [Say, Enqueue, Gather]   wait for a person, and a key pressed meanwhile is reported too
    [Say, Hangup]            the last word

A list that leaves an inbound caller with nothing to wait for gets an `Enqueue` from telephony:
silence always ends with a person.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Say:
    """Speak `text`, written in `language` ("zh-hans" or "en"); `prompt` names a recording of it."""

    text: str
    language: str
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Gather:
    """Listen for up to `digits` keys (and words, with `speech`) for `timeout_s` seconds."""

    digits: int = 1
    timeout_s: int = 8
    speech: bool = False


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Put the caller in front of the operators: `routine`, `urgent` or `emergency`."""

    priority: str = "routine"


@dataclass(frozen=True, slots=True)
class Bridge:
    """Join with `to`; `name` is for a screen.

    "operator:<user id>" joins the caller with an operator, in the room of the caller's own call;
    "call:<call id>" joins a leg that we placed with the room of that call, or the caller of that
    call with whom we rang for her; else an E.164 number.
    """

    to: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller for at most `max_s` seconds."""

    max_s: int = 120


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


Instruction = Say | Gather | Enqueue | Bridge | Record | Hangup

_VERBS: dict[str, type[Instruction]] = {
    kind.__name__.lower(): kind for kind in (Say, Gather, Enqueue, Bridge, Record, Hangup)
}


def as_json(instruction: Instruction) -> dict[str, Any]:
    """`{"verb": "say", "text": …, …}`: what is stored and what the simulator answers."""
    return {"verb": type(instruction).__name__.lower(), **asdict(instruction)}


def from_json(stored: dict[str, Any]) -> Instruction:
    """The instruction that `as_json` wrote, for a carrier that renders a stored answer again."""
    fields = {name: value for name, value in stored.items() if name != "verb"}
    return _VERBS[stored["verb"]](**fields)


def seconds_to_hear(instructions: Iterable[Instruction]) -> float:
    """How long a slow listener needs until silence is silence: a fifth of a second a character."""
    return sum(
        len(step.text) * 0.2 if isinstance(step, Say) else step.timeout_s
        for step in instructions
        if isinstance(step, Say | Gather)
    )
