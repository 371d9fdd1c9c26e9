"""`{% load live %}`: what makes an element a live region (see `js/bus.js` and `js/live.js`)."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def live(url: str, *topics: str | Iterable[str], query: str = "") -> SafeString:
    """Attributes of a region that fetches itself from `url` on its topics, and on every resync.

    Each of `topics` is one topic or a list of them. Forms inside answer into the region.
    """
    watched = [t for group in topics for t in ([group] if isinstance(group, str) else group)]
    triggers = ", ".join(f"{topic} from:body" for topic in [*watched, "resync"])
    return format_html(
        'data-topic="{}" hx-get="{}" hx-trigger="{}" hx-ext="live" hx-swap="live" hx-target="this"',
        " ".join(watched),
        f"{url}?{query}" if query else url,
        triggers,
    )
