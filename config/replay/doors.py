"""The public endpoints, reached inside this process: HTTP without a network."""

from typing import Any

import httpx
from django.core.wsgi import get_wsgi_application

from elders import tokens
from elders.models import User

Answer = dict[str, Any]


class Doors:
    """One door for everybody; `user` None is a stranger's telephone or device.

    What the house refuses (taken by another, over already) answers None: that is part of life.
    A fault of the house (500) stops the replay.
    """

    def __init__(self) -> None:
        transport = httpx.WSGITransport(app=get_wsgi_application())
        self._client = httpx.Client(transport=transport, base_url="http://localhost")
        self._tokens: dict[int, str] = {}

    def admit(self, user: User, *, now: Any) -> None:
        """Gives `user` a bearer token."""
        self._tokens[user.pk] = tokens.issue(user, "replay", now=now)

    def post(
        self, path: str, body: Answer | None = None, *, user: User | None = None
    ) -> Answer | None:
        headers = {"Authorization": f"Bearer {self._tokens[user.pk]}"} if user else {}
        response = self._client.post(path, json=body or {}, headers=headers)
        if response.status_code >= 500:
            raise RuntimeError(f"{path} answered {response.status_code}: {response.text[:300]}")
        return dict(response.json()) if response.is_success else None

    def report(self, device_id: str, **said: object) -> Answer | None:
        """An OsmAnd message."""
        fields = {"id": device_id, **{key: str(value) for key, value in said.items()}}
        response = self._client.post("/positions/osmand/", data=fields)
        if response.status_code >= 500:
            raise RuntimeError(f"/positions/osmand/ answered {response.status_code}")
        return dict(response.json()) if response.is_success else None
