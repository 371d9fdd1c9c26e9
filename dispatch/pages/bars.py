"""Bars drawn as SVG, in hundredths of the drawing's width and height, and a figure over each.

Hundredths stretch with the page, and letters keep their shape, which a scaled drawing takes away.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

ROOM = 80  # of 100: what the highest bar takes; a figure stands above it


class Bar(NamedTuple):
    """`at`, `wide`: of the drawing; `above`, `high`: of its highest bar, from 0 to 1."""

    look: str  # a class
    at: float
    wide: float
    high: float
    above: float = 0


def bars(drawn: Iterable[Bar]) -> SafeString:
    return format_html_join(
        "",
        '<rect class="{}" x="{}%" y="{}%" width="{}%" height="{}%"></rect>',
        (
            (
                bar.look,
                round(bar.at, 2),
                round(100 - ROOM * (bar.above + bar.high), 1),
                round(bar.wide, 2),
                round(ROOM * bar.high, 1),
            )
            for bar in drawn
        ),
    )


def figures(counts: Sequence[int], top: float, *, slots: int) -> SafeString:
    """A figure over each bar that has one. The greatest and the last are `told`: they are shown
    also where there is no room for all."""
    seen = [n for n, count in enumerate(counts) if count]
    told = {max(seen, key=lambda n: (counts[n], n)), seen[-1]} if seen else set()
    return format_html_join(
        "",
        '<text class="{}" x="{}%" y="{}%">{}</text>',
        (
            (
                "told" if n in told else "",
                round((n + 0.5) * 100 / slots, 2),
                round(97 - ROOM * counts[n] / top, 1),
                counts[n],
            )
            for n in seen
        ),
    )


def drawing(look: str, said: str, *parts: SafeString) -> SafeString:
    """The whole; `said` is what it shows, in words."""
    return format_html(
        '<svg class="{}" role="img" aria-label="{}">{}</svg>',
        look,
        said,
        format_html_join("", "{}", ((part,) for part in parts)),
    )
