"""What happens around every request: an id on its log lines, and its errors answered."""

import logging
import re
from collections.abc import Callable
from uuid import uuid4

from django.core.exceptions import RequestDataTooBig
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
)
from django.middleware.common import CommonMiddleware
from django.middleware.gzip import GZipMiddleware
from django.utils.translation import gettext as _

from config.errors import answer
from config.logging import bind
from elders import asked

Handler = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger(__name__)


class AnyAddress(CommonMiddleware):
    """Django's own, but devices and probes are answered at whatever address they know us by.

    A watch that was set up with an IP or an old name must not have its alarm refused for it, nor a
    carrier its webhook, which is signed. What is answered there makes no links out of the address,
    which is what the check guards.
    """

    ANYWHERE = ("/positions/", "/telephony/twilio/", "/healthz", "/readyz")

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        if request.path.startswith(self.ANYWHERE):
            return None
        return super().process_request(request)


class Zipped(GZipMiddleware):
    """Words travel compressed; sound and pictures are so already, and are sought in by their bytes.

    Django's own adds random bytes to each answer, so that its length gives no secret away.
    """

    WORDS = re.compile(
        r"text/|application/(\w+\+)?json|image/svg|application/manifest|.*javascript"
    )

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.status_code == 200 and self.WORDS.match(response.get("Content-Type", "")):
            return super().process_response(request, response)
        return response


class RequestContext:
    """Puts a request id on every log line and on the answer, and asks once who somebody is.

    A proxy's own id is taken over when it looks like one, so that both logs can be joined.
    """

    ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if self.ID.fullmatch(given) else uuid4().hex
        with bind(request_id=request_id), asked.in_one_request():
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class Errors:
    """Answers the errors that the apps raise: any exception with `code` and `http_status`."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 405 and "json" not in response.get("Content-Type", ""):
            return _wrong_verb(request, response.get("Allow", ""))
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RequestDataTooBig):
            return answer(request, 413, "too_large", str(error))
        code, status = getattr(error, "code", None), getattr(error, "http_status", None)
        if not isinstance(code, str) or not isinstance(status, int):
            return None
        if status >= 500:
            log.error("request failed: %s", code, exc_info=error)
        message = getattr(error, "message", "") or str(error)
        return answer(request, status, code, message, getattr(error, "fields", None), _more(error))


def _wrong_verb(request: HttpRequest, allowed: str) -> HttpResponse:
    message = _("This is done with %(verbs)s.") % {"verbs": allowed}
    response = answer(request, 405, "method_not_allowed", message)
    response["Allow"] = allowed
    return response


def _more(error: Exception) -> dict[str, object]:
    """What an error says beside code, message and fields, such as who has the call."""
    more = dict(getattr(error, "extra", {}))
    if by := getattr(error, "by", ""):
        more["by"] = by
    return more
