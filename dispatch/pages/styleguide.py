"""`/styleguide/`, with DEBUG alone: every shared component, in both themes and every language."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dispatch.pages.visit import FAMILY_STEPS


@dataclass(frozen=True, slots=True)
class Sheet:
    """One set of all components. `language` as Django calls it, `lang` as HTML does."""

    scheme: str
    language: str
    lang: str


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    now = timezone.now()
    context = {
        "sheets": [
            Sheet(scheme, language, "zh-Hans" if language == "zh-hans" else language)
            for language, _name in settings.LANGUAGES
            for scheme in ("light", "dark")
        ],
        "names": FAMILY_STEPS,
        "now": now,
        "ago": now - timedelta(minutes=4),
        "soon": now + timedelta(minutes=6),
    }
    return render(request, "styleguide/index.html", context)
