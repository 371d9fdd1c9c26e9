"""What comes in with a POST."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from dispatch.api.fields import Body, Key, Line, Needed, Seq, Text, Word
from dispatch.states import Disposition, Priority, Role
from tracking.protocols.dialect import Order


class NewRequest(Body):
    """`elder` is the caller herself where nothing else is said. An operator may name somebody
    who is not in the register with `known_as`."""

    category: Word
    priority: Priority = Priority.ROUTINE
    elder: Key | None = None
    known_as: Word = ""
    note: Text = ""
    call: Key | None = Field(None, description="the call it came from")


class Why(Body):
    reason: Text = ""


class Closing(Body):
    """`seen_by` names who has seen the elder, where an emergency ends without a word with her."""

    disposition: Disposition
    reason: Text = ""
    seen_by: Word = ""
    seq: Seq | None = Field(None, description="409 `stale` when the request has moved on")


class Reopening(Body):
    reason: Needed


class Note(Body):
    text: Needed


class NewOffer(Body):
    """To the candidate a person chose; `seq` is that of the list it was chosen from."""

    worker: Key
    seq: Seq
    role: Role = Role.RESPONDER


class NewHandover(Body):
    """`service` is 120, 110, 119 or a name; the number follows the elder's grid cell."""

    service: str = Field(min_length=1, max_length=40, pattern=r"^[^\x00]+$")
    number: str = Field("", max_length=20, pattern=r"^[+0-9 ()-]*$")
    reference: Word = ""
    ring: bool | None = Field(
        None,
        description="false: told already. Left out: rung, unless there is a reference",
    )


class HandoverEnd(Body):
    outcome: Line = Field(min_length=1)
    reference: Word = ""


class Arrival(Body):
    """`evidence`: how it is known, when an operator records it for the worker."""

    evidence: Line = ""


class Report(Body):
    note: Text = ""


class Transfer(Body):
    to: Key | Word = Field(description="the colleague: id or username")


class Addition(Body):
    """Whom to ring into a conversation: a number, a contact of hers, or 120, 110 or 119."""

    number: Word = ""
    contact: Key | None = Field(None, description="one of `elders/<id>/contacts`")
    service: Literal["120", "110", "119"] | None = Field(
        None, description="at the number of her grid cell; where a request is open, a hand-over"
    )

    @model_validator(mode="after")
    def one_of_them(self) -> Self:
        if sum(map(bool, (self.number, self.contact, self.service))) != 1:
            raise ValueError("name one of number, contact and service")
        return self


class Outcome(Body):
    outcome: Line = ""


class NewCommand(Body):
    """`argument`: seconds for `interval`, a telephone number for `call`, else nothing."""

    order: Order
    argument: Annotated[str, Field(max_length=40, pattern=r"^[+\d]*$")] = ""


class WrapUp(Body):
    disposition: Annotated[str, Field(max_length=30, pattern=r"^[^\x00]*$")] = ""


# For a POST without a body.
NO_REASON, NO_EVIDENCE, NO_NOTE = Why(), Arrival(), Report()
NO_OUTCOME, NO_DISPOSITION = Outcome(), WrapUp()
