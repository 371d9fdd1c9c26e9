"""Lists come in pages: `?limit=&cursor=`, newest first."""

from collections.abc import Callable
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from dispatch.api.errors import Invalid
from dispatch.api.fields import BIGGEST

AnyRow = TypeVar("AnyRow", bound=Model)
Shape = TypeVar("Shape")


class Page(TypedDict, Generic[Shape]):
    """`next` is the cursor of the following page, null on the last one."""

    items: list[Shape]
    next: int | None


class Window(BaseModel):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=100)
    cursor: int | None = Field(None, ge=1, le=BIGGEST, description="`next` of the page before")


def cut(
    rows: QuerySet[AnyRow], window: Window, *, by: str | None = None
) -> tuple[list[AnyRow], int | None]:
    """The rows of the window and the next cursor; newest by id, or by the instant `by` names."""
    if window.cursor is not None:
        rows = rows.filter(_before(rows, window.cursor, by))
    order = [f"-{by}", "-pk"] if by else ["-pk"]
    some = list(rows.order_by(*order)[: window.limit + 1])
    more = len(some) > window.limit
    some = some[: window.limit]
    return some, some[-1].pk if more else None


def page(
    rows: QuerySet[AnyRow],
    window: Window,
    shape: Callable[[AnyRow], Shape],
    *,
    by: str | None = None,
) -> Page[Shape]:
    """The window, each row in its shape."""
    some, following = cut(rows, window, by=by)
    return {"items": [shape(row) for row in some], "next": following}


def _before(rows: QuerySet[AnyRow], cursor: int, by: str | None) -> Q:
    if by is None:
        return Q(pk__lt=cursor)
    last = rows.filter(pk=cursor).values_list(by, flat=True).first()
    if last is None:
        raise Invalid(cursor="no page ends there")
    return Q(**{f"{by}__lt": last}) | Q(**{by: last}, pk__lt=cursor)
