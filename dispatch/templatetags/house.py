"""`{% load house %}`: shares and scores of a provider, drawn without a line of inline style.

{{ 0.83|percent }} 83%   {{ 42.0|seconds }} 42 s   {% share 0.83 0.8 %} a bar with its goal
{% stars 4.3 %} five stars, filled as far   {% answers quality.days %} offers a day, as bars
{% week worker.shifts.all %} the shifts of a week, as strips
"""

from collections.abc import Iterable, Sequence
from datetime import time

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dispatch.pages.bars import Bar, bars, drawing, figures
from dispatch.quality import Day
from providers.models import Shift

register = template.Library()
LEAST_TOP = 4  # offers: one in a day is no full bar
STAR = "M8 1.2l2.1 4.3 4.7.7-3.4 3.3.8 4.7L8 12l-4.2 2.2.8-4.7L1.2 6.2l4.7-.7z"


@register.filter
def percent(part: float) -> str:
    return f"{round(100 * part)}%"


@register.filter
def seconds(length_s: float) -> str:
    if length_s < 60:
        return _("%(seconds)d s") % {"seconds": round(length_s)}
    return _("%(minutes)d min") % {"minutes": round(length_s / 60)}


@register.simple_tag
def share(part: float, goal: float) -> SafeString:
    """A bar from 0 to 1; the mark is the goal. The figure itself stands beside it in words."""
    return format_html(
        '<svg class="share{}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="all" width="100" height="8"></rect><rect class="part" width="{}" height="8">'
        '</rect><rect class="goal" x="{}" width="1" height="8"></rect></svg>',
        "" if part >= goal else " below",
        round(100 * part, 1),
        round(100 * goal, 1),
    )


@register.simple_tag
def stars(score: float) -> SafeString:
    """Out of five; each is cut where the score ends."""
    drawn = format_html_join(
        "",
        '<svg class="star" viewBox="0 0 16 16"><path class="all" d="{}"></path>'
        '<svg width="{}" height="16"><path class="part" d="{}"></path></svg></svg>',
        ((STAR, round(16 * min(1.0, max(0.0, score - n)), 1), STAR) for n in range(5)),
    )
    return format_html('<span class="stars" aria-hidden="true">{}</span>', drawn)


@register.simple_tag
def answers(days: Sequence[Day]) -> SafeString:
    """A bar a day: accepted below, declined above it, without an answer on top, and how many there
    were. Every day has its slot, so that a young month shows how much of it is still empty."""
    top = max([LEAST_TOP, *(day.offers for day in days)])
    wide = 100 / len(days)
    parts = [
        Bar(word, n * wide + wide / 10, wide * 0.8, count / top, below / top)
        for n, day in enumerate(days)
        for word, below, count in (
            ("accepted", 0, day.accepted),
            ("declined", day.accepted, day.declined),
            ("expired", day.accepted + day.declined, day.expired),
        )
        if count
    ]
    slots = [Bar("slot", n * wide + wide / 10, wide * 0.8, 1) for n in range(len(days))]
    counts = [day.offers for day in days]
    said = _("Offers day by day, today last: %(counts)s") % {"counts": ", ".join(map(str, counts))}
    return drawing("answers", said, bars([*slots, *parts]), figures(counts, top, slots=len(days)))


@register.simple_tag
def week(shifts: Iterable[Shift]) -> SafeString:
    """Monday to Sunday, an hour a unit; what goes on past Sunday's midnight begins at the left."""
    strips = [
        (x, until - x)
        for shift in shifts
        for x, until in _within_week(
            shift.weekday * 24 + _hours(shift.starts), shift.weekday * 24 + _hours(shift.ends)
        )
    ]
    drawn = format_html_join("", '<rect class="part" x="{}" width="{}" height="12"></rect>', strips)
    lines = format_html_join("", '<path d="M{} 0v12"></path>', ((24 * n,) for n in range(1, 7)))
    names = format_html_join(
        "", "<span>{}</span>", ((name,) for name in _("M T W T F S S").split())
    )
    return format_html(
        '<div class="week" aria-hidden="true"><svg viewBox="0 0 168 12" preserveAspectRatio="none">'
        '<rect class="all" width="168" height="12"></rect>{}{}</svg><p>{}</p></div>',
        drawn,
        lines,
        names,
    )


def _hours(at: time) -> float:
    return round(at.hour + at.minute / 60, 2)


def _within_week(start: float, end: float) -> list[tuple[float, float]]:
    """One strip, or two where a shift goes on into Monday."""
    until = end if end > start else end + 24
    return [(start, until)] if until <= 168 else [(start, 168), (0, until - 168)]
