"""`{% load house %}`: shares and scores of a provider, drawn without a line of inline style.

{{ 0.83|percent }} 83%   {{ 42.0|seconds }} 42 s   {% share 0.83 0.8 %} a bar with its goal
{% stars 4.3 %} five stars, filled as far
"""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()
STAR = "M8 1.2l2.1 4.3 4.7.7-3.4 3.3.8 4.7L8 12l-4.2 2.2.8-4.7L1.2 6.2l4.7-.7z"


@register.filter
def percent(part: float | None) -> str:
    return "–" if part is None else f"{round(100 * part)}%"


@register.filter
def seconds(length_s: float | None) -> str:
    if length_s is None:
        return "–"
    if length_s < 60:
        return _("%(seconds)d s") % {"seconds": round(length_s)}
    return _("%(minutes)d min") % {"minutes": round(length_s / 60)}


@register.simple_tag
def share(part: float | None, goal: float) -> SafeString:
    """A bar from 0 to 1; the mark is the goal. The figure itself stands beside it in words."""
    if part is None:
        return SafeString("")
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
