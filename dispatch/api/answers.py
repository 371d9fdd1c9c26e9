"""Which answers an operation declares: its shape, and the refusals it may give."""

from typing import Any

from dispatch.api.shapes import ErrorShape

REFUSALS = frozenset({401, 403, 404, 422})


def reads(shape: Any) -> dict[Any, Any]:
    """200 with `shape`."""
    return {200: shape, REFUSALS: ErrorShape}


def acts(shape: Any, *, status: int = 200) -> dict[Any, Any]:
    """`status` with `shape`; 400 for what is no JSON, 409 for what cannot be done now."""
    return {status: shape, REFUSALS | {400, 409}: ErrorShape}


def creates(shape: Any) -> dict[Any, Any]:
    """201 with `shape`, or 200 when what was there before has been joined."""
    return {201: shape, **acts(shape)}
