"""Whose page it is: strangers sign in first, the wrong kind of person gets 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from elders import roles
from elders import selectors as register
from elders.models import User
from providers import selectors as workforce
from providers.models import Provider

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


def for_station(view: View) -> View:
    """For the staff of a community station: `view(request, …)`."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not roles.is_station(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def for_houses(view: View) -> View:
    """The view gets the provider whose staff asks: `view(request, provider, …)`.

    Whoever works for several chooses with `?house=`; one that is not theirs is 404.
    """

    def whose(request: HttpRequest) -> Provider | None:
        own = workforce.houses_of(request.user)
        chosen = request.GET.get("house", "")
        if not chosen:
            return own.first()
        if not own.exists():
            return None
        number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0
        return get_object_or_404(own, pk=number)

    return _guarded(view, whose)


def _for(view: View, whose: Callable[[Any], Any]) -> View:
    return _guarded(view, lambda request: whose(request.user))


def _guarded(view: View, whose: Callable[[HttpRequest], Any]) -> View:
    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = whose(request)
        if person is None:
            raise PermissionDenied
        return view(request, person, *args, **kwargs)

    return guarded


def by_script(request: HttpRequest) -> bool:
    """Whether a live region asks, and wants itself back; else a form was sent without scripts."""
    return request.headers.get("HX-Request") == "true"
