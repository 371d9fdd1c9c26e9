"""Who is calling: a bearer token, or the session of a signed-in page with its CSRF token."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from dispatch.errors import DispatchError
from elders import tokens
from elders.models import User


class Bearer(HttpBearer):
    """`Authorization: Bearer <token>`. Whoever sends one is judged by it alone."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        user = tokens.user_of(token.strip(), now=timezone.now())
        if user is not None:
            request.user = user
            _speak(request, user)
        return user


class Session(APIKeyCookie):
    """The cookie of a signed-in page. Anything that writes needs the CSRF token as well."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> User | None:
        if "Authorization" in request.headers or not request.user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            message = _("This page was open too long. Go back, reload it and try again.")
            raise DispatchError("csrf_failed", message, http_status=403)
        _speak(request, request.user)
        return request.user

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        raise NotImplementedError  # `__call__` decides


BEARER, SESSION = Bearer(), Session()


def identify(request: HttpRequest) -> User | None:
    """The caller, before any operation has asked; None for nobody."""
    return cast("User | None", BEARER(request)) or SESSION(request)


def by_token(request: HttpRequest) -> bool:
    """Whether a program is calling rather than one of our own pages."""
    return "Authorization" in request.headers


def _speak(request: HttpRequest, user: User) -> None:
    """Sentences come in the language that was asked for, else in the caller's own."""
    if (
        "Accept-Language" not in request.headers
        and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES
    ):
        translation.activate(user.language)
