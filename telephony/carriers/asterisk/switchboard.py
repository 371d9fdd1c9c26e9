"""What is up on Asterisk at this moment: legs, operators' telephones, rooms. Events come in by
`take`, on one thread; what they lead to is done in the turn of the channel they are about."""

import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from asterisk.ami.event import Event
from django.utils import timezone

from elders.models import User
from telephony import desk
from telephony.carriers.asterisk import agi, names
from telephony.carriers.asterisk.acts import Acts, dial
from telephony.carriers.asterisk.deployment import telephone, telephone_of
from telephony.carriers.asterisk.leg import Leg, end
from telephony.carriers.asterisk.program import Place
from telephony.carriers.asterisk.turns import Lane, Turns
from telephony.errors import CallError
from telephony.models import Call

log = logging.getLogger(__name__)

DOOM_S = 10.0
LAST_WORD_S = 10.0
AS = {"talk": "operator", "listen": "listener", "whisper": "listener"}
"""How somebody is in a room. Who whispers is beside it; in it they must not be heard."""


class Switchboard(Acts):
    """The channels of one Asterisk, kept over every loss of the link."""

    carrier = "asterisk"

    def __init__(self) -> None:
        super().__init__()
        self.turns = Turns()
        self.legs: dict[str, Leg] = {}
        self.rooms: dict[int, set[str]] = {}
        """Call → the channels in its room."""
        self.telephones: dict[tuple[int, int], str] = {}
        """(user, call) → the channel of an operator's telephone, ringing or in the room."""
        self.picked_up: set[str] = set()
        """Those of our channels that do not ring any more."""
        self.bridges: dict[str, dict[str, dict[str, str]]] = {}
        """Bridge of the dialplan's own → channel → what is known of it."""

    def leg(self, ref: str) -> Leg:
        return self.legs.setdefault(ref, Leg(ref, self))

    def forget(self, ref: str) -> None:
        self.legs.pop(ref, None)

    # --- events --------------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        """One event, routed. Nothing here waits."""
        fields, ref = event.keys, event.keys.get("Uniqueid", "")
        match event.name:
            case "ConfbridgeJoin":
                self._joined(fields.get("Conference", ""), ref)
            case "ConfbridgeLeave":
                self._left_room(fields.get("Conference", ""), ref)
            case "BridgeEnter":
                self._bridged(fields.get("BridgeUniqueid", ""), ref, fields)
            case "BridgeLeave":
                self.bridges.get(fields.get("BridgeUniqueid", ""), {}).pop(ref, None)
            case "Hangup":
                self.hung_up(ref, fields.get("Cause", ""))
            case "OriginateResponse":
                self._placed(names.placed(fields.get("ActionID", "")), fields)
            case _:
                self._take_script(event.name, fields, ref)

    def _take_script(self, name: str, fields: dict[str, str], ref: str) -> None:
        match name:
            case "AsyncAGIStart":
                said = agi.environment(fields.get("Env", ""))
                numbers = said.get("agi_callerid", ""), said.get("agi_dnid", "")
                self.leg(ref).away = False
                self._post(ref, "started", *numbers, lane=Lane.CALLER)
            case "AsyncAGIExec":
                done = agi.result(fields.get("Result", ""))
                self._post(ref, "executed", fields.get("CommandId", ""), done)
            case "AsyncAGIEnd":
                self.leg(ref).away = True
                self._post(ref, "left")
            case "DTMFBegin" | "DTMFEnd":
                if fields.get("Direction") == "Received" and ref in self.legs:
                    self._key(ref, name, fields)

    def _key(self, ref: str, name: str, fields: dict[str, str]) -> None:
        if name == "DTMFBegin":
            self._post(ref, "key_down")
        else:
            ms = fields.get("DurationMs", "")
            self._post(ref, "pressed", fields.get("Digit", ""), int(ms) if ms.isdigit() else 0)

    def _placed(self, ref: str, fields: dict[str, str]) -> None:
        """A telephone that we rang was picked up, or was not."""
        if ref and fields.get("Response") == "Failure":
            self.hung_up(ref, "17" if fields.get("Reason") == "5" else "")
        elif ref:
            self.picked_up.add(ref)

    def _post(self, ref: str, what: str, *arguments: object, lane: Lane = Lane.LINE) -> None:
        leg = self.leg(ref)
        self.turns.post(ref, getattr(leg, what), *arguments, lane=lane)

    def hung_up(self, ref: str, cause: str) -> None:
        """A channel is no more, or never came to be."""
        self.picked_up.discard(ref)
        operator = names.operator_of(ref)
        if operator is not None:
            self.turns.post(ref, self._telephone_lost, ref, *operator)
        elif ref in self.legs:
            alone = self.legs[ref].place is not Place.ROOM
            self._post(ref, "gone", cause, lane=Lane.NOBODY if alone else Lane.LINE)
        elif not names.is_ours(ref) or names.job_of(ref):
            late = partial(end, self.carrier, ref, how="no-answer")
            self.turns.post(ref, late, lane=Lane.NOBODY)

    # --- rooms ---------------------------------------------------------------------------------

    def _joined(self, room: str, ref: str) -> None:
        if not room.isdigit() or not ref:
            return
        self.rooms.setdefault(int(room), set()).add(ref)
        if operator := names.operator_of(ref):
            self.telephones[operator] = ref
            self.picked_up.add(ref)
            self.turns.post(ref, self._talks, *operator)

    def _left_room(self, room: str, ref: str) -> None:
        if room.isdigit():
            there = self.rooms.get(int(room), set())
            there.discard(ref)
            if not there:
                self.rooms.pop(int(room), None)

    def _bridged(self, bridge: str, ref: str, fields: dict[str, str]) -> None:
        """The dialplan joins two channels; one of them may be a caller of ours."""
        self.bridges = {key: there for key, there in self.bridges.items() if there}
        there = self.bridges.setdefault(bridge, {})
        there[ref] = fields
        for caller in [one for one in there if one in self.legs]:
            for other in [one for one in there if one != caller]:
                self.met(caller, there[other])

    def met(self, ref: str, other: dict[str, str]) -> None:
        """The dialplan has a caller speak with the channel that `other` describes."""
        user_id = telephone_of(other.get("Channel", ""))
        if user_id is not None:
            self._post(ref, "joined", "", user_id)
        else:
            self.variable(ref, "DIALEDPEERNUMBER", lambda who: self._post(ref, "joined", who, None))

    def _talks(self, user_id: int, call_id: int) -> None:
        """An operator's telephone picked up. Of who only listens, the call is not."""
        user = User.objects.filter(pk=user_id).first()
        if user is None:
            return
        try:
            desk.talk(call_id, by=user, now=timezone.now())
        except CallError:
            log.info("Somebody is in the room beside whose call it is", extra={"call": call_id})

    def _telephone_lost(self, ref: str, user_id: int, call_id: int) -> None:
        if self.telephones.get((user_id, call_id)) == ref:
            del self.telephones[user_id, call_id]
        user = User.objects.filter(pk=user_id).first()
        if user is not None:
            desk.line_lost(call_id, by=user, now=timezone.now())
        self.clear(call_id)

    def own_leg_gone(self, call_id: int) -> None:
        """Whom the room was for is gone: nobody is left in it alone."""
        for (_user_id, of), ref in list(self.telephones.items()):
            if of == call_id and ref not in self.rooms.get(call_id, ()):
                self.hang_up(ref)  # it rings for nobody any more
        self.clear(call_id)

    def clear(self, call_id: int) -> None:
        """Nobody stays in a room alone, nor operators among themselves, once its caller is gone."""
        there = self.rooms.get(call_id, set())
        if not there:
            return
        owner = Call.objects.filter(pk=call_id).values_list("carrier_ref", flat=True).first()
        if owner in self.legs:
            return
        talking = [ref for ref in there if names.operator_of(ref) is None]
        if len(there) < 2 or not talking:
            for ref in set(there) - _ending(there):
                self.hang_up(ref)

    # --- whom to ring, and to bring where ---------------------------------------------------------

    def doom(self, ref: str) -> None:
        """Ends a leg, also one that is only coming up."""
        if ref in self.legs:
            self.legs[ref].doomed_until = time.monotonic() + DOOM_S
        self.hang_up(ref)

    def place(self, ref: str, number: str, *, attempt: str) -> None:
        """Rings a number outside for a job. The name of the channel is the attempt's own: Asterisk
        takes it once."""
        self.leg(ref)
        self.originate(ref, dial(number), "job", "s", {"TAKEN": "job", "ATTEMPT": attempt})

    def bring(
        self, call_id: int, user_id: int, mode: str = "talk", owner: int | None = None
    ) -> None:
        """An operator's telephone into the room, or, once there, heard in another way."""
        context, exten = ("whisper", str(owner)) if mode == "whisper" else ("room", str(call_id))
        known = self.telephones.get((user_id, call_id))
        variables = {"AS": AS[mode]}
        if known is not None:
            self.set_variable(known, "AS", variables["AS"])
            if known in self.picked_up:
                self.redirect(known, context, exten)
            return
        ref = names.of_operator(user_id, call_id)
        self.telephones[user_id, call_id] = ref
        self.originate(ref, f"PJSIP/{telephone(user_id)}", context, exten, variables)

    def bring_outside(self, call_id: int, number: str) -> None:
        ref = names.of_outside(call_id)
        self.originate(ref, dial(number), "room", str(call_id), {"AS": "operator"})

    def let_go(self, call_id: int, user_id: int) -> None:
        if ref := self.telephones.get((user_id, call_id)):
            self.hang_up(ref)


def _ending(refs: Iterable[str]) -> set[str]:
    """Legs that have just been told to end: they hear a last word first."""
    since = timezone.now() - timedelta(seconds=LAST_WORD_S)
    over = Call.objects.filter(carrier_ref__in=refs, ended_at__gt=since)
    return set(over.values_list("carrier_ref", flat=True))
