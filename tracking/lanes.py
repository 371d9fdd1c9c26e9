"""The threads that write what devices say, each with a connection of its own to the database.

Calls for help have a lane for themselves: no load of positions, no page that waits for a connection
and no power cut of a whole town, where hundreds of devices say so at once, keeps one waiting.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Barrier
from typing import Any, TypeVar
from weakref import WeakSet

from django.db import connection

T = TypeVar("T")

ALARM_LANES, FAULT_LANES = 4, 2

GIVE_WAY_S = 0.25

_alarms = ThreadPoolExecutor(ALARM_LANES, "alarms")
_faults = ThreadPoolExecutor(FAULT_LANES, "faults")
_positions = ThreadPoolExecutor(1, "positions")
_cries = WeakSet[asyncio.Future[Any]]()  # calls for help that are being written


async def alarms(act: Callable[[], T]) -> T:
    """What `act` returns, done at once beside whatever else is going on."""
    writing = _run(_alarms, act)
    _cries.add(writing)
    return await writing


async def give_way() -> None:
    """Before a long piece of work that is no call for help: returns when those are written that are
    being written now, at the latest after GIVE_WAY_S.

    A call for help comes back from the database some thirty times, and waits each time for
    whichever thread has Python; so whoever can wait does.
    """
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    if open_ones := [cry for cry in _cries if cry.get_loop() is loop and not cry.done()]:
        await asyncio.wait(open_ones, timeout=GIVE_WAY_S)


async def faults(act: Callable[[], T]) -> T:
    """What `act` returns, as `alarms` and never before them: what is told, and is no cry."""
    return await _run(_faults, act)


async def positions(act: Callable[[], T]) -> T:
    """What `act` returns, done after those that came before it."""
    return await _run(_positions, act)


def _run(lane: ThreadPoolExecutor, act: Callable[[], T]) -> asyncio.Future[T]:
    context = copy_context()  # what log lines are to say
    loop = asyncio.get_running_loop()
    return loop.run_in_executor(lane, partial(context.run, _drive, act))


def _drive(act: Callable[[], T]) -> T:
    """The connection is kept, and made anew when the database has been away."""
    if connection.connection is not None and not connection.is_usable():
        connection.close()
    return act()


def close() -> None:
    """Gives the connections back; for who ends a test, not for a server that ends."""
    for lane, size in ((_alarms, ALARM_LANES), (_faults, FAULT_LANES), (_positions, 1)):
        together = Barrier(size)  # so that each of the threads gets one
        for done in [lane.submit(_leave, together) for _ in range(size)]:
            done.result()


def _leave(together: Barrier) -> None:
    together.wait(60)
    connection.close()
