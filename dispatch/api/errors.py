"""How the API refuses: always `{"error": {"code", "message", "fields"}}`.

What the apps raise is answered by the middleware; here are the framework's own refusals.
"""

from typing import Any, NoReturn

from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from dispatch.errors import DispatchError


class NotFound(DispatchError):
    """There is no such thing, or it is not the caller's to see: both sound the same."""

    def __init__(self, fields: dict[str, str] | None = None) -> None:
        message = _("There is nothing here, or it is not yours to see.")
        super().__init__("not_found", message, http_status=404, fields=fields)


class Forbidden(DispatchError):
    """The caller is not of the kind that may do this at all."""

    def __init__(self, message: str = "") -> None:
        super().__init__("forbidden", message or _("This is for other people."), http_status=403)


class Invalid(DispatchError):
    """Well formed, and yet impossible: `fields` names what to mend."""

    def __init__(self, **fields: str) -> None:
        super().__init__("invalid", _("This cannot be so."), http_status=422, fields=fields)


def install(api: NinjaAPI) -> None:
    """Has the framework's refusals answered like all others."""
    api.exception_handler(ValidationError)(_invalid)
    api.exception_handler(AuthenticationError)(_stranger)
    api.exception_handler(HttpError)(_unreadable)
    api.exception_handler(Http404)(_hand_on)
    api.exception_handler(Exception)(_hand_on)


def refuse(
    status: int, code: str, message: str, fields: dict[str, str] | None = None
) -> JsonResponse:
    error = {"code": code, "message": message, "fields": fields or {}}
    return JsonResponse({"error": error}, status=status)


def _invalid(request: HttpRequest, error: ValidationError) -> JsonResponse:
    fields = {_field(one["loc"]): str(one["msg"]) for one in reversed(error.errors)}
    return refuse(422, "invalid", _("Something in this request is not as it must be."), fields)


def _field(loc: tuple[Any, ...]) -> str:
    """The name the caller used: a body's own name says nothing to him."""
    names = loc[2:] if loc[0] == "body" else loc[1:]
    return ".".join(str(name) for name in names) or "body"


def _stranger(request: HttpRequest, error: AuthenticationError) -> JsonResponse:
    answer = refuse(401, "unauthorized", _("Sign in, or send a valid token."))
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _unreadable(request: HttpRequest, error: HttpError) -> JsonResponse:
    code = "unreadable" if error.status_code == 400 else "refused"
    reason = {"body": _("This is not JSON.")} if error.status_code == 400 else {}
    return refuse(error.status_code, code, str(error), reason)


def _hand_on(request: HttpRequest, error: Exception) -> NoReturn:
    raise error
