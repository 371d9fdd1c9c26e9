"""Telephone numbers and device ids of made-up people: the nth of each kind, in any order, unique.

No telephone in China has a number that begins with 123 to 128, so that a town seeded by mistake
where a real carrier is configured rings nobody. Pure.
"""

from __future__ import annotations

MANY = 10**8
# Prime to MANY: n → n * STRIDE is one to one, and neighbours do not look like a list.
STRIDE = 61_803_399


def _number(block: int, n: int) -> str:
    return f"+86{block}{n * STRIDE % MANY:08}"


def mobile(n: int) -> str:
    """The nth elder's own telephone, E.164."""
    return _number(123, n)


def landline(n: int) -> str:
    """The telephone of the household in which the nth elder is the first."""
    return _number(124, n)


def contact(n: int, k: int) -> str:
    """The kth person (from 0, at most four) around the nth elder."""
    return _number(125, 4 * n + k)


def worker(n: int) -> str:
    return _number(126, n)


def provider(n: int) -> str:
    return _number(127, n)


def cast(n: int) -> str:
    """The people whom a demo knows by name, easy to dial: n below a hundred."""
    return f"+86128000000{n:02}"


def watch(n: int) -> str:
    """The id that the nth elder's watch sends: like an IMEI, but of a maker that does not exist."""
    return f"0123450{n * STRIDE % MANY:08}"


def device_of(phone: str) -> str:
    """The id under which a worker's telephone reports where it is: its own number."""
    return phone.removeprefix("+")
