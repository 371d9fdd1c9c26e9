"""What the API says of itself: every operation's own answer, and the refusals all of them share.

The refusals are written here once. Declared at each operation they cost every process a third of
its start: the framework builds a model for each status of each operation, 396 in all.
"""

from http.client import responses
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic import TypeAdapter

from dispatch.api.shapes import ErrorShape

REFUSALS = {
    "get": (401, 403, 404, 422),
    "post": (400, 401, 403, 404, 409, 422),  # no JSON; cannot be done now
}
_SHAPES = "#/components/schemas/"


class DescribedApi(NinjaAPI):
    """To describe itself takes a second of processor, anybody may ask, and nothing changes it."""

    _description: OpenAPISchema | None = None

    def get_openapi_schema(self, **path: Any) -> OpenAPISchema:
        """The same object each time; for whoever reads it, and not to be changed."""
        if self._description is None:
            self._description = super().get_openapi_schema(**path)
            _add_refusals(self._description)
        return self._description


def _add_refusals(description: dict[str, Any]) -> None:
    shape = TypeAdapter(ErrorShape).json_schema(ref_template=_SHAPES + "{model}")
    description["components"]["schemas"] |= shape.pop("$defs") | {"ErrorShape": shape}
    content = {"application/json": {"schema": {"$ref": f"{_SHAPES}ErrorShape"}}}
    for operations in description["paths"].values():
        for method, operation in operations.items():
            operation["responses"] |= {
                status: {"description": responses[status], "content": content}
                for status in REFUSALS[method]
            }
