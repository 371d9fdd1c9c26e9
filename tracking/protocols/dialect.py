"""What a protocol must be able to do to be spoken at the gateway. Pure: no Django, no sockets.

A dialect cuts a stream into frames and reads a frame as messages and a reply. The gateway sends the
reply only after the messages are committed, so an answered alarm is a kept alarm.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tracking.messages import Message

MAX_ASKED = 16


class Order(StrEnum):
    """What a device may be told."""

    LOCATE = "locate"
    RING = "ring"
    INTERVAL = "interval"  # argument: seconds
    CALL = "call"  # argument: a telephone number


@dataclass(slots=True)
class Session:
    """What one connection, or one sender of datagrams, has told of itself so far.

    A dialect that has to remember more subclasses it. `asked` are the orders that were sent and not
    answered yet, by the number they went out under.
    """

    device_id: str = ""
    aliases: tuple[str, ...] = ()  # other names of it that the register may know it by
    asked: dict[int, str] = field(default_factory=dict)
    sent: int = 0  # frames of our own, where a protocol numbers them

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that its device may be registered as; nothing while it is not known."""
        return (self.device_id, *self.aliases) if self.device_id else ()

    def ask(self, order: str) -> int:
        """The number of a new order; only the latest few are remembered."""
        self.sent = self.sent % 0xFFFF + 1
        self.asked[self.sent] = order
        while len(self.asked) > MAX_ASKED:
            del self.asked[next(iter(self.asked))]
        return self.sent


@dataclass(frozen=True, slots=True)
class Heard:
    """One frame, read. A frame that says nothing to us has neither messages nor reply."""

    messages: tuple[Message, ...] = ()
    reply: bytes = b""  # after all of the messages are committed
    refusal: bytes = b""  # instead of the reply when they could not be; b"" says nothing
    ends: bool = False  # whether the connection is to be closed after the answer


class Dialect(Protocol):
    """One protocol. An instance holds no state: that is the session's."""

    name: str  # a value of tracking.models.Protocol
    max_frame: int  # bytes; a longer one cannot be meant

    def open(self) -> Session:
        """The state a new connection begins with."""

    def split(self, stream: bytes) -> tuple[bytes | None, int]:
        """The first frame of the stream and how many bytes of it are used up.

        (None, n) while there is no whole frame: n bytes are rubbish that no frame can begin with.
        Cutting the stream anywhere changes nothing about the frames that come out of it.
        """

    def read(self, frame: bytes, session: Session, *, now: datetime) -> Heard:
        """What the frame says; the session learns from it.

        Never raises: what cannot be read stands in the messages' `errors`, and a frame that may be
        an alarm and cannot be read is one of kind RAW.
        """

    def takes(self, order: str, argument: str) -> bool:
        """Whether the protocol has this order. ValueError: the argument cannot be meant."""

    def command(self, order: str, argument: str, session: Session) -> bytes:
        """The frame that tells the device of this session so.

        b"" where the protocol has no such order, or the device has not yet said what it takes to
        address it. A later message of the device `answers` with the same order. Raises ValueError
        for an argument that cannot be meant.
        """
