"""Sixteen processes that do the same thing at the same moment, on one PostgreSQL.

A director process loads Django once and forks the hands before anybody has a connection. A hand is
given its share of the work, waits at a barrier for the others, and answers with what became of it.
"""

import multiprocessing
import os
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Self

HANDS = 16
PATIENCE_S = 240.0

Outcome = tuple[str, Any]
"""("done", what it returned) · ("refused", error code) · ("broke", traceback)"""

_spawn = multiprocessing.get_context("spawn")


class Crowd:
    """`with Crowd(env) as crowd: crowd.at_once(act, items)`. `act` is a function of a module."""

    def __init__(self, env: Mapping[str, str], *, hands: int = HANDS) -> None:
        pairs = [_spawn.Pipe() for _ in range(hands)]
        self._ends = [ours for ours, _ in pairs]
        theirs = [end for _, end in pairs]
        self._director = _spawn.Process(target=direct, args=(dict(env), theirs))

    def one(self, act: Callable[..., Any], *arguments: Any) -> Any:
        """What `act` returns, done by one hand alone."""
        self._ends[0].send((act, [arguments], False))
        (how, what) = self._heard([self._ends[0]])[0][0]
        assert how == "done", what
        return what

    def at_once(self, act: Callable[..., Any], items: Sequence[tuple[Any, ...]]) -> list[Outcome]:
        """`act(*item)` for every item: item n by hand n modulo their number, each in its order."""
        hands = len(self._ends)
        for n, end in enumerate(self._ends):
            end.send((act, items[n::hands], True))
        shares = self._heard(self._ends)
        return [shares[n % hands][n // hands] for n in range(len(items))]

    def _heard(self, ends: Sequence[Connection]) -> list[list[Outcome]]:
        for end in ends:
            if not wait([end], PATIENCE_S):
                raise TimeoutError("a hand does not come back: is it waiting for another?")
        return [end.recv() for end in ends]

    def __enter__(self) -> Self:
        self._director.start()
        return self

    def __exit__(self, *_: object) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.send(None)
        self._director.join(20)
        if self._director.is_alive():
            self._director.terminate()


def direct(env: Mapping[str, str], ends: Sequence[Connection]) -> None:
    """The director: loads the house, forks the hands, waits for them."""
    os.environ.update(env)
    import django
    from django.urls import get_resolver

    django.setup()
    _ = get_resolver().url_patterns  # loads every view once, and not sixteen times
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(len(ends))
    hands = [fork.Process(target=serve, args=(end, barrier), daemon=True) for end in ends]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()


def serve(end: Connection, barrier: Any) -> None:
    """A hand: does its share of each piece of work until there is no more."""
    while (work := end.recv()) is not None:
        act, items, together = work
        if together:
            barrier.wait(PATIENCE_S)
        end.send([outcome(act, item) for item in items])


def outcome(act: Callable[..., Any], item: tuple[Any, ...]) -> Outcome:
    from dispatch.errors import DispatchError
    from telephony.errors import CallError

    try:
        return "done", act(*item)
    except (DispatchError, CallError) as refusal:
        return "refused", refusal.code
    except Exception:  # noqa: BLE001  whatever it is, the test shows it
        return "broke", traceback.format_exc()


def how(outcomes: list[Outcome]) -> Counter[str]:
    """How often it was done, refused with which code, broken; what broke is shown."""
    assert not (broken := [what for how, what in outcomes if how == "broke"]), broken[0]
    return Counter(what if how == "refused" else how for how, what in outcomes)


def thrice(ids: Sequence[int]) -> list[tuple[int]]:
    """Every id three times, for three different hands that come to it at about the same time."""
    rounds = [ids[start : start + HANDS] for start in range(0, len(ids), HANDS)]
    items: list[tuple[int]] = []
    for group in rounds:
        for turn in (0, 5, 11):
            items += [(group[(n + turn) % len(group)],) for n in range(len(group))]
            items += [(group[0],)] * (HANDS - len(group))
    return items
