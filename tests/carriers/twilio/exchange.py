"""A scripted Twilio: plays REST over HTTP, rings our webhooks signed, and follows our TwiML.

REST is a real server on loopback, asked by the real library. Webhooks go to the house through
Django's client, with the signature, the repeats and the disorder that Twilio is known for.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree.ElementTree import Element

from django.conf import settings
from django.test import Client
from django.utils import timezone

from telephony.carriers.twilio.signature import sign
from tests.carriers.twilio.grammar import MESSAGES, read, read_for_a_caller

ACCOUNT = "AC" + "0" * 32
BASE = "https://one.example"
Form = dict[str, list[str]]


@dataclass
class Leg:
    """A telephone on the line, in or out; `document` is what it follows."""

    sid: str
    number: str
    direction: str
    status: str = "queued"
    asked: dict[str, list[str]] = field(default_factory=dict)
    document: Element | None = None
    room: str = ""
    heard: list[str] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    label: str = ""
    how: dict[str, str] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        outbound = self.direction == "outbound-api"
        ours = settings.TWILIO_NUMBER
        return {
            "sid": self.sid,
            "to": self.number if outbound else ours,
            "from": ours if outbound else self.number,
            "status": self.status,
            "direction": self.direction,
            "date_created": format_datetime(timezone.now()),
            "price": "-0.01300" if self.status == "completed" else None,
            "price_unit": "USD",
        }


class Exchange:
    """All legs and texts of the account."""

    def __init__(self) -> None:
        self.legs: list[Leg] = []
        self.texts: list[dict[str, Any]] = []
        self.refuses: tuple[int, int] | None = None  # (status, code) of the next placing
        self.loses_answer = False  # the next placing is done, and its answer never comes
        self.posted: list[str] = []
        self.recordings: dict[str, tuple[str, bytes]] = {}  # sid → (room or leg, sound)
        self._client = Client()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    # --- telephones ---------------------------------------------------------------------------

    def ring(self, number: str) -> Leg:
        """`number` rings ours."""
        leg = self._leg(number, "inbound", "in-progress")
        self.follow(leg, f"{BASE}/telephony/twilio/voice/")
        return leg

    def ringing(self, number: str) -> Leg:
        """The newest call of ours that rings `number`."""
        return next(
            leg for leg in reversed(self.legs) if leg.number == number and leg.status == "queued"
        )

    def pick_up(self, leg: Leg, *, by: str = "human") -> None:
        leg.status = "in-progress"
        self.call_back(leg, "in-progress")
        if "Url" in leg.asked:
            heard = {"AnsweredBy": by} if "MachineDetection" in leg.asked else {}
            self.follow(leg, leg.asked["Url"][0], **heard)
        else:
            leg.room = leg.asked["room"][0]

    def press(self, leg: Leg, key: str, *, times: int = 1) -> None:
        gather = self.listening(leg)
        assert gather is not None, "nobody listens for a key"
        for _ in range(times):
            self.follow(leg, gather.get("action", ""), Digits=key)

    def say_nothing(self, leg: Leg) -> None:
        """Lets the present listening run out."""
        gather = self.listening(leg)
        if gather is not None and gather.get("actionOnEmptyResult") == "true":
            self.follow(leg, gather.get("action", ""), Digits="")
            return
        assert leg.document is not None
        redirect = leg.document.find("Redirect")
        assert redirect is not None
        self.follow(leg, redirect.text or "")

    def hang_up(self, leg: Leg) -> None:
        leg.status, leg.room = "completed", ""
        self.call_back(leg, "completed")

    def refuse(self, leg: Leg, how: str = "no-answer") -> None:
        leg.status = how
        self.call_back(leg, how)

    def listening(self, leg: Leg) -> Element | None:
        return None if leg.document is None else leg.document.find("Gather")

    def call_back(self, leg: Leg, status: str) -> None:
        """The status callback, to where it was asked for, or (inbound) where the number says."""
        to = leg.asked.get("StatusCallback", [f"{BASE}/telephony/twilio/status/"])[0]
        self.post(to, {**self._said(leg), "CallStatus": status})

    def text(self, number: str, body: str, *, sid: str = "", **more: str) -> list[str]:
        """`number` texts ours; returns what it is answered."""
        form = {"MessageSid": sid or f"SM{len(self.texts):032}", "From": number, "Body": body}
        self.texts.append({"sid": form["MessageSid"], "to": "", "body": body})
        answer = self.post(
            f"{BASE}/telephony/twilio/sms/", {**form, "To": settings.TWILIO_NUMBER, **more}
        )
        return [message.text or "" for message in read(answer, MESSAGES)]

    def follow(self, leg: Leg, url: str, *, token: str = "", **more: str) -> None:
        """Asks `url` what the leg is to do next, and does it."""
        leg.visited.append(url)
        answer = self.post(url, self._said(leg) | more, token=token)
        self.obey(leg, answer)

    def obey(self, leg: Leg, document: str) -> None:
        leg.document = read_for_a_caller(document)
        leg.room = ""
        leg.heard += [say.text or "" for say in leg.document.iter("Say")]
        leg.dialled += [number.text or "" for number in leg.document.iter("Number")]
        for conference in leg.document.iter("Conference"):
            leg.room, leg.label = conference.text or "", conference.get("participantLabel", "")
        if leg.document[-1].tag == "Hangup":
            self.hang_up(leg)

    # --- webhooks -----------------------------------------------------------------------------

    def post(self, url: str, form: dict[str, str], *, token: str = "", key: str = "") -> str:
        """A webhook, signed; it must be answered with XML."""
        answer = self.send(url, form, token=token, key=key)
        assert answer.status_code == 200, (url, answer.status_code)
        assert answer["Content-Type"].startswith("text/xml")
        return answer.content.decode()

    def send(self, url: str, form: dict[str, str], *, token: str = "", key: str = "") -> Any:
        parts = urlsplit(url)
        headers = {"X-Twilio-Signature": sign(url, form, key or settings.TWILIO_AUTH_TOKEN)}
        if token:
            headers["I-Twilio-Idempotency-Token"] = token
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.posted.append(path)
        return self._client.post(
            path,
            urlencode(form),
            content_type="application/x-www-form-urlencoded",
            headers=headers,
        )

    def _said(self, leg: Leg) -> dict[str, str]:
        shown = leg.as_json()
        return {
            "AccountSid": ACCOUNT,
            "CallSid": leg.sid,
            "From": shown["from"],
            "To": shown["to"],
            "CallStatus": leg.status,
            "Direction": leg.direction,
        }

    # --- REST ---------------------------------------------------------------------------------

    def _leg(self, number: str, direction: str, status: str) -> Leg:
        leg = Leg(f"CA{len(self.legs):032}", number, direction, status)
        self.legs.append(leg)
        return leg

    def rest(self, verb: str, path: str, query: Form, form: Form) -> tuple[int, Any]:
        account = f"/2010-04-01/Accounts/{ACCOUNT}/"
        parts = path.removeprefix(account).removesuffix(".json").split("/")
        handler: Callable[..., tuple[int, Any]] = getattr(self, f"_rest_{parts[0].lower()}")
        return handler(verb, parts[1:], query, form)

    def _rest_calls(self, verb: str, rest: list[str], query: Form, form: Form) -> tuple[int, Any]:
        if not rest and verb == "POST":
            if self.refuses:
                return self._refusal()
            leg = self._leg(form["To"][0], "outbound-api", "queued")
            leg.asked = form
            return self._placed(leg.as_json())
        if not rest:
            to, sender = query.get("To", [""])[0], query.get("From", [""])[0]
            rows = [leg.as_json() for leg in reversed(self.legs) if leg.direction != "operator"]
            rows = [r for r in rows if to in ("", r["to"]) and sender in ("", r["from"])]
            return 200, {"calls": rows}
        leg = next(leg for leg in self.legs if leg.sid == rest[0])
        if rest[1:] == ["Events"]:
            return 200, {"events": [{"request": {"url": url}} for url in leg.visited]}
        if leg.status in ("completed", "canceled", "no-answer", "busy"):
            return 400, {"code": 21220, "message": "not in progress", "status": 400}
        if form.get("Status") == ["completed"]:
            leg.status, leg.room = "completed", ""
        if "Twiml" in form:
            self.obey(leg, form["Twiml"][0])
        return 200, leg.as_json()

    def _rest_messages(
        self, verb: str, rest: list[str], query: Form, form: Form
    ) -> tuple[int, Any]:
        if verb == "POST":
            if self.refuses:
                return self._refusal()
            text = {
                "sid": f"SM{len(self.texts):032}",
                "to": form["To"][0],
                "body": form["Body"][0],
                "asked": form,
                "price": "-0.00790",
                "price_unit": "USD",
            }
            self.texts.append(text)
            return self._placed(text)
        to = query.get("To", [""])[0]
        return 200, {"messages": [t for t in reversed(self.texts) if to in ("", t["to"])]}

    def _rest_conferences(
        self, verb: str, rest: list[str], query: Form, form: Form
    ) -> tuple[int, Any]:
        if not rest:
            name = query["FriendlyName"][0]
            there = [{"sid": f"CF{name}", "friendly_name": name, "status": "in-progress"}]
            return 200, {"conferences": there if self.room(name) else []}
        room = rest[0].removeprefix("CF")
        if len(rest) == 1 and verb == "GET":
            return 200, {"sid": rest[0], "friendly_name": room}
        if len(rest) == 1:
            for leg in self.room(room):
                leg.status, leg.room = "completed", ""
            return 200, {"sid": rest[0], "status": "completed"}
        if verb == "POST" and len(rest) == 2:
            leg = self._leg(form["To"][0], "operator", "queued")
            leg.asked, leg.label = {**form, "room": [room]}, form["Label"][0]
            leg.how = {name: value[0] for name, value in form.items()}
            return 201, {"call_sid": leg.sid, "label": leg.label}
        if verb == "POST":
            leg = next(leg for leg in self.legs if leg.sid == rest[2])
            leg.how |= {name: value[0] for name, value in form.items()}
            return 200, {"call_sid": leg.sid}
        people = [{"call_sid": leg.sid, "label": leg.label} for leg in self.room(room)]
        return 200, {"participants": people}

    def _rest_recordings(
        self, verb: str, rest: list[str], query: Form, form: Form
    ) -> tuple[int, Any]:
        if verb == "DELETE":
            del self.recordings[rest[0]]
            return 204, None
        if not rest:
            rows = [
                {
                    "sid": sid,
                    "conference_sid": None if room.startswith("CA") else f"CF{room}",
                    "call_sid": room if room.startswith("CA") else None,
                    "status": "completed",
                }
                for sid, (room, _sound) in self.recordings.items()
            ]
            return 200, {"recordings": rows}
        return 200, self.recordings[rest[0].removesuffix(".mp3")][1]

    def room(self, name: str) -> list[Leg]:
        return [leg for leg in self.legs if leg.room == name and leg.status == "in-progress"]

    def _placed(self, answer: dict[str, Any]) -> tuple[int, Any]:
        if self.loses_answer:
            self.loses_answer = False
            return 0, None
        return 201, answer

    def _refusal(self) -> tuple[int, Any]:
        assert self.refuses is not None
        status, code = self.refuses
        self.refuses = None
        return status, {"code": code, "message": "no", "status": status}


def _handler(exchange: Exchange) -> type[BaseHTTPRequestHandler]:
    class Rest(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def do_DELETE(self) -> None:
            self._answer("DELETE")

        def _answer(self, verb: str) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            status, answer = exchange.rest(
                verb, parts.path, parse_qs(parts.query), parse_qs(body, keep_blank_values=True)
            )
            if status == 0:
                sleep(0.05)
                self.close_connection = True
                self.connection.close()
                return
            raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            raw = b"" if status == 204 else raw
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: object) -> None:
            """Silent."""

    return Rest
