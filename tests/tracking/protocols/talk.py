"""A gateway without sockets: bytes in, what was heard and answered out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from tracking.messages import Message
from tracking.protocols.dialect import Dialect, Session
from tracking.protocols.registry import DIALECTS
from tracking.protocols.speaking import (
    Speaker,
    SpeakingGt06,
    SpeakingH02,
    SpeakingJt808,
    SpeakingWatch,
)

OURS = ("watch", "gt06", "jt808", "h02")
NOW = datetime(2026, 11, 21, 9, 0, 7, tzinfo=UTC)
MIANYANG = (31.467512, 104.679123)
SANTIAGO = (-33.480366, -70.763069)

SPEAKERS: dict[str, Callable[[], Speaker]] = {
    "watch": SpeakingWatch,
    "watch-vendor": lambda: SpeakingWatch(vendor="SG", device_id="357653059860416"),
    "gt06": SpeakingGt06,
    "jt808": SpeakingJt808,
    "jt808-2019": lambda: SpeakingJt808(version=1, device_id="866496077582164"),
    "h02": SpeakingH02,
}


@dataclass
class Line:
    """One connection: `feed` it what arrives, in whatever pieces."""

    dialect: Dialect
    session: Session = field(init=False)
    waiting: bytes = b""
    frames: list[bytes] = field(default_factory=list)
    heard: list[Message] = field(default_factory=list)
    replies: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session = self.dialect.open()

    def feed(self, *pieces: bytes) -> "Line":
        for piece in pieces:
            self.waiting += piece
            while True:
                frame, used = self.dialect.split(self.waiting)
                assert 0 <= used <= len(self.waiting)
                self.waiting = self.waiting[used:]
                if frame is None:
                    break
                assert used
                self.frames.append(frame)
                heard = self.dialect.read(frame, self.session, now=NOW)
                self.heard += heard.messages
                self.replies.append(heard.reply)
        return self

    @property
    def kinds(self) -> list[tuple[str, ...]]:
        return [message.kinds for message in self.heard if message.kinds]


def line(name: str) -> Line:
    return Line(DIALECTS[name.partition("-")[0]])


def conversation(speaker: Speaker) -> list[bytes]:
    """What a device sends in a day, with a button in it."""
    return [
        frame
        for frame in (
            speaker.login(),
            speaker.heartbeat(),
            speaker.fix(MIANYANG, at=NOW),
            speaker.sos(MIANYANG, at=NOW),
            speaker.sos(None, at=NOW),
            speaker.fix(SANTIAGO, at=NOW),
            speaker.heartbeat(),
        )
        if frame
    ]


def pieces(stream: bytes, cuts: Iterable[int]) -> list[bytes]:
    at = [0, *sorted(cuts), len(stream)]
    return [stream[a:b] for a, b in pairwise(at)]
