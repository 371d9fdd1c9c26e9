"""A device of any protocol on a real socket, which waits for the answer to each frame."""

import socket
from types import TracebackType
from typing import Self

from tests.infra.gateway import Gateway
from tracking.protocols.speaking import Speaker


class Talk:
    """`with Talk(gateway, speaker) as device: device.says(speaker.heartbeat())`."""

    def __init__(self, gateway: Gateway, speaker: Speaker) -> None:
        self.gateway, self.speaker = gateway, speaker
        self.line: socket.socket | None = None

    def __enter__(self) -> Self:
        self.line = self.gateway.call(self.speaker.name, timeout_s=30)
        if hello := self.speaker.login():
            self.says(hello)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.line:
            self.line.close()

    def says(self, frame: bytes) -> bytes:
        """The answer to the frame."""
        assert self.line
        self.line.sendall(frame)
        return self.hears(lambda got: self.speaker.is_answer(frame, got))

    def hears_frame(self) -> bytes:
        """What comes unasked, to the end of a frame."""
        end = self.speaker.heartbeat()[-1:]
        return self.hears(lambda got: len(got) > 1 and got.endswith(end))

    def hears(self, enough) -> bytes:
        """What comes until it is enough."""
        assert self.line
        got = b""
        while not enough(got):
            piece = self.line.recv(4096)
            assert piece, f"hung up after {got!r}"
            got += piece
        return got
