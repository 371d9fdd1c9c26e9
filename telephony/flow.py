"""The one call that goes up from telephony: the script of the hotline.

`settings.CALL_FLOW` names the class; it is built without arguments. A method that returns
instructions may change `call.step`, `call.elder`, `call.candidates`, `call.priority`,
`call.settled` and `call.purpose`; telephony saves them after it returns, in the same transaction.
An exception undoes what the method wrote and puts the caller before a person.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from telephony.instructions import Instruction

if TYPE_CHECKING:
    from telephony.models import Call, CallBack, OutboundJob


class CallFlow(Protocol):
    """What the layer above answers. Everything but `changed` runs inside the transaction
    that records the event, with the call's (and its job's) row locked."""

    def incoming(self, call: "Call", *, now: datetime) -> Sequence[Instruction]:
        """A call has come in."""

    def digits(self, call: "Call", digits: str, *, now: datetime) -> Sequence[Instruction]:
        """The caller pressed keys, in the script or in the queue; "" is silence."""

    def speech(self, call: "Call", text: str, *, now: datetime) -> Sequence[Instruction]:
        """The caller said something, in the script or in the queue."""

    def hung_up(self, call: "Call", callback: "CallBack | None", *, now: datetime) -> None:
        """The other side hung up, in or out. `call.state` is already what it ends in (`ended`,
        `abandoned` with its `callback`, or `wrap_up`). Not called after our own `Hangup`."""

    def parted(self, call: "Call", *, now: datetime) -> Sequence[Instruction]:
        """Whom `call` was put through to has hung up: what who is left hears, and does next."""

    def answered(self, job: "OutboundJob", call: "Call", *, now: datetime) -> Sequence[Instruction]:
        """Somebody picked up a call that we placed."""

    def machine(self, job: "OutboundJob", call: "Call", *, now: datetime) -> Sequence[Instruction]:
        """A machine picked up: the `Say`s of a message. Anybody may hear it, so it names nobody."""

    def over(self, job: "OutboundJob") -> Sequence[Instruction]:
        """The `Say`s for who picked up in the moment the job ended; outside any transaction."""

    def job_digits(
        self, job: "OutboundJob", call: "Call | None", digits: str, *, now: datetime
    ) -> Sequence[Instruction]:
        """Keys on a call we placed ("" is silence), or a reply to a text (`call` is None).

        For a text what is said is sent back, and without a `Gather` the job is done.
        """

    def job_failed(self, job: "OutboundJob", *, now: datetime) -> None:
        """Nobody could be reached and no attempt is left (or the carrier refuses for good, or
        cannot say what became of it): a person must be told."""

    def awaits(self, job: "OutboundJob") -> bool:
        """Whether the text of `job` asks something that one digit answers."""

    def texted(self, number: str, text: str, *, now: datetime) -> Sequence[Instruction]:
        """Somebody wrote to us what answers no question of ours; what is said is texted back.

        `number` is E.164, or whatever a carrier shows; it is nobody's proof of who wrote.
        """

    def changed(self, call: "Call | None") -> None:
        """After commit: screens that show this call, or (None) the call-backs, should look."""


@cache
def _build(path: str) -> CallFlow:
    return cast(CallFlow, import_string(path)())


def call_flow() -> CallFlow:
    """The flow that settings name, built once."""
    return _build(settings.CALL_FLOW)
