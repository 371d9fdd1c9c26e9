"""The log with its idle rounds folded: who was asked in vain becomes one line that opens.

Nothing is left out, and nothing else is ever folded: whatever happened in between ends the fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.translation import ngettext

from dispatch.pages.desk.lines import Line
from dispatch.states import Kind

LEAST = 4  # lines; fewer are as quickly read as a fold is opened


@dataclass(frozen=True, slots=True)
class Part:
    """Neighbouring lines of a log. With `words` they are folded under them."""

    lines: Sequence[Line]
    words: str = ""

    @property
    def at(self) -> datetime:
        """When the earliest of them was."""
        return min(line.at for line in self.lines)

    @property
    def until(self) -> datetime:
        return max(line.at for line in self.lines)

    @property
    def first(self) -> int:
        """The least number of its lines: the same while a round goes on."""
        return min(line.seq for line in self.lines)

    @property
    def last(self) -> int:
        return max(line.seq for line in self.lines)


def folded(log: Sequence[Line]) -> list[Part]:
    """In the order of `log`, whichever it is."""
    silent = {line.offer for line in log if line.kind == Kind.OFFER_EXPIRED}

    def is_idle(line: Line) -> bool:
        return line.kind in (Kind.OFFER_MADE, Kind.OFFER_EXPIRED) and line.offer in silent

    parts: list[Part] = []
    for idle, run in groupby(log, key=is_idle):
        lines = list(run)
        if idle and len(lines) >= LEAST:
            parts.append(Part(lines, _words(lines)))
        else:
            parts += [Part([line]) for line in lines]
    return parts


def _words(lines: Sequence[Line]) -> str:
    asked = len({line.offer for line in lines})
    words = ngettext("%(n)d asked, no answer", "%(n)d asked, no answer from any", asked)
    return words % {"n": asked}
