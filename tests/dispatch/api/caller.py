"""Somebody with a token, and what they ask the API."""

import json
from typing import Any

from django.test import Client
from django.utils import timezone

from dispatch import deadlines, intake
from dispatch.actors import SYSTEM
from dispatch.models import ServiceRequest
from dispatch.states import Priority
from elders import tokens
from elders.models import Elder, User


class Caller:
    """`user` at the API, by bearer token; None is a stranger."""

    def __init__(self, user: User | None) -> None:
        headers = {}
        if user is not None:
            token = tokens.issue(user, "test", now=timezone.now())
            headers["authorization"] = f"Bearer {token}"
        self.client = Client(headers=headers)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        return self.client.post(
            f"/api/v1/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers={} if key is None else {"idempotency-key": key},
        )


def code(answer: Any) -> str:
    """The code of a refusal."""
    return str(json.loads(answer.content)["error"]["code"])


def fields(answer: Any) -> dict[str, str]:
    return dict(json.loads(answer.content)["error"]["fields"])


def wants(elder: Elder, category: str = "catering", *, priority: str = "routine") -> ServiceRequest:
    """A request of `elder`, opened now; nobody has been asked yet."""
    return intake.open_request(
        elder=elder,
        category=category,
        priority=Priority(priority),
        source="operator",
        by=SYSTEM,
        now=timezone.now(),
    )


def sweep() -> None:
    """What the background does: the next workers are asked."""
    deadlines.fire_due(now=timezone.now())
