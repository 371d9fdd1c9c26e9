"""Whether many devices fell silent for one reason: what more of them have in common than chance.

Pure. Every device has, for each scope, a key: its radio cell, the parts of town it is in, its
mobile network, the protocol by which we hear it (then the fault may be ours). Some are always
silent: batteries are empty, watches lie in drawers. So what counts is not how many are, but
whether that is more than so large a crowd would have anyhow in the same time.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from math import sqrt
from typing import NamedTuple

AT_LEAST = 4
USUAL_A_DAY = 0.02  # of devices; one in fifty falls silent on an ordinary day
SIGMAS = 5.0  # chance alone would do it in a town once in thousands of years
EXPLAINS = 0.8  # the narrowest scope that explains so much of what the widest does is the reason

Key = tuple[str, str]
"""(scope, key): ("grid", "330106001002")."""
NARROWEST = ("cell", "grid", "carrier", "protocol")


class Lost(NamedTuple):
    """A device in trouble; `id` is anybody's."""

    id: int
    grid: str = ""
    cell: str = ""
    protocol: str = ""


class Reason(NamedTuple):
    key: Key
    lost: frozenset[int]


def keys(one: Lost, levels: Iterable[int]) -> list[Key]:
    """What the device may have in common with others. `levels`: lengths of the codes of the parts
    of town, as each code begins with that of the part around it."""
    found = [("grid", one.grid[:length]) for length in levels if len(one.grid) >= length]
    if one.cell:
        found.append(("cell", one.cell))
        found.append(("carrier", carrier(one.cell)))
    if one.protocol:
        found.append(("protocol", one.protocol))
    return found


def carrier(cell: str) -> str:
    """The network of a cell: country and network code of "460-00-9345-4711"."""
    return "-".join(cell.split("-")[:2])


def is_more_than_chance(count: int, crowd: int, window_s: float) -> bool:
    """Whether `count` of `crowd` within the window is more than an ordinary day has."""
    usual = crowd * USUAL_A_DAY * window_s / 86_400
    return count >= AT_LEAST and count >= usual + SIGMAS * sqrt(usual)


def reasons(
    lost: Iterable[Lost],
    *,
    crowd: Callable[[Key], int],
    levels: Iterable[int],
    window_s: float,
) -> list[Reason]:
    """The reasons that explain the most devices, each device under one at most.

    `crowd` says how many devices a key has in all; it is asked of few keys.
    """
    lengths = sorted(set(levels))
    left = {one.id: keys(one, lengths) for one in lost}
    found: list[Reason] = []
    while best := _best(left, crowd, window_s):
        found.append(best)
        for pk in best.lost:
            del left[pk]
    return found


def _best(
    left: Mapping[int, list[Key]], crowd: Callable[[Key], int], window_s: float
) -> Reason | None:
    sharing: defaultdict[Key, set[int]] = defaultdict(set)
    for pk, own in left.items():
        for key in own:
            sharing[key].add(pk)
    counted = Counter({key: len(who) for key, who in sharing.items() if len(who) >= AT_LEAST})
    likely = [
        (key, count)
        for key, count in counted.items()
        if is_more_than_chance(count, crowd(key), window_s)
    ]
    if not likely:
        return None
    most = max(count for _, count in likely)
    enough = [key for key, count in likely if count >= EXPLAINS * most]
    key = min(enough, key=lambda one: (NARROWEST.index(one[0]), -len(one[1]), one))
    return Reason(key, frozenset(sharing[key]))
