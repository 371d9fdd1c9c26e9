"""Who may sit at the console, and what their forms may say."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from dispatch.errors import DispatchError
from elders import roles
from elders.models import User

Word = TypeVar("Word", bound=StrEnum)
MOST = 2000


class DeskRequest(HttpRequest):
    """A request of somebody who is known to sit at the desk."""

    user: User


View = Callable[..., HttpResponse]


def operators_only(view: View) -> View:
    """Strangers sign in first; everybody else who is no operator gets 403."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not roles.is_operator(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def supervisors_only(view: View) -> View:
    """As `operators_only`, for those who lead a shift."""

    @operators_only
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not roles.is_supervisor(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def words(form: QueryDict, name: str, *, most: int = MOST, needed: bool = False) -> str:
    """What was typed in `name`, without what no database keeps; DispatchError when it is needed."""
    typed = form.get(name, "").replace("\0", "").strip()[:most]
    if needed and not typed:
        raise bad(name, _("Please fill this in."))
    return typed


def number(form: QueryDict, name: str) -> int | None:
    """A whole number, None when the field is empty."""
    typed = form.get(name, "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 18):
        raise bad(name, _("A whole number is needed here."))
    return int(typed)


def needed_number(form: QueryDict, name: str) -> int:
    """A whole number that must be there."""
    found = number(form, name)
    if found is None:
        raise bad(name, _("Please fill this in."))
    return found


def choice(form: QueryDict, name: str, kind: type[Word]) -> Word:
    """One of the words of `kind`."""
    typed = form.get(name, "")
    if typed not in set(kind):
        raise bad(name, _("Please choose one."))
    return kind(typed)


def bad(field: str, reason: str) -> DispatchError:
    """What is wrong with a field of the form."""
    return DispatchError("bad_request", reason, http_status=400, fields={field: reason})
