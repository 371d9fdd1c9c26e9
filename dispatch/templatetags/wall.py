"""`{% load wall %}`: `{% curve rhythm %}` draws the day's calls by the hour against the usual."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dispatch.rhythm import Rhythm

register = template.Library()

HOUR, HEIGHT, GAP = 20, 100, 3  # in units of the drawing; one hour is as wide as HOUR


@register.simple_tag
def curve(rhythm: Rhythm) -> SafeString:
    """Bars of today, a stepped line of the usual. The same figures stand in words above it."""
    top = max([1.0, *rhythm.today, *rhythm.usual])
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"></rect>',
        (
            (
                "running" if hour == len(rhythm.today) - 1 else "",
                hour * HOUR + GAP,
                round(HEIGHT - HEIGHT * count / top, 1),
                HOUR - 2 * GAP,
                round(HEIGHT * count / top, 1),
            )
            for hour, count in enumerate(rhythm.today)
        ),
    )
    usual = rhythm.usual if any(rhythm.usual) else []
    steps = " ".join(
        f"{x},{HEIGHT - HEIGHT * mean / top:.1f}"
        for hour, mean in enumerate(usual)
        for x in (hour * HOUR, (hour + 1) * HOUR)
    )
    return format_html(
        '<svg class="curve" viewBox="0 -4 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '{}<polyline points="{}"></polyline></svg>'
        '<p class="hours num" aria-hidden="true"><span>0</span><span>6</span><span>12</span>'
        "<span>18</span><span>24</span></p>",
        24 * HOUR,
        HEIGHT + 8,
        bars,
        steps,
    )
