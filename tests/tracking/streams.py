"""What a line does to frames: cuts, joins, breaks and rubbish. For the tests of every dialect."""

import random
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from tracking.gateway.keeping import Figures
from tracking.gateway.line import Line
from tracking.protocols.dialect import Dialect

SEED = 20260310


def frames_of(dialect: Dialect, pieces: Sequence[bytes]) -> list[bytes]:
    """The frames that come out when the stream arrives in these pieces."""
    held, found = b"", []
    for piece in pieces:
        held += piece
        while True:
            frame, used = dialect.split(held)
            assert 0 <= used <= len(held)
            held = held[used:]
            if frame is None:
                break
            found.append(frame)
    return found


class Wire(Line):
    """A line of the gateway that cuts what comes into frames, and has nothing done about them."""

    def __init__(self, dialect: Dialect) -> None:
        house = SimpleNamespace(clock=lambda: 0.0, figures=Figures())
        super().__init__(cast(Any, house), dialect)

    def _take(self, frame: bytes) -> None:
        pass

    @property
    def held(self) -> int:
        """Bytes of what may be the beginning of a frame."""
        return len(self._partial)

    @property
    def hung_up(self) -> bool:
        return self._ending


def cuts(stream: bytes) -> list[list[bytes]]:
    """The stream in two pieces, cut at every byte; and byte by byte."""
    twos = [[stream[:at], stream[at:]] for at in range(1, len(stream))]
    return [*twos, [stream[at : at + 1] for at in range(len(stream))]]


def spoiled(frames: Sequence[bytes], many: int, seed: int = SEED) -> list[bytes]:
    """Frames with bits flipped, bytes lost or doubled, ends cut off, joined; and plain noise."""
    chance, made = random.Random(seed), []
    for _ in range(many):
        one = bytearray(chance.choice(frames))
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(one)) if one else 0
            match chance.randrange(6):
                case 0 if one:
                    one[at] ^= 1 << chance.randrange(8)
                case 1 if one:
                    del one[at : at + chance.randrange(1, 6)]
                case 2:
                    one[at:at] = chance.randbytes(chance.randrange(1, 8))
                case 3:
                    del one[at:]
                case 4:
                    one += chance.choice(frames)
                case _:
                    one[at:at] = one[: chance.randrange(1, 20)]
        made.append(bytes(one))
    return made
