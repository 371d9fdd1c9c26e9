"""What anybody outside the house can do: ring, answer, press keys, report a place, ask the API.

Everything goes through the public endpoints. What the house refuses (an offer taken by another, a
call that is over) is part of life and answers None.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import httpx

log = logging.getLogger(__name__)

MPS_PER_KNOT = 0.514444
PAGE = 100

Answer = dict[str, Any]


class Outside:
    """`client` knows the house's address; the API is asked with an operator's `token`."""

    def __init__(self, client: httpx.Client, *, token: str) -> None:
        self._client = client
        self._as_operator = {"Authorization": f"Bearer {token}"}

    # --- telephones ---------------------------------------------------------------------------
    def outbox(self) -> list[Answer]:
        """The newest calls and texts to anybody."""
        return self._items(self._get("/telephony/simulator/outbox/"))

    def reply(self, item_id: int, digits: str) -> Answer | None:
        """A key on a call that rings or was picked up; a reply to a text."""
        return self._post(f"/telephony/simulator/outbox/{item_id}/digits/", {"digits": digits})

    def ring(self, number: str, *, to: str) -> int | None:
        """The id of the call."""
        call = self._post("/telephony/simulator/calls/", {"from": number, "to": to})
        return call["call"] if call else None

    def press(self, call_id: int, digits: str) -> Answer | None:
        return self._post(f"/telephony/simulator/calls/{call_id}/digits/", {"digits": digits})

    def hang_up(self, call_id: int) -> Answer | None:
        return self._post(f"/telephony/simulator/calls/{call_id}/hangup/", {})

    # --- devices ------------------------------------------------------------------------------
    def report(
        self, device_id: str, place: tuple[float, float], *, speed_mps: float = 0.0, **more: str
    ) -> Answer | None:
        """A position by OsmAnd; `alarm="sos"` among `more` raises an alarm."""
        said = {
            "id": device_id,
            "lat": f"{place[0]:.6f}",
            "lon": f"{place[1]:.6f}",
            "accuracy": "8",
            "speed": f"{speed_mps / MPS_PER_KNOT:.1f}",
            **more,
        }
        return self._read(self._client.post("/positions/osmand/", data=said))

    # --- the API ------------------------------------------------------------------------------
    def requests(self, states: Iterable[str]) -> list[Answer]:
        """The newest requests in these states, whole."""
        query = "&".join(f"state={state}" for state in states)
        return self._items(self._get(f"/api/v1/requests?limit={PAGE}&{query}"))

    def place_of(self, device_id: str) -> tuple[float, float] | None:
        """Where a device last was."""
        position = (self._get(f"/api/v1/devices/{device_id}") or {}).get("position")
        return (position["lat"], position["lon"]) if position else None

    def act(self, assignment_id: int, verb: str) -> Answer | None:
        """`verb` is depart, arrive or finish, on the worker's behalf."""
        return self._post(f"/api/v1/assignments/{assignment_id}/{verb}", {})

    # --- the wire -----------------------------------------------------------------------------
    def _get(self, path: str) -> Answer | None:
        return self._read(self._client.get(path, headers=self._as_operator))

    def _post(self, path: str, body: Answer) -> Answer | None:
        headers = self._as_operator if path.startswith("/api/") else None
        return self._read(self._client.post(path, json=body, headers=headers))

    @staticmethod
    def _read(response: httpx.Response) -> Answer | None:
        if response.is_success:
            return dict(response.json())
        log.debug("refused: %s %s", response.status_code, response.request.url.path)
        return None

    @staticmethod
    def _items(answer: Answer | None) -> list[Answer]:
        return list(answer["items"]) if answer else []
