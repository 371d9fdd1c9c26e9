"""When each of many people is rung: by risk over a morning, no more a minute than can be. Pure.

Whoever chose a time of her own is rung from that minute on. The others share the time between
opening and closing evenly, the greatest risk first; what does not fit goes on after closing, and
nobody is left out.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil


@dataclass(frozen=True, slots=True)
class Person:
    """`at_min`: the minute after opening that she chose, None for any; before it counts as 0."""

    id: int
    risk: int
    at_min: int | None = None


def spread(people: Iterable[Person], *, minutes: int, a_minute: int) -> dict[int, int]:
    """The minute after opening in which each is rung, by id; the same input, the same answer.

    `minutes` from opening to closing, `a_minute` people rung at most: both at least 1.
    """
    everybody = sorted(people, key=lambda one: (-one.risk, one.id))
    taken: Counter[int] = Counter()
    chosen = [(max(0, one.at_min), one) for one in everybody if one.at_min is not None]
    found: dict[int, int] = {}
    full: dict[int, int] = {}  # a minute that is full → a later one that may not be
    for wished, one in sorted(chosen, key=lambda pair: pair[0]):
        minute = _room(wished, full)
        found[one.id] = minute
        taken[minute] += 1
        if taken[minute] >= a_minute:
            full[minute] = minute + 1
    anytime = [one for one in everybody if one.at_min is None]
    even = min(a_minute, max(1, ceil(len(anytime) / minutes)))
    minute = placed = 0
    for one in anytime:
        while placed >= even or taken[minute] >= a_minute:
            minute, placed = minute + 1, 0
        found[one.id] = minute
        taken[minute] += 1
        placed += 1
    return found


def _room(minute: int, full: dict[int, int]) -> int:
    """The first minute from here that is not full, remembering the way for the next who asks."""
    passed = []
    while minute in full:
        passed.append(minute)
        minute = full[minute]
    for each in passed:
        full[each] = minute
    return minute


def risk(*, given: int, lives_alone: bool, born: date | None, was_silent: bool, today: date) -> int:
    """How soon she should be rung: what was given by hand, and what the register knows."""
    age = today.year - born.year if born else 0
    return 3 * given + 3 * was_silent + 2 * lives_alone + (age >= 80) + (age >= 90)
