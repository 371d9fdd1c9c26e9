"""What stands under `/positions/`: how a request is read there, and what is answered.

Two routes lead here: the bare one that a server puts in front of Django (`config/positions.py`),
and Django's own for hosts that have no event loop (`tracking/views.py`).
"""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple

from tracking.errors import TrackingError
from tracking.messages import Message
from tracking.models import Protocol
from tracking.protocols import batch, osmand, owntracks, traccar
from tracking.reception import Receipt, Sender

MAX_BODY = osmand.MAX_BODY  # bytes; an edge reads one more, so that a decoder sees what is too long
RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What a decoder may look at; the names of `headers` are in lower case."""

    method: str
    query: str
    body: bytes
    headers: Mapping[str, str]
    address: str = ""

    @property
    def token(self) -> str:
        """The bearer token."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    @property
    def basic(self) -> tuple[str, str]:
        """Name and password of HTTP Basic; what cannot be read is nobody."""
        scheme, _, said = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return "", ""
        try:
            name, _, password = b64decode(said, validate=True).decode().partition(":")
        except ValueError:
            return "", ""
        return name, password


@dataclass(frozen=True, slots=True)
class Answer:
    """JSON, and what stands in the headers beside it."""

    status: int
    document: object
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        return json.dumps(self.document).encode()


class Endpoint(NamedTuple):
    """`read` never raises; `told` is the body of a 200."""

    verbs: tuple[str, ...]
    read: Callable[[Request, tzinfo], tuple[Sequence[Message], Sender]]
    told: Callable[[Receipt], object]


def _read_osmand(request: Request, zone: tzinfo) -> tuple[Sequence[Message], Sender]:
    kind = request.headers.get("content-type", "")
    messages = osmand.decode(request.query, request.body, kind, zone=zone)
    return messages, Sender(Protocol.OSMAND, request.token, request.address)


def _read_batch(request: Request, zone: tzinfo) -> tuple[Sequence[Message], Sender]:
    return batch.decode(request.body, zone=zone), _forwarder(Protocol.BATCH, request)


def _read_traccar(request: Request, zone: tzinfo) -> tuple[Sequence[Message], Sender]:
    return traccar.decode(request.body, zone=zone), _forwarder(Protocol.TRACCAR, request)


def _read_owntracks(request: Request, zone: tzinfo) -> tuple[Sequence[Message], Sender]:
    user, password = request.basic
    names = owntracks.Names(
        user=user or request.headers.get("x-limit-u", ""),
        device=request.headers.get("x-limit-d", ""),
    )
    messages = owntracks.decode(request.body, names, zone=zone)
    return messages, Sender(Protocol.OWNTRACKS, password or request.token, request.address)


def _told_owntracks(receipt: Receipt) -> object:
    """The app wants a list of objects for its map: empty, or one that it takes no notice of."""
    return [receipt.as_json()] if receipt.alarms or receipt.warnings else []


def _forwarder(protocol: Protocol, request: Request) -> Sender:
    return Sender(protocol, request.token, request.address, forwards=True)


ENDPOINTS = {
    "osmand": Endpoint(("GET", "POST"), _read_osmand, Receipt.as_json),
    "owntracks": Endpoint(("POST",), _read_owntracks, _told_owntracks),
    "traccar": Endpoint(("POST",), _read_traccar, Receipt.as_json),
    "batch": Endpoint(("POST",), _read_batch, Receipt.as_json),
}


def named(path: str) -> Endpoint | None:
    """The endpoint of `/positions/<name>`, with and without a slash at the end."""
    prefix, _, name = path.removesuffix("/").rpartition("/")
    return ENDPOINTS.get(name) if prefix == "/positions" else None


def wrong_verb(endpoint: Endpoint, request: Request) -> Answer | None:
    """The refusal of a request made with the wrong verb."""
    if request.method in endpoint.verbs:
        return None
    verbs = ", ".join(endpoint.verbs)
    return refused(TrackingError("method_not_allowed", 405), {"Allow": verbs})


def refused(error: TrackingError, headers: Mapping[str, str] | None = None) -> Answer:
    """`{"error": {"code", "message", "fields"}}`."""
    said = {"code": error.code, "message": str(error.message), "fields": error.fields}
    more = dict(headers or {})
    if error.http_status == 503:
        more["Retry-After"] = str(RETRY_AFTER_S)
    return Answer(error.http_status, {"error": said}, more)
