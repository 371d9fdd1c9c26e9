"""What is up on Asterisk at this moment: legs, operators' telephones, rooms. Events come in by
`take`, on one thread; what they lead to is done in the turn of the channel they are about."""

import logging
import time
from concurrent.futures import Future
from functools import partial
from typing import Any

from asterisk.ami.event import Event
from django.conf import settings
from django.utils import timezone

from elders.models import User
from telephony import desk
from telephony.carriers.asterisk import agi, names, prompts
from telephony.carriers.asterisk.client import Client, LinkLost, Refused
from telephony.carriers.asterisk.deployment import telephone, telephone_of
from telephony.carriers.asterisk.leg import Leg, Place, e164, end
from telephony.carriers.asterisk.turns import Lane, Turns
from telephony.errors import CallError, CarrierError
from telephony.instructions import Say
from telephony.models import Call

log = logging.getLogger(__name__)

RING_S = 30
DOOM_S = 10.0
AS = {"talk": "operator", "listen": "listener", "whisper": "listener"}
"""How somebody is in a room. Who whispers is beside it; in it they must not be heard."""


class Switchboard:
    """The channels of one Asterisk, kept over every loss of the link."""

    carrier = "asterisk"

    def __init__(self) -> None:
        self.turns = Turns()
        self.client: Client | None = None
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
        if user_id is not None or self.client is None:
            self._post(ref, "joined", "", user_id)
            return
        dialled = self.client.ask("Getvar", Channel=ref, Variable="DIALEDPEERNUMBER")
        dialled.add_done_callback(lambda done: self._post(ref, "joined", _number(done), None))

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
        owner = Call.objects.filter(pk=call_id).values_list("carrier_ref", flat=True).first()
        if owner in self.legs:
            return
        talking = [ref for ref in there if names.operator_of(ref) is None]
        if len(there) < 2 or not talking:
            for ref in list(there):
                self.hang_up(ref)

    # --- acts: each is sent once; what comes of it is an event ------------------------------------

    def set_variable(self, ref: str, name: str, value: str) -> None:
        self._ask("Setvar", Channel=ref, Variable=name, Value=value)

    def command(self, ref: str, command: str, number: str) -> None:
        self._ask("AGI", Channel=ref, Command=command, CommandID=number)

    def redirect(self, ref: str, context: str, exten: str) -> None:
        self._ask("Redirect", Channel=ref, Context=context, Exten=exten, Priority="1")

    def hang_up(self, ref: str) -> None:
        self._ask("Hangup", Channel=ref, Cause="16")

    def doom(self, ref: str) -> None:
        """Ends a leg, also one that is only coming up."""
        if ref in self.legs:
            self.legs[ref].doomed_until = time.monotonic() + DOOM_S
        self.hang_up(ref)

    def place(self, ref: str, number: str, *, attempt: str) -> None:
        """Rings a number outside for a job. The name of the channel is the attempt's own: Asterisk
        takes it once."""
        self.leg(ref)
        self._originate(ref, dial(number), "job", "s", {"TAKEN": "job", "ATTEMPT": attempt})

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
        self._originate(ref, f"PJSIP/{telephone(user_id)}", context, exten, variables)

    def bring_outside(self, call_id: int, number: str) -> None:
        ref = names.of_outside(call_id)
        self._originate(ref, dial(number), "room", str(call_id), {"AS": "operator"})

    def let_go(self, call_id: int, user_id: int) -> None:
        if ref := self.telephones.get((user_id, call_id)):
            self.hang_up(ref)

    def announce(self, call_id: int, step: Say) -> None:
        """A sentence for everybody in the room."""
        for sentence in prompts.sentences(step.text):
            if path := prompts.file_of(sentence, step.language):
                self._ask(
                    "Originate",
                    Channel=f"Local/{call_id}@announce/n",
                    Application="Playback",
                    Data=str(path.with_suffix("")),
                    Async="true",
                )

    def heard(self, ref: str) -> None:
        """Takes a caller off Asterisk's own list of those who rang while we were away."""
        self._ask(
            "Originate", Channel=f"Local/{ref}@heard/n", Application="Wait", Data="1", Async="true"
        )

    def _originate(
        self, ref: str, channel: str, context: str, exten: str, variables: dict[str, str]
    ) -> None:
        self._ask(
            "Originate",
            variables=variables,
            ActionID=names.placing(ref),
            Channel=channel,
            ChannelId=ref,
            Context=context,
            Exten=exten,
            Priority="1",
            Timeout=str(RING_S * 1000),
            CallerID=settings.HOTLINE_NUMBER,
            Async="true",
        )

    def _ask(self, name: str, **fields: Any) -> None:
        if self.client is None:
            return
        try:
            answer = self.client.ask(name, **fields)
        except CarrierError:
            log.exception("An action with a line break in it was not sent")
            placed = names.placed(fields.get("ActionID", ""))
            if placed:
                self.hung_up(placed, "")
            return
        answer.add_done_callback(lambda done: self._answered(name, fields, done))

    def _answered(self, name: str, fields: dict[str, Any], done: "Future[Any]") -> None:
        error = done.exception()
        if isinstance(error, Refused):
            placed = names.placed(fields.get("ActionID", ""))
            if placed:
                self.hung_up(placed, "")
            log.info("Asterisk refused %s: %s", name, error)
        elif isinstance(error, LinkLost | TimeoutError):
            log.warning("Nothing is known of %s: %s", name, error)


def _number(dialled: "Future[Any]") -> str:
    """Whom Dial reached, as in "+8613900000091@trunk"; "" where Asterisk did not say."""
    if dialled.exception() is not None:
        return ""
    value: str = dialled.result().keys.get("Value", "")
    return e164(value.partition("@")[0])


def dial(number: str) -> str:
    """How a number is dialled; only what a number may hold."""
    safe = "".join(sign for sign in number if sign in "+0123456789")
    return str(settings.SIP_DIAL).format(number=safe)
