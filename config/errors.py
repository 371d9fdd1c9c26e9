"""How every error is answered: JSON for programs, a page that says what to do for people."""

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

# Whoever calls these is a program, whatever it says it accepts.
PROGRAMS = ("/api/", "/positions/", "/telephony/", "/healthz", "/readyz", "/metrics")


def answer(
    request: HttpRequest,
    status: int,
    code: str,
    message: str,
    fields: Mapping[str, object] | None = None,
    extra: Mapping[str, object] | None = None,
) -> HttpResponse:
    """`{"error": {"code", "message", "fields", …extra}}`, or a page with the same for a browser."""
    reasons = {name: str(reason) for name, reason in (fields or {}).items()}
    error = {"code": code, "message": str(message), "fields": reasons, **(extra or {})}
    if _wants_page(request):
        page = {"error": error, "status": status, "hotline": settings.HOTLINE_NUMBER}
        html = render_to_string("error.html", page, request=_harmless(request, status))
        return HttpResponse(html, status=status)
    return JsonResponse({"error": error}, status=status)


def _wants_page(request: HttpRequest) -> bool:
    if request.path.startswith(PROGRAMS):
        return False
    return request.accepts("text/html") and "text/html" in request.headers.get("Accept", "")


def _harmless(request: HttpRequest, status: int) -> HttpRequest | None:
    """After a crash the page is drawn without session, user or database."""
    return None if status >= 500 else request


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 400, "bad_request", _("This request cannot be understood."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 403, "forbidden", _("This page is for other people."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 404, "not_found", _("There is nothing here."))


def crashed(request: HttpRequest) -> HttpResponse:
    message = _("Something broke on our side. It has been written down.")
    return answer(request, 500, "server_error", message)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _("This page was open too long. Go back, reload it and try again.")
    return answer(request, 403, "csrf_failed", message)


def too_many_sign_ins(request: HttpRequest, credentials: Any, *args: Any) -> HttpResponse:
    """Answers an address that has tried too many passwords for one name."""
    log.warning("sign-in throttled")
    response = answer(
        request, 429, "too_many_sign_ins", _("Too many failed sign-ins. Wait a few minutes.")
    )
    response["Retry-After"] = str(round(settings.AXES_COOLOFF_TIME * 3600))
    return response
