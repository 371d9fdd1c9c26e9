"""Weekly hours. An interval that ends no later than it starts runs past midnight. Pure."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import NamedTuple


class Interval(NamedTuple):
    """`weekday` as `date.weekday()` counts; times of day as "HH:MM:SS", so that they compare."""

    weekday: int
    starts: str
    ends: str


def interval(weekday: int, starts: time, ends: time) -> Interval:
    return Interval(weekday, f"{starts:%H:%M:%S}", f"{ends:%H:%M:%S}")


def cover(intervals: Iterable[tuple[int, str, str]], local: datetime) -> bool:
    """Whether any interval holds the instant, given in the town's own time."""
    today = local.weekday()
    yesterday = (today - 1) % 7
    clock = f"{local:%H:%M:%S}"
    for weekday, starts, ends in intervals:
        overnight = ends <= starts
        if weekday == today and starts <= clock and (overnight or clock < ends):
            return True
        if weekday == yesterday and overnight and clock < ends:
            return True
    return False
