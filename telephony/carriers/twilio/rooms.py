"""Conversations at Twilio: a call's conference, who is in it, and how they hear each other."""

from collections.abc import Callable

from twilio.base.exceptions import TwilioRestException
from twilio.rest.api.v2010.account.conference import ConferenceInstance
from twilio.rest.api.v2010.account.conference.participant import ParticipantInstance

from telephony.carriers.twilio.rest import client, is_gone

RING_S = 30


def open_room(room: str) -> ConferenceInstance | None:
    """The conference of that name that goes on now."""
    found = client().conferences.list(friendly_name=room, limit=20)
    return next((one for one in found if one.status in ("init", "in-progress")), None)


def people(conference: ConferenceInstance) -> list[ParticipantInstance]:
    return list(client().conferences(conference.sid).participants.list(limit=50))


def unless_there(room: str, call_sid: str, move: Callable[[], None]) -> None:
    """Moves a leg that is not in `room` yet."""
    conference = open_room(room)
    if conference is None or all(one.call_sid != call_sid for one in people(conference)):
        move()


def ring_into(
    room: str, telephone: str, *, our_number: str, callback: str, mode: str, whisper_to: str
) -> None:
    """Rings the browser `telephone` into `room`, or changes how it is there already."""
    conference = open_room(room)
    there = people(conference) if conference else []
    coached = next((one.call_sid for one in there if one.label == whisper_to), None)
    coaches = mode == "whisper" and coached is not None
    if mode == "whisper" and not coaches:
        mode = "listen"  # there is nobody to whisper to, and the others must not hear it
    mine = next((one for one in there if one.label == telephone), None)
    if conference and mine:
        client().conferences(conference.sid).participants(mine.call_sid).update(
            muted=mode == "listen",
            coaching=coaches,
            **({"call_sid_to_coach": coached} if coaches and coached else {}),
        )
        return
    client().conferences(room).participants.create(
        from_=our_number,
        to=f"client:{telephone}",
        label=telephone,
        timeout=RING_S,
        beep="false",
        start_conference_on_enter=True,
        end_conference_on_exit=False,
        muted=mode == "listen",
        status_callback=callback,
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        status_callback_method="POST",
        **({"coaching": True, "call_sid_to_coach": coached} if coaches and coached else {}),
    )


def take_out(room: str, label: str) -> None:
    """Takes one telephone out; the others stay."""
    conference = open_room(room)
    for one in people(conference) if conference else []:
        if one.label == label:
            client().calls(one.call_sid).update(status="completed")


def put_on_hold(room: str, call_sid: str, *, on: bool) -> None:
    """Music for one leg, or the room again."""
    conference = open_room(room)
    if conference:
        client().conferences(conference.sid).participants(call_sid).update(hold=on)


def close(room: str) -> None:
    """Ends the conversation for everybody in it."""
    conference = open_room(room)
    if conference:
        end(conference)


def close_if_only_ours(room: str) -> None:
    """The caller has left: with nobody but our own telephones there, the conversation is over."""
    conference = open_room(room)
    if conference and all((one.label or "").startswith("operator-") for one in people(conference)):
        end(conference)


def end(conference: ConferenceInstance) -> None:
    try:
        client().conferences(conference.sid).update(status="completed")
    except TwilioRestException as error:
        if not is_gone(error):
            raise
