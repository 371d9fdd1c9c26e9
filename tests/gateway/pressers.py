"""Many devices that send and press while the gateway dies under them, each as a real one would:

a press is sent again, with the time of the press, on a new connection if need be, until it is
answered. What was answered is written down.
"""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tracking.protocols.speaking import Speaker, SpeakingGt06, SpeakingWatch
from tracking.protocols.speaking_units import SpeakingSia

HERE = (31.4675, 104.68)
PATIENCE_S = 20.0  # for an answer; then the device hangs up and tries again
FIRST_PRESS = datetime(2026, 3, 10, 8, 0, 0, tzinfo=UTC)


@dataclass
class Presser:
    """A device that presses `presses` times, a minute apart by its own clock."""

    speaker: Speaker
    port: int
    presses: int
    answered: list[datetime] = field(default_factory=list)
    tries: int = 0

    async def live(self, chance: random.Random) -> None:
        for n in range(self.presses):
            at = FIRST_PRESS + timedelta(minutes=n)
            while True:
                self.tries += 1
                try:
                    await asyncio.wait_for(self._say(at, chance), PATIENCE_S)
                except (OSError, TimeoutError, asyncio.IncompleteReadError, EOFError):
                    await asyncio.sleep(chance.random())
                    continue
                self.answered.append(at)
                break

    async def _say(self, at: datetime, chance: random.Random) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            if hello := self.speaker.login():
                await self._answered(reader, writer, hello)
            for _ in range(chance.randrange(3)):
                writer.write(self.speaker.fix(HERE, at=at))
            await self._answered(reader, writer, self.speaker.sos(HERE, at=at))
        finally:
            writer.close()

    async def _answered(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, frame: bytes
    ) -> None:
        """Returns once the frame is answered; answers to others may come before or behind."""
        writer.write(frame)
        got = b""
        while not any(
            self.speaker.is_answer(frame, part)
            for end in range(len(got) + 1)
            for part in (got[end:], got[:end])
        ):
            piece = await reader.read(4096)
            if not piece:
                raise EOFError
            got = (got + piece)[-512:]


def crowd(ports: dict[str, int], count: int, presses: int) -> list[Presser]:
    """`count` devices of three protocols by turns."""
    made = []
    for n in range(count):
        speakers: list[Speaker] = [
            SpeakingSia(f"AB{n:05}"),
            SpeakingGt06(f"086100{n:09}"),
            SpeakingWatch(f"88{n:08}"),
        ]
        speaker = speakers[n % 3]
        made.append(Presser(speaker, ports[speaker.name], presses))
    return made


async def until_all_answered(pressers: list[Presser], seed: int) -> None:
    await asyncio.gather(*(one.live(random.Random(seed + n)) for n, one in enumerate(pressers)))
