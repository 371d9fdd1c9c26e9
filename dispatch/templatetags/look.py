"""Template tags of the look: `{% load look %}`.

{% icon "phone" %}            a lucide icon, as large as the text around it
<button{% says sentence %}>   what a key that comes to it makes heard
<li{% sounds sentence %}>     the sound of what stands in it
{{ person|named }}            the name in the page's language, from `name` and `name_zh`
{{ note|in_use }}             of a note in both languages, the one of the page
{{ person|initials }}         what stands in an avatar: 王, or WG
{{ instant|iso }}             an instant for the data attributes that clock.js reads
{{ number|spaced }}           a telephone number in groups, for the eye
"""

from datetime import UTC, datetime
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from dispatch import icons, speech
from dispatch.pages import labels
from dispatch.pages.herself import Sentence
from elders import numbers

register = template.Library()


@register.simple_tag
def push_key() -> str:
    """What a browser needs to be told by web push; empty where the house has none."""
    return str(settings.VAPID_PUBLIC_KEY)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon; decoration unless it has a label to be read out."""
    role = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" {}>{}</svg>',
        SafeString(role),
        SafeString(icons.drawings().get(name, "")),
    )


@register.simple_tag
def says(sentence: Sentence) -> SafeString:
    """Attributes of what is read out when a key comes to it (aloud.js)."""
    return format_html(' data-says="{}"', sentence.text) + sounds(sentence)


@register.simple_tag
def sounds(sentence: Sentence) -> SafeString:
    """Attributes of where its sound is, or that of what is said instead."""
    names = (("sound", sentence.name), ("instead", sentence.instead))
    found = ((what, reverse("elder-sound", args=[name])) for what, name in names if name)
    return format_html_join("", ' data-{}="{}"', found)


named = register.filter(labels.named)
in_use = register.filter(speech.in_use)


@register.filter
def initials(thing: Any) -> str:
    """One Chinese character, or up to two Latin letters."""
    words = named(thing).split()
    if not words:
        return "?"
    if not words[0][0].isascii():
        return words[0][0]
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def iso(instant: datetime | None) -> str:
    """UTC with seconds, or nothing."""
    return instant.astimezone(UTC).isoformat(timespec="seconds") if instant else ""


@register.filter
def spaced(number: str) -> str:
    """A telephone number as the page's language writes it; whatever else there is as it is."""
    return numbers.spaced(str(number), language=get_language() or "")
