"""One channel that the script speaks with: a caller's, or one that we placed.

What Asterisk tells of it, what we tell it, and where it is in the dialplan; how it speaks and
listens is its program's part. Everything here runs in the leg's own turn (`turns`).
"""

import logging
import time
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from elders import numbers
from elders.errors import ElderError
from elders.models import User
from telephony import answers, inbound, recovery
from telephony.carriers.asterisk import names, spool
from telephony.carriers.asterisk.program import LATE_S, Place, Program
from telephony.errors import CallError
from telephony.events import Stamp
from telephony.instructions import (
    Bridge,
    Enqueue,
    Instruction,
    Say,
)
from telephony.models import Call

if TYPE_CHECKING:
    from telephony.carriers.asterisk.switchboard import Switchboard

log = logging.getLogger(__name__)

KEEP_S = 45
"""A caller whom the script holds is the script's for so long; then the dialplan takes over. It is
renewed while we live, so that a service that dies leaves nobody in the music for ever."""
RENEW_S = 15.0
MORE_KEYS_S = 4.0

CAUSES = {"17": "busy", "21": "reject"}


class Leg(Program):
    """One live channel, and where it is."""

    def __init__(self, ref: str, board: "Switchboard") -> None:
        super().__init__(ref, board)
        self.since = time.monotonic()
        self.doomed_until = self._kept_at = 0.0
        self.away = False
        """The channel has left AsyncAGI; known at once, while more of it still waits its turn."""

    # --- what Asterisk tells -------------------------------------------------------------------

    def started(self, caller: str, dialled: str) -> None:
        """The channel asks what to do: a call has come in, or one that we placed was answered."""
        if self.call_id is not None:
            if self.place is Place.LEAVING:
                self.resume(Place.SCRIPT)
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
        number = "" if user else e164(number.partition("@")[0])  # as in "+8613900000091@trunk"
        recovery.joined(self.call_id, number=number, user=user, now=timezone.now())

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
        elif not all(isinstance(step, Say) for step in instructions):
            self._leave_room()  # to wait, to be asked, or to hear a last word
        elif self.place is Place.ROOM:
            for step in instructions:
                if isinstance(step, Say) and self.call_id is not None:
                    self._board.announce(self.call_id, step)
            return
        self._steps.extend(instructions)
        if not self._running and self.place is not Place.LEAVING:
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
        elif place is Place.ROOM and self._steps:
            self._leave_room()

    def hold(self, on: bool) -> None:
        """Music instead of the room, or the room again."""
        if self.call_id is not None and self.place in (Place.ROOM, Place.HOLD):
            self._move(Place.HOLD if on else Place.ROOM, self.call_id)

    def _keep(self) -> None:
        self._kept_at = time.monotonic()
        self._board.set_variable(self.ref, "TIMEOUT(absolute)", str(KEEP_S))

    # --- what it leads to ------------------------------------------------------------------------

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

    def _leave_room(self) -> None:
        """Back to the script, or not into the room at all."""
        self._steps = deque(step for step in self._steps if not isinstance(step, Bridge))
        if self.place is Place.ROOM:
            self.place = Place.LEAVING
            self._board.redirect(self.ref, "job", "s")

    def _move(self, place: Place, call_id: int) -> None:
        self.place = place
        self._board.redirect(self.ref, place.value, str(call_id))


def end(carrier: str, ref: str, *, how: str) -> None:
    """A channel is no more: its call ends, or nobody picked up. Told twice is once."""
    now, job = timezone.now(), names.job_of(ref)
    if job is None:
        inbound.leg_gone(carrier, ref, now=now)
        return
    call = Call.objects.filter(carrier=carrier, carrier_ref=ref).first()
    try:
        if call is None or call.answered_at is None:
            answers.unanswered(job, ref, how=how, stamp=Stamp("gone"), now=now)
        elif not call.is_over:
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
