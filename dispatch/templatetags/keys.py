"""Keys of the console as the operator has them: `{% load keys %}`.

{% key "hold" "take" %}              data-key="F4 t"; nothing where both are switched off
{% key "hang_up" also="Alt+1" %}     with a key that nobody may choose
{% kbd "hold" %}                     <kbd>F4</kbd>
{% letters %}                        data-letters="off" where single letters do nothing
"""

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dispatch import keys
from dispatch.models import DeskKeys

register = template.Library()


@register.simple_tag(takes_context=True)
def key(context: Context, *acts: str, also: str = "") -> SafeString:
    chosen = _mine(context).chosen
    found = [chosen.get(act, keys.DEFAULTS[act]) for act in acts]
    written = " ".join(filter(None, [*found, also]))
    return format_html('data-key="{}"', written) if written else SafeString()


@register.simple_tag(takes_context=True)
def kbd(context: Context, act: str) -> SafeString:
    written = keys.shown(_mine(context).chosen.get(act, keys.DEFAULTS[act]))
    return format_html("<kbd>{}</kbd>", written) if written else SafeString()


@register.simple_tag(takes_context=True)
def letters(context: Context) -> SafeString:
    return SafeString("" if _mine(context).letters else ' data-letters="off"')


def _mine(context: Context) -> DeskKeys:
    """The row of who looks, read once a request; a fresh one for who has chosen nothing."""
    request: HttpRequest = context["request"]
    known: DeskKeys | None = getattr(request, "desk_keys", None)
    if known is None:
        known = DeskKeys.objects.filter(user=request.user.pk).first() or DeskKeys()
        request.desk_keys = known  # type: ignore[attr-defined]
    return known
