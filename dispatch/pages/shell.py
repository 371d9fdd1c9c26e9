"""What lets pages of elders, workers and families stand on a device and open without a line.

Only an answer that carries `Shell-Keep` may stay in a browser (`static/js/service-worker.js`): the
page drops it when somebody signs out, when another person signs in, and when its time is over.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dispatch.pages import herself
from elders.models import User
from telephony import prompts

SCRIPTS = Path(__file__).resolve().parents[1] / "static" / "js"
NAMES: dict[str, Any] = {
    "elder": gettext_lazy("One Number"),
    "tv": gettext_lazy("One Number"),
    "worker": gettext_lazy("My visits"),
    "family": gettext_lazy("My family"),
}
# How long a page may be shown without a line, in seconds. Her own red button has no end; a worker
# needs the address of this shift; where somebody was is not for tomorrow.
KEPT_S = {"elder": 0, "worker": 12 * 3600, "family": 2 * 3600}


def keep(answer: HttpResponse, user: User, page: str) -> HttpResponse:
    """Lets this user's browser keep the page for the time without a line."""
    answer["Shell-Keep"] = f"{user.pk} {KEPT_S[page]}"
    return answer


@require_safe
@never_cache
def manifest(request: HttpRequest, page: str) -> HttpResponse:
    """The page as an app on somebody's first screen, in their language."""
    if page not in NAMES:
        raise Http404
    said = {
        "id": f"/{page}/",
        "name": f"{_('One Number')} · {NAMES[page]}" if page in KEPT_S else str(NAMES[page]),
        "short_name": str(NAMES[page]),
        "lang": get_language(),
        "start_url": f"/{page}/",
        "scope": "/",
        "display": "fullscreen" if page == "tv" else "standalone",
        "theme_color": "#0b3a42",
        "background_color": "#edf1f3",
        "icons": [
            {"src": static("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            *(
                {"src": static(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
                for size in (192, 512)
            ),
        ],
    }
    return JsonResponse(said, content_type="application/manifest+json")


@require_safe
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """Its version is that of everything it may hold, so that a new one takes over at once."""
    script = (SCRIPTS / "service-worker.js").read_text("utf-8").replace("@version@", version())
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@cache
def version() -> str:
    """Names the front-end files of this house: the collected ones, or the scripts as they lie."""
    listed = Path(settings.STATIC_ROOT) / "staticfiles.json"
    parts = [listed] if settings.STATIC_COLLECTED else sorted(SCRIPTS.rglob("*.js"))
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:12]


@require_safe
def no_line(request: HttpRequest) -> HttpResponse:
    """Shown by a device that holds no page of anybody; in both languages, it cannot ask which."""
    return render(request, "shell/no_line.html", {"hotline": settings.HOTLINE_NUMBER})


@require_safe
def no_line_sound(request: HttpRequest, name: str) -> HttpResponse:
    """What is heard of a press that could not be sent: nobody's, and kept on the device."""
    path = prompts.found(name) if herself.is_unsent(name) else None
    if path is None:
        raise Http404
    return HttpResponse(path.read_bytes(), content_type="audio/wav")
