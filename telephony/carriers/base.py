"""What every carrier is."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from telephony.instructions import Instruction

if TYPE_CHECKING:
    from elders.models import User
    from telephony.models import Call, OutboundJob


class Fate(StrEnum):
    """What a carrier knows of a job whose answer we never heard."""

    PLACED = "placed"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to `Carrier.fate`; `carrier_ref` when it was placed."""

    fate: Fate
    carrier_ref: str = ""


class Carrier(ABC):
    """How a new carrier is added: a folder here with a class like this one, named in `registry`.

    **Inwards.** The folder's views (or its link's listener) verify each event first — with no
    secret the carrier refuses to start — then normalise it and call one verb of
    `telephony.inbound` (`incoming`, `digits`, `speech`, `hang_up`) or of `telephony.answers`
    (`answered`, `replied`, `unanswered`), with a `Stamp` of the carrier's own reference and
    sequence: a repeat is answered from the store, a late one changes nothing. The verbs commit
    before they return a `Reply`; `render` turns its instructions into the carrier's answer.

    **Outwards.** `call` and `text` are asked once per attempt, outside any transaction. They
    return the carrier's own reference, or raise `CarrierError` when *nothing was placed*. Any
    other exception means that the fate is unknown: the job is not sent again before `fate` has
    said `NEVER`, which it says only when it is sure. So hand the carrier something to find it by
    (`job.attempt_key`), and give up on an answer within 30 s: after 60 `fate` is asked anyhow.

    **During a call.** `push` and `hang_up` act on a live leg, after commit, and may be repeated.
    A failure there is logged and never undoes what stands in the database.

    **Several people.** A call that a person took is a conversation, one room a call, named by the
    call's id. `Bridge("operator:7")` moves the caller's leg into the room and brings operator 7
    into it as `bring` does; `Bridge("call:12")` on a leg that we placed (family, 120, a worker), or
    on call 12 itself, moves that leg into the room of call 12. A `push` that ends in a `Gather`,
    an `Enqueue` or a `Hangup` takes a leg out of its room again; `Say` alone is for all in it.
    The carrier reports an operator's telephone as it picks up (`desk.talk`) and as it is lost
    (`desk.line_lost`): a lost telephone never ends the call.
    """

    name: ClassVar[str]
    carries_texts: ClassVar[bool] = True

    def telephone(self, operator: "User") -> dict[str, object] | None:
        """What the operator's browser needs to be a telephone here: `kind` "sip" (with `url`,
        `uri`, `user`, `password`) or "twilio" (with `token`); None where it cannot be one."""
        return None

    def has_room(self, job: "OutboundJob", *, now: datetime) -> bool:
        """Whether `job` may be handed over now; what may not stays queued, and costs no attempt.

        Asked right before it is: a carrier that lets so many calls a second counts this one.
        """
        return True

    def is_well(self, *, now: datetime) -> bool:
        """Whether it can be reached at this moment, as far as is known; /readyz says so."""
        return True

    def tend(self, *, now: datetime) -> None:
        """Asked about once a second, beside everything else: a carrier's own housekeeping."""
        return

    @abstractmethod
    def call(self, job: "OutboundJob") -> str:
        """Ring `job.to`; return the reference of the new leg."""

    @abstractmethod
    def text(self, job: "OutboundJob") -> str:
        """Send `job.text` to `job.to`; return the reference of the message."""

    @abstractmethod
    def fate(self, job: "OutboundJob") -> Found:
        """What became of the attempt `job.attempt_key`, when `call` or `text` never answered."""

    @abstractmethod
    def push(self, call: "Call", instructions: Sequence[Instruction]) -> None:
        """Give a live leg new instructions, unasked: an operator took the call, or speaks."""

    @abstractmethod
    def hang_up(self, call: "Call") -> None:
        """End the leg; ending one that is already over is no error."""

    @abstractmethod
    def bring(self, call: "Call", operator: "User", *, mode: str = "talk") -> None:
        """Ring `operator`'s telephone into the room of `call`; already there, change how they are:
        "talk", "listen" (nobody hears them) or "whisper" (only the operator hears them)."""

    @abstractmethod
    def let_go(self, call: "Call", operator: "User") -> None:
        """Take `operator`'s telephone out of the room; the others stay."""

    @abstractmethod
    def hold(self, call: "Call", *, on: bool) -> None:
        """Have the caller hear music instead of the room, or the room again."""

    @abstractmethod
    def render(self, instructions: Sequence[Instruction]) -> Any:
        """The instructions in the carrier's own tongue, as its webhook answers them."""
