"""Every path of the house with its methods, and what each kind of account is answered there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from dispatch.api import api
from tests.roles.town import Town

# `<int:pk>` in a page's path is whatever stands before it.
BEFORE_PK = {"visits": "assignment_id", "devices": "device_pk"}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Stop:
    """`pattern` as it stands in the URL configuration, without converters."""

    method: str
    pattern: str

    def path(self, subjects: dict[str, str]) -> str:
        parts = self.pattern.split("/")
        for n, part in enumerate(parts):
            name = part.strip("<>")
            if part.startswith("<") and name == "pk":
                kind = parts[n - 1]
                name = BEFORE_PK.get(kind, kind.removesuffix("s") + "_id")
            if part.startswith("<"):
                parts[n] = subjects[name]
        return "/" + "/".join(parts)


def stops() -> Iterator[Stop]:
    """Every path and method of the house, without Django's admin."""
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    for path, methods in schema["paths"].items():
        for method in methods:
            yield Stop(method.upper(), path.strip("/").replace("{", "<").replace("}", ">"))
    for pattern in sorted(set(_patterns(get_resolver()))):
        if pattern.startswith("admin/"):
            continue
        operation = pattern.startswith("api/v1/") and pattern.removeprefix("api/v1/")
        if not operation or operation in ("docs", "openapi.json"):
            yield Stop("GET", pattern)
            yield Stop("POST", pattern)


def admin_stops() -> Iterator[Stop]:
    for pattern in sorted(set(_patterns(get_resolver()))):
        if pattern.startswith("admin/") and not pattern.startswith(("admin/^", "admin/(")):
            yield Stop("GET", pattern)


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        whole = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield _plain(whole)
        else:
            yield from _patterns(entry, whole)


def _plain(pattern: str) -> str:
    """Regular expressions and converters as `<name>`."""
    if not pattern.startswith("admin/"):
        pattern = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern)
        pattern = pattern.replace("^", "").replace("$", "").replace("/?", "/")
    return PARAMETER.sub(r"<\1>", pattern)


@dataclass(frozen=True)
class Answer:
    status: int
    to: str
    body: str

    @property
    def kind(self) -> str:
        """ "in", "403", "404", "sign in" or "no such method"."""
        if self.status == 405:
            return "no such method"
        if self.status == 401 or (self.status == 302 and "/sign-in/" in self.to):
            return "sign in"
        if self.status == 302 and "/admin/login/" in self.to:
            return "sign in"
        return str(self.status) if self.status in (403, 404) else "in"


class Walker:
    """One account on its way through the house; nothing it does stays done."""

    def __init__(self, town: Town, who: str) -> None:
        self.client = Client(headers={"accept-language": "en"})
        self.subjects = town.subjects
        user = town.users[who]
        if not isinstance(user, AnonymousUser):
            self.client.force_login(user)

    def call(self, stop: Stop, **more: Any) -> Answer:
        session = dict(self.client.cookies)
        with transaction.atomic():
            reply = self.client.generic(stop.method, stop.path(self.subjects), **more)
            reply = reply if hasattr(reply, "status_code") else None
            transaction.set_rollback(True)
        self.client.cookies.update(session)
        body = b"".join(reply.streaming_content) if reply.streaming else reply.content
        return Answer(
            reply.status_code, reply.headers.get("Location", ""), body.decode("utf-8", "replace")
        )
