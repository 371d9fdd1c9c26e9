"""Twilio: calls and texts by its REST interface, everything that happens on them by webhooks."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.conf import settings

from elders.models import User
from telephony import script, turns
from telephony.carriers.base import Carrier, Found
from telephony.carriers.twilio import errands, records, rooms, token, twiml
from telephony.carriers.twilio.rest import client, is_silent, refusals
from telephony.carriers.twilio.twiml import url
from telephony.instructions import Bridge, Instruction
from telephony.models import Call, OutboundJob, Priority

RING_S = 40
OPERATOR = "operator:"
# Twilio listens for a moment to who picked up. In an emergency that moment is not taken.
MACHINES: dict[str, str | int] = {"machine_detection": "Enable", "machine_detection_timeout": 6}


class Twilio(Carrier):
    """One account and one number of it. Legs are CallSids; an attempt is found by its key, which
    stands in the address of every webhook of it."""

    name = "twilio"

    def has_room(self, job: OutboundJob, *, now: datetime) -> bool:
        """Twilio starts so many calls a second for an account; texts it queues itself."""
        if is_silent():
            return False
        if job.kind != OutboundJob.Kind.CALL:
            return True
        a_second = max(settings.TWILIO_CALLS_PER_S, 0.01)
        return turns.take(
            f"twilio/calls/{settings.TWILIO_ACCOUNT_SID}",
            every_s=1 / a_second,
            at_once=max(1, int(a_second)),  # a sweep hands over what one second allows
            now=now,
        )

    def call(self, job: OutboundJob) -> str:
        with refusals():
            leg = client().calls.create(
                to=job.to,
                from_=settings.TWILIO_NUMBER,
                url=url("voice/answered/", job=job.attempt_key),
                method="POST",
                fallback_url=url("fallback/", job=job.attempt_key),
                fallback_method="POST",
                status_callback=url("status/", job=job.attempt_key),
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                status_callback_method="POST",
                timeout=RING_S,
                **({} if job.priority == Priority.EMERGENCY else MACHINES),
            )
        return str(leg.sid)

    def text(self, job: OutboundJob) -> str:
        with refusals():
            message = client().messages.create(
                to=job.to,
                from_=settings.TWILIO_NUMBER,
                body=job.text,
                status_callback=url("status/", job=job.attempt_key),
            )
        return str(message.sid)

    def fate(self, job: OutboundJob) -> Found:
        return records.fate(job)

    def push(self, call: Call, instructions: Sequence[Instruction]) -> None:
        call = Call.objects.select_related("elder").get(pk=call.pk)  # as it is after the commit
        said = twiml.render(instructions, twiml.place_of(call))
        move = partial(_update, call.carrier_ref, twiml=said)
        speaks = call.answered_at or script.in_room(call)
        if speaks and all(isinstance(step, Bridge) for step in instructions):
            # She speaks already: a colleague joins her where she is, and she hears no gap.
            room = twiml.room_of(call.pk)
            move = partial(rooms.unless_there, room, call.carrier_ref, move)
        self._errand(call, "give an instruction", move)
        self.follow(call, instructions)

    def follow(self, call: Call, instructions: Sequence[Instruction]) -> None:
        """Has the telephones rung that the instructions name; a leg moves by its TwiML."""
        for step in instructions:
            if isinstance(step, Bridge) and step.to.startswith(OPERATOR):
                operator = User.objects.filter(pk=step.to.removeprefix(OPERATOR)).first()
                if operator:
                    self.bring(call, operator)

    def hang_up(self, call: Call) -> None:
        self._errand(call, "end a leg", partial(_update, call.carrier_ref, status="completed"))
        if call.operator_id:
            self.leave(call, everybody=True)

    def leave(self, call: Call, *, everybody: bool = False) -> None:
        """The leg of `call` is gone: so is its room, unless others than ours go on talking."""
        room = twiml.room_of(call.pk)
        close = rooms.close if everybody else rooms.close_if_only_ours
        self._errand(call, "close a room", partial(close, room))

    def bring(self, call: Call, operator: User, *, mode: str = "talk") -> None:
        errand = partial(
            rooms.ring_into,
            twiml.room_of(call.pk),
            twiml.operator_leg(operator.pk),
            our_number=settings.TWILIO_NUMBER,
            callback=url("status/", call=call.pk, operator=operator.pk, mode=mode),
            mode=mode,
            whisper_to=twiml.operator_leg(call.operator_id or 0),
        )
        self._errand(call, "ring an operator", errand)

    def let_go(self, call: Call, operator: User) -> None:
        label = twiml.operator_leg(operator.pk)
        errand = partial(rooms.take_out, twiml.room_of(call.pk), label)
        self._errand(call, "let an operator go", errand)

    def hold(self, call: Call, *, on: bool) -> None:
        errand = partial(rooms.put_on_hold, twiml.room_of(call.pk), call.carrier_ref, on=on)
        self._errand(call, "hold a leg", errand)

    def telephone(self, operator: User) -> dict[str, object] | None:
        if not settings.TWILIO_API_KEY_SID:
            return None
        return {"kind": "twilio", "token": token.issue(twiml.operator_leg(operator.pk))}

    def render(self, instructions: Sequence[Instruction]) -> str:
        return twiml.render(instructions, twiml.Place())

    def tend(self, *, now: datetime) -> None:
        records.look(now=now)

    def _errand(self, call: Call, what: str, errand: "partial[None]") -> None:
        errands.run(call.pk, what, errand)


def _update(sid: str, **changes: str) -> None:
    client().calls(sid).update(**changes)
