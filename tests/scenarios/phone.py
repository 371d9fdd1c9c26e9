"""A telephone on the simulator carrier, as a story uses it: over HTTP, like any stranger's."""

from typing import Any

from django.test import Client

Item = dict[str, Any]


class Phone:
    """Dials the hotline, listens, presses keys; answers what the hotline sends to its number."""

    def __init__(self, number: str) -> None:
        self.number = number
        self.state = ""
        self._client = Client()
        self._call = 0

    def dial(self, to: str = "12349") -> list[Item]:
        """Rings the hotline; returns the instructions given."""
        answer = self._post("calls/", {"from": self.number, "to": to}, status=201)
        self._call = answer["call"]
        return self._heard(answer)

    def press(self, digits: str) -> list[Item]:
        """Presses keys ("" is silence)."""
        return self._heard(self._post(f"calls/{self._call}/digits/", {"digits": digits}))

    def speak(self, text: str) -> list[Item]:
        return self._heard(self._post(f"calls/{self._call}/speech/", {"text": text}))

    def hang_up(self) -> None:
        self._heard(self._post(f"calls/{self._call}/hangup/", {}))

    def outbox(self, kind: str | None = None) -> list[Item]:
        """What was sent to this number, oldest first."""
        url = "/telephony/simulator/outbox/"
        items: list[Item] = self._client.get(url, {"to": self.number}).json()["items"]
        return [item for item in items if kind in (None, item["kind"])]

    def answer(self, item: Item) -> list[Item]:
        """Picks up a call of the outbox."""
        answer = self._post(f"outbox/{item['id']}/answer/", {})
        self._call = answer["call"]
        return self._heard(answer)

    def reply(self, item: Item, digits: str) -> list[Item]:
        """Keys on an answered call, or the reply to a text."""
        return self._heard(self._post(f"outbox/{item['id']}/digits/", {"digits": digits}))

    def reject(self, item: Item) -> None:
        """Turns a ringing call down."""
        self._heard(self._post(f"outbox/{item['id']}/reject/", {}))

    def let_ring(self, item: Item) -> None:
        """Lets it ring until it stops."""
        self._heard(self._post(f"outbox/{item['id']}/no-answer/", {}))

    def _heard(self, answer: Item) -> list[Item]:
        self.state = answer["state"]
        steps: list[Item] = answer["instructions"]
        return steps

    def _post(self, path: str, body: Item, *, status: int = 200) -> Item:
        url = f"/telephony/simulator/{path}"
        answer = self._client.post(url, body, content_type="application/json")
        assert answer.status_code == status, answer.content
        got: Item = answer.json()
        return got
