"""One channel that the script speaks with: a caller's, or one that we placed.

A leg carries out a program, the neutral instructions one by one, through AsyncAGI. Keys come as
DTMF events of their own, so that none is lost between two commands, in the music or in a
sentence, which it breaks off. Everything here runs in the leg's own turn (`turns`).
"""

import logging
import time
from collections import deque
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from elders import numbers
from elders.errors import ElderError
from elders.models import User
from telephony import answers, inbound, recovery
from telephony.carriers.asterisk import agi, names, prompts, spool
from telephony.errors import CallError
from telephony.events import Reply, Stamp
from telephony.instructions import (
    Bridge,
    Enqueue,
    Gather,
    Hangup,
    Instruction,
    Record,
    Say,
    from_json,
)
from telephony.models import Call

if TYPE_CHECKING:
    from telephony.carriers.asterisk.switchboard import Switchboard

log = logging.getLogger(__name__)

KEEP_S = 45
"""A caller whom the script holds is the script's for so long; then the dialplan takes over. It is
renewed while we live, so that a service that dies leaves nobody in the music for ever."""
RENEW_S = 15.0
SLACK_S = 5.0
"""How much longer than its sound a command may take before we go on without its answer."""
MORE_KEYS_S = 4.0
LATE_S = 0.1
"""Beyond its length, until a key that came without a beginning has gone through Asterisk."""

CAUSES = {"17": "busy", "21": "reject"}


class Place(StrEnum):
    """Where the channel is in the dialplan."""

    SCRIPT = "script"
    ROOM = "room"
    HOLD = "hold"
    DIALPLAN = "dialplan"
    JOINED = "joined"
    """With somebody whom the dialplan rang: nobody takes a caller out of a conversation."""


class Leg:
    """One live channel and the program it carries out."""

    def __init__(self, ref: str, board: "Switchboard") -> None:
        self.ref, self._board = ref, board
        self.call_id: int | None = None
        self.place = Place.DIALPLAN
        self.since = time.monotonic()
        self.doomed_until = 0.0
        self.away = False
        """The channel has left AsyncAGI; known at once, while more of it still waits its turn."""
        self._steps: deque[Instruction] = deque()
        self._running, self._running_until = "", 0.0
        self._listening: Gather | None = None
        self._silent_at = 0.0
        self._keys, self._is_down, self._late_s = "", False, 0.0
        self._waits = False
        self._kept_at = 0.0
        self._commands = 0

    # --- what Asterisk tells -------------------------------------------------------------------

    def started(self, caller: str, dialled: str) -> None:
        """The channel asks what to do: a call has come in, or one that we placed was answered."""
        if self.call_id is not None:
            return
        self.place = Place.SCRIPT
        now, job = timezone.now(), names.job_of(self.ref)
        try:
            if job is None:
                reply = inbound.incoming(
                    self._board.carrier,
                    self.ref,
                    from_number=e164(caller),
                    to_number=dialled[:32] or settings.HOTLINE_NUMBER,
                    now=now,
                )
            else:
                reply = answers.answered(job, self.ref, stamp=Stamp("answered"), now=now)
        except CallError:
            self._board.hang_up(self.ref)  # withdrawn meanwhile
        except Exception:
            log.exception("A call could not be taken; the dialplan has it", extra={"leg": self.ref})
            self._command("ASYNCAGI BREAK")
        else:
            self.call_id = reply.call
            self._board.set_variable(self.ref, "TAKEN", "1")
            if self.away:
                # We were too slow: she waits in the dialplan's queue and stands in ours.
                self.place = Place.DIALPLAN
                self._board.heard(self.ref)
            else:
                self._keep()
                self._perform(reply)

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

    def left(self) -> None:
        """The channel left AsyncAGI. Unless we took it elsewhere, the dialplan has it now."""
        if self.place is Place.SCRIPT:
            self.place = Place.DIALPLAN
            self._stop()

    def key_down(self) -> None:
        """A key begins; one that is told by SIP INFO never does."""
        self._is_down = True

    def pressed(self, key: str, lasts_ms: int = 0) -> None:
        """A key, at any moment; in a conversation it is no one's business.

        One without a beginning is told here first, and only then lasts for its time inside
        Asterisk, where its end would break off what we say next: that end is waited for.
        """
        self._late_s = 0.0 if self._is_down else lasts_ms / 1000 + LATE_S
        self._is_down = False
        if self.place is not Place.SCRIPT or self.call_id is None:
            return
        self._keys += key
        wanted = self._listening.digits if self._listening else 1
        if len(self._keys) < wanted and key != "#":
            self._silent_at = time.monotonic() + MORE_KEYS_S
            return
        self._report()

    def joined(self, number: str, user_id: int | None) -> None:
        """The dialplan has put the caller through to somebody."""
        if self.place is not Place.DIALPLAN or self.call_id is None:
            return
        self.place = Place.JOINED
        user = User.objects.filter(pk=user_id or 0).first()
        recovery.joined(self.call_id, number="" if user else number, user=user, now=timezone.now())

    def gone(self, cause: str = "") -> None:
        """The channel is no more."""
        self._stop()
        self._board.forget(self.ref)
        end(self._board.carrier, self.ref, how=CAUSES.get(cause, "no-answer"))
        if self.call_id is not None:
            self._board.own_leg_gone(self.call_id)

    def is_due(self, now: float) -> bool:
        """Whether anything happens by itself at this moment; asked from another thread."""
        if self.doomed_until > now:
            return True
        if self.place is not Place.SCRIPT or self.call_id is None:
            return False
        waited = (self._running and now > self._running_until) or 0 < self._silent_at < now
        return bool(waited) or now - self._kept_at > RENEW_S

    def ticked(self) -> None:
        """A moment has passed."""
        now = time.monotonic()
        if self.doomed_until > now:
            self._board.hang_up(self.ref)
        if self.place is not Place.SCRIPT or self.call_id is None:
            return
        if now - self._kept_at > RENEW_S:
            self._keep()
        if self._running and now > self._running_until:
            if self._running == "nothing":
                log.error("A sound is missing", extra={"leg": self.ref})
            self._running = ""
            self._go()
        elif self._silent_at and now > self._silent_at:
            self._report()

    # --- what we tell it -----------------------------------------------------------------------

    def told(self, instructions: list[Instruction]) -> None:
        """Instructions that answer nothing the caller did: an operator took the call, or speaks."""
        if self.place is Place.JOINED:
            log.warning(
                "A caller is left where the dialplan put her through", extra={"leg": self.ref}
            )
            return
        if any(isinstance(step, Bridge) for step in instructions):
            self._stop()
            self._waits = False
        elif self.place is Place.ROOM:
            for step in instructions:
                if isinstance(step, Say) and self.call_id is not None:
                    self._board.announce(self.call_id, step)
                elif isinstance(step, Hangup):
                    self._board.hang_up(self.ref)
            return
        self._steps.extend(instructions)
        if not self._running:
            self._go()

    def resume(self, place: Place) -> None:
        """After a time without a link, or of another process: go on where the channel is."""
        self.place = place
        if place is Place.SCRIPT:
            self._keep()
            call = Call.objects.get(pk=self.call_id or 0)
            self._running = ""
            if not self._steps and call.queued_at:
                self._steps.append(Enqueue(call.priority))
            self._go()

    def hold(self, on: bool) -> None:
        """Music instead of the room, or the room again."""
        if self.call_id is not None and self.place in (Place.ROOM, Place.HOLD):
            self._move(Place.HOLD if on else Place.ROOM, self.call_id)

    def _stop(self) -> None:
        self._steps.clear()
        self._running, self._listening, self._silent_at, self._keys = "", None, 0.0, ""

    def _keep(self) -> None:
        self._kept_at = time.monotonic()
        self._board.set_variable(self.ref, "TIMEOUT(absolute)", str(KEEP_S))

    # --- the program ---------------------------------------------------------------------------

    def _report(self) -> None:
        """Keys, or silence, go to the script, whose answer is the new program."""
        keys = self._keys.rstrip("#") or self._keys
        self._stop()
        if self.call_id is None:
            return
        try:
            self._perform(inbound.digits(self.call_id, keys, now=timezone.now()))
        except CallError:
            self._board.hang_up(self.ref)

    def _perform(self, reply: Reply) -> None:
        self._steps.extend(map(from_json, reply.instructions))
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
        behind = timezone.now() + timedelta(seconds=step.timeout_s + SLACK_S)
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

    def _join(self, to: str) -> None:
        """Into a room: its own, with somebody brought there, or that of another call."""
        kind, _colon, key = to.partition(":")
        if self.call_id is None:
            return
        if kind == "call":
            self._move(Place.ROOM, int(key))
            return
        if self.place is not Place.ROOM:
            if path := spool.talk(Call.objects.get(pk=self.call_id)):
                self._board.set_variable(self.ref, "RECORD", str(path))
            self._move(Place.ROOM, self.call_id)
        if kind == "operator":
            self._board.bring(self.call_id, int(key))
        else:
            self._board.bring_outside(self.call_id, to)

    def _move(self, place: Place, call_id: int) -> None:
        self.place = place
        self._board.redirect(self.ref, place.value, str(call_id))

    def _await(self, command: str, takes_s: float) -> None:
        self._running = self._command(command)
        self._running_until = time.monotonic() + takes_s + SLACK_S

    def _command(self, command: str) -> str:
        self._commands += 1
        number = f"{self.ref}/{self._commands}"
        self._board.command(self.ref, command, number)
        return number


def end(carrier: str, ref: str, *, how: str) -> None:
    """A channel is no more: its call ends, or nobody picked up. Told twice is once."""
    now, job = timezone.now(), names.job_of(ref)
    call = Call.objects.filter(carrier=carrier, carrier_ref=ref).first()
    try:
        if job is not None and (call is None or call.answered_at is None):
            answers.unanswered(job, ref, how=how, stamp=Stamp("gone"), now=now)
        elif call is not None and not call.is_over:
            inbound.hang_up(call.pk, stamp=Stamp("gone"), now=now)
    except CallError:
        return  # it was over already


def e164(caller: str) -> str:
    """The caller's number as the register has it; as it came where it is no full number."""
    try:
        return numbers.normalise(caller)
    except ElderError:
        return "".join(sign for sign in caller if sign in "+0123456789")[:32]


def tick(legs: Iterable[Leg], board: "Switchboard") -> None:
    """Who has something due sees that time passes, each in its own turn."""
    now = time.monotonic()
    for leg in legs:
        if leg.is_due(now):
            board.turns.post(leg.ref, leg.ticked)
