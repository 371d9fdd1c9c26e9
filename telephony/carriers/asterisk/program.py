"""What one channel is to say, hear and do next: the neutral instructions, carried out one by one.

Each is a command of AsyncAGI. Keys come as DTMF events of their own, so that none is lost between
two commands, in the music or in a sentence, which it breaks off.
"""

import time
from abc import ABC, abstractmethod
from collections import deque
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils import timezone

from telephony import prompts
from telephony.carriers.asterisk import agi, spool
from telephony.events import Reply
from telephony.instructions import (
    Bridge,
    Enqueue,
    Gather,
    Hangup,
    Instruction,
    Record,
    Say,
    from_json,
    seconds_to_hear,
)
from telephony.models import Call

if TYPE_CHECKING:
    from telephony.carriers.asterisk.switchboard import Switchboard

SLACK_S = 5.0
"""How much longer than its sound a command may take before we go on without its answer."""
LATE_S = 0.1
"""Beyond its length, until a key that came without a beginning has gone through Asterisk."""


class Place(StrEnum):
    """Where the channel is in the dialplan."""

    SCRIPT = "script"
    ROOM = "room"
    HOLD = "hold"
    DIALPLAN = "dialplan"
    LEAVING = "leaving"
    """On its way out of a room, back to the script."""
    JOINED = "joined"
    """With somebody whom the dialplan rang: nobody takes a caller out of a conversation."""


class Program(ABC):
    """The steps of the channel `ref`, of which one is being carried out."""

    def __init__(self, ref: str, board: "Switchboard") -> None:
        self.ref, self._board = ref, board
        self.call_id: int | None = None
        self.place = Place.DIALPLAN
        self._steps: deque[Instruction] = deque()
        self._running, self._running_until = "", 0.0
        self._listening: Gather | None = None
        self._silent_at = self._behind_until = 0.0
        self._keys, self._is_down, self._late_s = "", False, 0.0
        self._waits = False
        self._commands = 0

    @abstractmethod
    def _join(self, to: str) -> None:
        """Into the room that a `Bridge` names."""

    def executed(self, command: str, result: int | None) -> None:
        """A command is over. Of one that is not awaited any more nothing follows."""
        if command != self._running or self.place is not Place.SCRIPT:
            return
        self._running = ""
        if result == -1:
            # Hung up or taken elsewhere: told by another event, which comes before the time is
            # over. A sound that is not there: nothing comes, and the program goes on.
            self._running, self._running_until = "nothing", time.monotonic() + 1.0
        else:
            self._go()

    def _stop(self) -> None:
        self._steps.clear()
        self._running, self._listening, self._silent_at, self._keys = "", None, 0.0, ""

    def _perform(self, reply: Reply) -> None:
        given = list(map(from_json, reply.instructions))
        if given and isinstance(given[-1], Gather):
            self._behind_until = time.monotonic() + seconds_to_hear(given)
        self._steps.extend(given)
        if self._waits and not self._steps:
            self._steps.append(Enqueue())  # the music that a key broke off
        self._go()

    def _go(self) -> None:
        """Carries the program on until a command must be waited for."""
        while self._steps and not self._running:
            step = self._steps.popleft()
            match step:
                case Say():
                    self._say(step)
                case Enqueue():
                    self._waits = True
                    self._command(agi.music())
                case Gather():
                    self._listen(step)
                case Record():
                    self._record(step)
                case Bridge():
                    self._join(step.to)
                case Hangup():
                    self._board.hang_up(self.ref)

    def _say(self, step: Say) -> None:
        """The first sentence now; the others follow as steps of their own."""
        if self._late_s:
            self._steps.appendleft(step)
            self._await(agi.swallow(self._late_s), self._late_s)
            self._late_s = 0.0
            return
        first, *rest = prompts.sentences(step.text) or [""]
        self._steps.extendleft(Say(text, step.language) for text in reversed(rest))
        path = prompts.file_of(first, step.language) if first else None
        if path is not None:
            self._await(agi.play(str(path.with_suffix(""))), prompts.seconds(path))
        if rest:
            prompts.file_of(rest[0], step.language)  # spoken while this one is heard

    def _listen(self, step: Gather) -> None:
        self._listening = step
        self._silent_at = time.monotonic() + step.timeout_s
        # The register's own clock stands behind ours, from the end of the sentence.
        behind_s = step.timeout_s + SLACK_S
        if time.monotonic() + behind_s <= self._behind_until:
            return
        behind = timezone.now() + timedelta(seconds=behind_s)
        Call.objects.filter(pk=self.call_id or 0, silence_at__isnull=False).update(
            silence_at=behind
        )

    def _record(self, step: Record) -> None:
        path = spool.word(self.call_id or 0, self._commands)
        tone = prompts.tone()
        self._command(agi.play(str(tone.with_suffix(""))))
        takes_s = prompts.seconds(tone) + step.max_s
        self._await(agi.record(str(path.with_suffix("")), max_s=step.max_s), takes_s)
        if self._waits and not self._steps:
            self._steps.append(Enqueue())

    def _await(self, command: str, takes_s: float) -> None:
        self._running = self._command(command)
        self._running_until = time.monotonic() + takes_s + SLACK_S

    def _command(self, command: str) -> str:
        self._commands += 1
        number = f"{self.ref}/{self._commands}"
        self._board.command(self.ref, command, number)
        return number
