"""In which order somebody is reached, and how long each way gets. Pure: no Django, no clock."""

from collections.abc import Collection
from dataclasses import dataclass

PUSH, TEXT, CALL = ORDER = ("push", "text", "call")
# A message is looked at within half a minute or not at all: then the next way is tried.
STEP_S = 25


@dataclass(frozen=True, slots=True)
class Rung:
    """One way, `after_s` seconds from the beginning."""

    way: str
    after_s: float


def climb(prefers: str, *, ways: Collection[str], at_once: bool = False) -> list[Rung]:
    """From what is preferred to the telephone call, each way once, by those of `ways` there are.

    Somebody who prefers a way that there is not begins with the next one. `at_once` takes every
    way in the same moment. There is always a rung as long as `ways` has one.
    """
    start = ORDER.index(prefers) if prefers in ORDER else 0
    chosen = [way for way in ORDER[start:] if way in ways] or [way for way in ORDER if way in ways]
    return [Rung(way, 0 if at_once else n * STEP_S) for n, way in enumerate(chosen)]
