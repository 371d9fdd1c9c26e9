"""Whose page it is: strangers sign in first, the wrong kind of person gets 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from elders import selectors as register
from elders.models import User
from providers import selectors as workforce

View = Callable[..., HttpResponse]


class KnownRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


def for_elders(view: View) -> View:
    """The view gets the elder whose account it is: `view(request, elder, …)`."""
    return _for(view, register.elder_of)


def for_workers(view: View) -> View:
    """The view gets the worker whose account it is: `view(request, worker, …)`."""
    return _for(view, workforce.worker_of)


def _for(view: View, whose: Callable[[Any], Any]) -> View:
    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = whose(request.user)
        if person is None:
            raise PermissionDenied
        return view(request, person, *args, **kwargs)

    return guarded


def by_script(request: HttpRequest) -> bool:
    """Whether a live region asks, and wants itself back; else a form was sent without scripts."""
    return request.headers.get("HX-Request") == "true"
