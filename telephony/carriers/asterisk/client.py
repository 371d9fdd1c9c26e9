"""A link to Asterisk's manager: `asterisk-ami`'s client, made to live through bad days.

What the library does that a hotline cannot have, and what is done instead:

* its reader dies after 3 s of silence, of an exception in a listener, or of an unreadable
  message, and says so to nobody: ours reads on, and whatever ends it is told once (`on_lost`);
* it splits lines where a caller's name may: `wire` splits on CRLF only;
* its actions may carry line breaks, and a short `send` may cut one: `wire` refuses the first, and
  `sendall` under a lock is used for the second;
* an answer that never comes is waited for without end: every question has a deadline.

Nothing is ever sent twice. A question that the link was lost under fails with `LinkLost`, and who
asked must find out by other means what became of it.
"""

import itertools
import logging
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import NamedTuple
from uuid import uuid4

from asterisk.ami.client import AMIClient
from asterisk.ami.event import Event
from asterisk.ami.response import Response

from telephony.carriers.asterisk import wire

log = logging.getLogger(__name__)

CONNECT_S = 2.0
ANSWER_S = 5.0


class LinkLost(Exception):
    """The link ended before the answer came: whether the action was done is not known."""


class Refused(Exception):
    """Asterisk answered that it will not."""


class _Question(NamedTuple):
    answer: Future[Response]
    until: float
    items: list[Event] | None
    """Where the events of a list are kept, when the answer is one."""


class Client(AMIClient):  # type: ignore[misc]
    """One connection, from `open` to `close`; a new one is a new object.

    `on_event` is called on the reader's thread: it must only enqueue. What it raises is logged.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        on_event: Callable[[Event], object],
        on_lost: Callable[[str], object] = lambda why: None,
    ) -> None:
        super().__init__(host, port, timeout=CONNECT_S, buffer_size=1 << 16)
        self._tell, self._tell_lost = on_event, on_lost
        self._questions: dict[str, _Question] = {}
        self._numbers, self._tag = itertools.count(1), uuid4().hex[:8]
        self._writing, self._ending = threading.Lock(), threading.Lock()
        self._greeted = threading.Event()
        self.lost: str | None = None
        """Why the link is down; None while it is up."""

    # --- from open to close --------------------------------------------------------------------

    def open(self, user: str, secret: str) -> None:
        """Connects and logs in. OSError, LinkLost or Refused when that fails."""
        try:
            self.connect()
            if not self._greeted.wait(CONNECT_S):
                raise LinkLost(self.lost or "no greeting")
            self.ask("Login", Username=user, Secret=secret).result(ANSWER_S)
        except TimeoutError as error:
            self._end("no answer to the login")
            raise LinkLost("no answer to the login") from error
        except BaseException:
            self._end("not logged in")
            raise

    def connect(self) -> None:
        self._socket = socket.create_connection((self._address, self._port), CONNECT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.finished = threading.Event()
        self._thread = threading.Thread(target=self.listen, name="ami-reader", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._end("closed")

    def _end(self, why: str) -> None:
        """Once, from whichever side notices first."""
        with self._ending:
            if self.lost is not None:
                return
            self.lost = why
        if self.finished is not None:
            self.finished.set()
        if self._socket is not None:
            with suppress(OSError):  # the other side was quicker
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
        for number in list(self._questions):
            self._answer(number, LinkLost(why))
        self._tell_lost(why)

    # --- asking --------------------------------------------------------------------------------

    def ask(
        self,
        name: str,
        /,
        *,
        variables: dict[str, str] | None = None,
        within_s: float = ANSWER_S,
        **fields: str,
    ) -> Future[Response]:
        """Sends an action, once. The answer is a Response, or fails with Refused, LinkLost or
        TimeoutError. CarrierError for a value with a line break in it."""
        return self._ask(name, fields, variables or {}, None, within_s)

    def listed(self, name: str, /, *, within_s: float = ANSWER_S, **fields: str) -> list[Event]:
        """The events that an action lists, once the list is complete."""
        items: list[Event] = []
        try:
            self._ask(name, fields, {}, items, within_s).result(within_s)
        except Refused:
            return []  # an empty list is answered as an error by some actions
        return items

    def _ask(
        self,
        name: str,
        fields: dict[str, str],
        variables: dict[str, str],
        items: list[Event] | None,
        within_s: float,
    ) -> Future[Response]:
        number = fields.get("ActionID") or f"{self._tag}-{next(self._numbers)}"
        packed = wire.action(name, {**fields, "ActionID": number}, variables)
        answer: Future[Response] = Future()
        self._questions[number] = _Question(answer, time.monotonic() + within_s, items)
        if self.lost is not None:
            self._answer(number, LinkLost(self.lost))
            return answer
        try:
            with self._writing:
                self._socket.sendall(packed)
        except OSError as error:
            self._end(f"could not send: {error}")
        return answer

    def expire(self) -> None:
        """Fails every question whose time is over; call it now and then."""
        now = time.monotonic()
        for number, question in list(self._questions.items()):
            if question.until <= now:
                self._answer(number, TimeoutError("no answer"))

    def _answer(self, number: str, outcome: Response | BaseException) -> None:
        question = self._questions.pop(number, None)
        if question is None or not question.answer.set_running_or_notify_cancel():
            return
        if isinstance(outcome, BaseException):
            question.answer.set_exception(outcome)
        else:
            question.answer.set_result(outcome)

    # --- hearing -------------------------------------------------------------------------------

    def listen(self) -> None:
        """The reader's thread. Silence is no fault here: the supervisor's ping judges it."""
        why = "the other side closed"
        try:
            self._greeting()
            packs = wire.Packs()
            while received := self._receive():
                for pack in packs.take(received):
                    self.fire_recv_pack(pack)
        except (OSError, ValueError) as error:
            why = str(error) or type(error).__name__
        self._end(why)

    def _receive(self) -> bytes:
        while True:
            try:
                return bytes(self._socket.recv(self._buffer_size))
            except TimeoutError:
                continue

    def _greeting(self) -> None:
        line = bytearray()
        while not line.endswith(b"\r\n"):
            byte = self._socket.recv(1)
            if not byte or len(line) > 200:
                raise ValueError("no greeting")
            line += byte
        if not self.asterisk_start_regex.match(line.decode("utf-8", "replace")):
            raise ValueError("this is no Asterisk")
        self._greeted.set()

    def fire_recv_pack(self, pack: str) -> None:
        message = wire.read(pack)
        if isinstance(message, Response):
            self._responded(message)
        elif isinstance(message, Event):
            question = self._questions.get(message.keys.get("ActionID", ""))
            if question is not None and question.items is not None:
                self._add(question, message)
            else:
                self.fire_recv_event(message)

    def fire_recv_event(self, event: Event) -> None:
        try:
            self._tell(event)
        except Exception:
            log.exception("A listener of the link failed", extra={"event": event.name})

    def _responded(self, response: Response) -> None:
        number = response.keys.get("ActionID", "")
        question = self._questions.get(number)
        if question is None:
            return
        if response.is_error():
            self._answer(number, Refused(response.keys.get("Message", "")))
        elif question.items is None:
            self._answer(number, response)

    def _add(self, question: _Question, event: Event) -> None:
        if event.keys.get("EventList") == "Complete":
            self._answer(event.keys["ActionID"], Response("Success", {}, []))
        elif question.items is not None:
            question.items.append(event)
