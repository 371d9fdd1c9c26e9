"""What Asterisk can be asked to do with a channel. Each is sent once; its outcome is an event."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from django.conf import settings

from telephony import prompts
from telephony.carriers.asterisk import names
from telephony.carriers.asterisk.client import Client, LinkLost, Refused
from telephony.errors import CarrierError
from telephony.instructions import Say

log = logging.getLogger(__name__)

RING_S = 30


class Acts(ABC):
    """Nothing here waits. Without a link nothing is sent: the next snapshot sees to it."""

    def __init__(self) -> None:
        self.client: Client | None = None

    @abstractmethod
    def hung_up(self, ref: str, cause: str) -> None:
        """A channel never came to be."""

    def variable(self, ref: str, name: str, then: Callable[[str], object]) -> None:
        """Has `then` called with the value of a channel's variable; "" where there is none."""
        if self.client is not None:
            asked = self.client.ask("Getvar", Channel=ref, Variable=name)
            asked.add_done_callback(lambda done: then(_value(done)))

    def set_variable(self, ref: str, name: str, value: str) -> None:
        self._ask("Setvar", Channel=ref, Variable=name, Value=value)

    def command(self, ref: str, command: str, number: str) -> None:
        self._ask("AGI", Channel=ref, Command=command, CommandID=number)

    def redirect(self, ref: str, context: str, exten: str) -> None:
        self._ask("Redirect", Channel=ref, Context=context, Exten=exten, Priority="1")

    def hang_up(self, ref: str) -> None:
        self._ask("Hangup", Channel=ref, Cause="16")

    def announce(self, call_id: int, step: Say) -> None:
        """A sentence for everybody in the room."""
        spoken = (prompts.file_of(one, step.language) for one in prompts.sentences(step.text))
        if sounds := [str(path.with_suffix("")) for path in spoken if path]:
            self._ask(
                "Originate",
                Channel=f"Local/{call_id}@announce/n",
                Application="Playback",
                Data="&".join(sounds),  # one after the other
                Async="true",
            )

    def heard(self, ref: str) -> None:
        """Takes a caller off Asterisk's own list of those who rang while we were away."""
        self._ask(
            "Originate", Channel=f"Local/{ref}@heard/n", Application="Wait", Data="1", Async="true"
        )

    def originate(
        self, ref: str, channel: str, context: str, exten: str, variables: dict[str, str]
    ) -> None:
        self._ask(
            "Originate",
            variables=variables,
            ActionID=names.placing(ref),
            Channel=channel,
            ChannelId=ref,
            Context=context,
            Exten=exten,
            Priority="1",
            Timeout=str(RING_S * 1000),
            CallerID=settings.HOTLINE_NUMBER,
            Async="true",
        )

    def _ask(self, name: str, **fields: Any) -> None:
        if self.client is None:
            return
        try:
            answer = self.client.ask(name, **fields)
        except CarrierError:
            log.exception("An action with a line break in it was not sent")
            placed = names.placed(fields.get("ActionID", ""))
            if placed:
                self.hung_up(placed, "")
            return
        answer.add_done_callback(lambda done: self._answered(name, fields, done))

    def _answered(self, name: str, fields: dict[str, Any], done: "Future[Any]") -> None:
        error = done.exception()
        if isinstance(error, Refused):
            placed = names.placed(fields.get("ActionID", ""))
            if placed:
                self.hung_up(placed, "")
            log.info("Asterisk refused %s: %s", name, error)
        elif isinstance(error, LinkLost | TimeoutError):
            log.warning("Nothing is known of %s: %s", name, error)


def _value(answer: "Future[Any]") -> str:
    if answer.exception() is not None:
        return ""
    value: str = answer.result().keys.get("Value", "")
    return value


def dial(number: str) -> str:
    """How a number is dialled; only what a number may hold."""
    safe = "".join(sign for sign in number if sign in "+0123456789")
    return str(settings.SIP_DIAL).format(number=safe)
