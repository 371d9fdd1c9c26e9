"""`{% load wall %}`: `{% curve rhythm %}` draws the day's calls by the hour against the usual."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dispatch.pages.bars import ROOM, Bar, bars, drawing, figures
from dispatch.rhythm import Rhythm

register = template.Library()

HOURS = 24
WIDE, GAP = 100 / HOURS, 0.6  # of an hour, and at each side of its bar, in hundredths


@register.simple_tag
def curve(rhythm: Rhythm) -> SafeString:
    """Bars of today with their figures, a stepped line of the usual."""
    top = max([1.0, *rhythm.today, *rhythm.usual])
    running = len(rhythm.today) - 1
    hours = [
        Bar("running" if hour == running else "", hour * WIDE + GAP, WIDE - 2 * GAP, count / top)
        for hour, count in enumerate(rhythm.today)
    ]
    came = ", ".join(f"{hour}:00 {count}" for hour, count in enumerate(rhythm.today) if count)
    said = _("Calls today by the hour: %(hours)s") % {"hours": came or "0"}
    return drawing(
        "curve", said, bars(hours), _usual(rhythm, top), figures(rhythm.today, top, slots=HOURS)
    ) + SafeString(
        '<p class="hours num" aria-hidden="true"><span>0</span><span>6</span><span>12</span>'
        "<span>18</span><span>24</span></p>"
    )


def _usual(rhythm: Rhythm, top: float) -> SafeString:
    """A line may be stretched: it has no letters."""
    if not any(rhythm.usual):
        return SafeString("")
    steps = " ".join(
        f"{x},{100 - ROOM * mean / top:.1f}"
        for hour, mean in enumerate(rhythm.usual)
        for x in (hour, hour + 1)
    )
    return format_html(
        '<svg viewBox="0 0 {} 100" preserveAspectRatio="none">'
        '<polyline points="{}"></polyline></svg>',
        HOURS,
        steps,
    )
