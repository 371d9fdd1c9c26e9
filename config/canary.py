"""The canary: presses a button and rings the number from outside, and waits for an operator's view.

It knows the house by its public addresses alone: the ports for devices, the simulated telephone
network or a SIP trunk, and the socket and API with an operator's token. It reads no database.
"""

import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from config import outside_line, outside_screen
from tracking.protocols.speaking import SpeakingWatch

LOOK_EVERY_S = 0.1


class Missed(Exception):
    """Something did not answer, or nobody could see it in time."""


@dataclass(frozen=True, slots=True)
class Sung:
    """What was tried, and after how many seconds it was there."""

    what: str
    took_s: float

    def __str__(self) -> str:
        return f"{self.what}: {self.took_s:.3f} s"


@dataclass(frozen=True, slots=True)
class Canary:
    """`house` speaks to `base_url` with an operator's bearer token (`token`); `screen` opens the
    socket that wakes an operator's screen, and yields what waits until it does."""

    house: httpx.Client
    token: str
    screen: Callable[[], AbstractContextManager[Callable[[], object]]]
    patience_s: float = 15.0
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep

    def press(self, device_id: str) -> Sung:
        """Presses the button `device_id` at the port for telephones, until an operator's screen was
        woken and the API shows its case."""
        return self._pressed("button to operator's screen", self._at_the_web, device_id)

    def press_watch(self, address: tuple[str, int], device_id: str) -> Sung:
        """The same at the device gateway, as a 3G watch of that number does (HOST, port)."""

        def at_the_gateway(device_id: str) -> int:
            before = self._newest_alarm(device_id)
            self._say(address, SpeakingWatch(device_id).sos(None, at=datetime.now(UTC)))

            def newer() -> int:
                newest = self._newest_alarm(device_id)
                return newest if newest > before else 0

            return int(self._until(newer, self.clock(), "no alarm of the watch"))

        return self._pressed("watch to operator's screen", at_the_gateway, device_id)

    def _pressed(self, what: str, press: Callable[[str], int], device_id: str) -> Sung:
        """`press` returns the id of the alarm that came of it."""
        try:
            with self.screen() as woken:
                began = self.clock()
                alarm = press(device_id)
                found = self._until(
                    lambda: self._case(device_id, alarm), began, "no case of the press"
                )
                self._asked("GET", f"/api/v1/requests/{found}", mine=True)
                woken()
        except outside_screen.Dark as fault:
            raise Missed(str(fault)) from fault
        return Sung(what, self.clock() - began)

    def _at_the_web(self, device_id: str) -> int:
        said = {"id": device_id, "alarm": "sos"}
        answer = self._asked("GET", "/positions/osmand/", params=said)
        (alarm, *_) = answer.get("alarms") or [None]
        if alarm is None:
            raise Missed(f"the press was answered without an alarm: {answer}")
        return int(alarm)

    def _say(self, address: tuple[str, int], frame: bytes) -> None:
        """One frame to the gateway, which has to answer it."""
        try:
            with socket.create_connection(address, self.patience_s) as line:
                line.sendall(frame)
                heard = line.recv(4096)
        except OSError as fault:
            raise Missed(f"the gateway at {address[0]}:{address[1]}: {fault}") from fault
        if not heard:
            raise Missed("the gateway hung up without an answer")

    def ring(self, number: str) -> Sung:
        """Rings from `number` through the simulated network, until the API shows the call."""
        began = self.clock()
        call = self._asked("POST", "/telephony/simulator/calls/", json={"from": number})["call"]
        self._until(lambda: self._call(call), began, "no call")
        took_s = self.clock() - began
        self.house.post(f"/telephony/simulator/calls/{call}/hangup/")  # 409: it was over
        return Sung("call to operator", took_s)

    def options(self, address: tuple[str, int]) -> Sung:
        """Asks the telephone exchange by SIP OPTIONS over UDP. Only that it answers is shown by
        this, not that a call would reach a person."""
        began = self.clock()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(self.patience_s)
            line.connect(address)
            try:
                line.send(_options(address, line.getsockname()))
                heard = line.recv(4096)
            except OSError as fault:
                raise Missed(f"the exchange at {address[0]}:{address[1]}: {fault}") from fault
        if not heard.startswith(b"SIP/2.0 "):
            raise Missed("the exchange answers, and not in SIP")
        return Sung("exchange", self.clock() - began)

    def ring_by_sip(self, address: tuple[str, int], number: str, hotline: str) -> Sung:
        """Rings `hotline` from `number` at a telephone exchange, as a caller of its trunk does;
        until it has picked up and the API shows the call."""
        host, port = address
        began, before = self.clock(), self._newest_call(number)
        patience_s = self.patience_s
        try:
            with outside_line.ringing(host, port, number=number, to=hotline, patience_s=patience_s):
                self._until(lambda: self._newest_call(number) > before, began, "no call by SIP")
        except (OSError, outside_line.Refused) as fault:
            raise Missed(f"the exchange at {host}:{port}: {fault}") from fault
        return Sung("call by SIP to operator", self.clock() - began)

    def _newest_call(self, number: str) -> int:
        """The id of the last call of that number that an operator sees; 0 for none."""
        found = self._asked("GET", "/api/v1/calls", mine=True, params={"limit": 50})
        mine = [call["id"] for call in found.get("items", []) if call.get("from") == number]
        return max(mine, default=0)

    def _case(self, device_id: str, alarm: int) -> int | None:
        """The request of that alarm; None while there is none."""
        mine = (one for one in self._alarms(device_id) if one.get("id") == alarm)
        return next((one.get("request") for one in mine), None)

    def _newest_alarm(self, device_id: str) -> int:
        """The id of the device's last alarm; 0 for none, also where nobody knows the device yet."""
        return max((one.get("id", 0) for one in self._alarms(device_id)), default=0)

    def _alarms(self, device_id: str) -> list[dict[str, Any]]:
        path = f"/api/v1/devices/{device_id}"
        return self._asked("GET", path, mine=True, or_404=True).get("alarms") or []

    def _call(self, call: int) -> bool:
        return bool(self._asked("GET", f"/api/v1/calls/{call}", mine=True).get("id"))

    def _until(self, look: Callable[[], Any], began: float, missing: str) -> Any:
        while not (found := look()):
            if self.clock() - began > self.patience_s:
                raise Missed(f"{missing} within {self.patience_s:g} s")
            self.pause(LOOK_EVERY_S)
        return found

    def _asked(
        self, verb: str, path: str, *, mine: bool = False, or_404: bool = False, **more: Any
    ) -> dict[str, Any]:
        """The JSON of a 2xx answer. `mine`: with the operator's token; `or_404`: {} then."""
        headers = {"Authorization": f"Bearer {self.token}"} if mine else {}
        try:
            answer = self.house.request(verb, path, headers=headers, **more)
        except httpx.HTTPError as fault:
            raise Missed(f"{verb} {path}: {type(fault).__name__}") from fault
        if or_404 and answer.status_code == httpx.codes.NOT_FOUND:
            return {}
        if not answer.is_success:
            raise Missed(f"{verb} {path}: {answer.status_code}")
        found = answer.json()
        return found if isinstance(found, dict) else {}


def _options(address: tuple[str, int], own: tuple[str, int]) -> bytes:
    host, port = address
    name = uuid4().hex
    lines = [
        f"OPTIONS sip:{host}:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP {own[0]}:{own[1]};branch=z9hG4bK{name};rport",
        "Max-Forwards: 70",
        f"From: <sip:canary@{own[0]}>;tag={name[:8]}",
        f"To: <sip:{host}:{port}>",
        f"Call-ID: {name}",
        "CSeq: 1 OPTIONS",
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
