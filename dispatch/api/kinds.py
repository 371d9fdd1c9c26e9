"""Who may: the kinds of callers. Not your kind is 403; what is not yours is 404 (`found`)."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from dispatch.api.errors import Forbidden, NotFound
from dispatch.selectors import READERS
from elders import roles
from elders.models import User

AnyRow = TypeVar("AnyRow", bound=Model)


def caller(request: HttpRequest) -> User:
    """Whoever is signed in; the API lets nobody else through."""
    if not isinstance(request.user, User):
        raise Forbidden
    return request.user


def desk(request: HttpRequest) -> User:
    """An operator or supervisor."""
    user = caller(request)
    if not roles.is_operator(user):
        raise Forbidden
    return user


def lead(request: HttpRequest) -> User:
    """A supervisor."""
    user = caller(request)
    if not roles.is_supervisor(user):
        raise Forbidden
    return user


def reader(request: HttpRequest) -> User:
    """The desk, or an auditor: who may read what concerns the whole service."""
    user = caller(request)
    if not is_reader(user):
        raise Forbidden
    return user


def is_reader(user: User) -> bool:
    return bool(roles.of(user) & READERS)


def actor(request: HttpRequest) -> User:
    """Anybody but an auditor, who reads and never acts."""
    user = caller(request)
    if roles.is_auditor(user) and not roles.is_operator(user):
        raise Forbidden
    return user


def found(rows: QuerySet[AnyRow], **key: object) -> AnyRow:
    """The row, if it is among those the caller may see."""
    row = rows.filter(**key).first()
    if row is None:
        raise NotFound
    return row
