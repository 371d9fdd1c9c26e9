"""Instructions as TwiML: one document for where a leg is, and always something to do next.

A leg on the script listens; a caller who waits hears a sentence every few seconds, and whatever
key she presses meanwhile is reported; two people talk in the conference of their call. Every
document ends with a way back to us, so that a leg which missed a word from us asks anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from twilio.twiml.voice_response import Dial, VoiceResponse
from twilio.twiml.voice_response import Gather as Listen

from telephony import script
from telephony.instructions import (
    Bridge,
    Enqueue,
    Gather,
    Hangup,
    Instruction,
    Record,
    Say,
)
from telephony.models import Call

# Our language → Twilio's code and a voice that speaks it.
VOICES = {"zh-hans": ("cmn-CN", "Polly.Zhiyu"), "en": ("en-GB", "Polly.Amy")}
HEARD = {"zh-hans": "cmn-Hans-CN", "en": "en-GB"}  # the codes of speech recognition
WAIT_S = 12
"""Seconds between two sentences to who waits."""
SAY_AT_MOST = 4000
"""Characters that one <Say> takes (Twilio: 4,096)."""
PATH = "/telephony/twilio/"

WAITS, TALKS, LISTENS, OVER = "waits", "talks", "listens", "over"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leg stands: its room, the number of its next step, and what it does with no word
    from us: `waits` for a person, `talks` in its room, `listens` for keys, or is `over`.
    `recorded`: she was told that the conversation is, and speaks with an operator."""

    room: str = ""
    step: int = 0
    rest: str = WAITS
    language: str = "zh-hans"
    recorded: bool = False


def place_of(call: Call) -> Place:
    """Where the leg of `call` stands now."""
    language = call.elder.language if call.elder else settings.LANGUAGE_CODE
    room = room_of(call.step.get("room", call.pk))  # family and 120 are in the room of her call
    told = settings.RECORD_CALLS and bool(call.step.get("recorded") and call.operator_id)
    return Place(room, call.sequence + 1, _rest(call), language, told)


def _rest(call: Call) -> str:
    if call.is_over:
        return OVER
    if call.operator_id or script.in_room(call):
        return TALKS
    return WAITS if call.is_inbound or call.queued_at else LISTENS


def room_of(call_id: int | str) -> str:
    """The name of a call's conference."""
    return f"call-{call_id}"


def operator_leg(user_id: int | str) -> str:
    """What names an operator's telephone, to the account and within a conference."""
    return f"operator-{user_id}"


def url(path: str, **query: object) -> str:
    """An address of ours as Twilio is given it: "voice/keys/", n=3."""
    asked = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in query.items())
    return f"{settings.TWILIO_PUBLIC_BASE_URL}{PATH}{path}{'?' + asked if asked else ''}"


def render(instructions: Sequence[Instruction], place: Place) -> str:
    """One document. What is said is said within the listening, so that a key interrupts it."""
    document, spoken, rest, done = VoiceResponse(), list[Say](), place.rest, False
    for step in instructions:
        if isinstance(step, Say):
            spoken.append(step)
        elif isinstance(step, Enqueue):
            rest = WAITS if rest != TALKS else rest
        elif isinstance(step, Gather):
            _listen(document, spoken, step, place)
            done = True
        else:
            _say(document, spoken)
            done = _act(document, step, place) or done
        if not isinstance(step, Say | Enqueue):
            spoken = []
    if not done:
        _rest_of(document, spoken, rest, place)
    return str(document)


def still_waiting(place: Place) -> str:
    """Another turn of waiting: a sentence, and the keys listened to."""
    if place.rest != WAITS:
        return render([], place)
    with override(place.language):
        sentence = _("You are still in line. A person is coming to the phone.")
    return render([Say(sentence, place.language)], place)


def safe(sentence: str = "", language: str = "", *, on: bool = True) -> str:
    """What is answered when we fail: a person is rung, with nothing of ours needed.

    `on` is false where the leg is nobody's who needs help.
    """
    document = VoiceResponse()
    if not on:
        document.hangup()
        return str(document)
    if sentence:
        _say(document, [Say(sentence, language or settings.LANGUAGE_CODE)])
    _dial_number(document, settings.TWILIO_FALLBACK_NUMBER, url("voice/wait/", n=0))
    return str(document)


def _act(document: VoiceResponse, step: Instruction, place: Place) -> bool:
    """Renders a step that ends what the leg hears; False when there is more to render."""
    if isinstance(step, Hangup):
        document.hangup()
    elif isinstance(step, Record):
        document.record(
            action=url("voice/recorded/", n=place.step),
            method="POST",
            max_length=step.max_s,
            timeout=10,
            play_beep=True,
        )
        document.redirect(url("voice/wait/", n=place.step), method="POST")
    elif isinstance(step, Bridge):
        kind, _colon, key = step.to.partition(":")
        if kind == "operator":
            _enter(document, place.room, place)
        elif kind == "call":
            _enter(document, room_of(key), place)
        else:
            _dial_number(document, step.to, url("voice/after/", n=place.step))
    return True


def _rest_of(document: VoiceResponse, spoken: list[Say], rest: str, place: Place) -> None:
    if rest == WAITS:
        again = url("voice/wait/", n=place.step)
        _keys(document, spoken, place, action=url("voice/keys/", n=place.step), timeout=WAIT_S)
        document.redirect(again, method="POST")
    elif rest == LISTENS:
        _listen(document, spoken, Gather(), place)
    else:
        _say(document, spoken)
        if rest == TALKS:
            _enter(document, place.room, place)
        else:
            document.hangup()


def _listen(document: VoiceResponse, spoken: list[Say], step: Gather, place: Place) -> None:
    """Says, listens, and reports silence, twice over: an empty `Gather` can fall through."""
    action = url("voice/keys/", n=place.step)
    _keys(
        document,
        spoken,
        place,
        action=action,
        timeout=step.timeout_s,
        digits=step.digits,
        speech=step.speech,
        empty=True,
    )
    document.redirect(action, method="POST")


def _keys(
    document: VoiceResponse,
    spoken: list[Say],
    place: Place,
    *,
    action: str,
    timeout: int,
    digits: int = 1,
    speech: bool = False,
    empty: bool = False,
) -> None:
    """Every key is reported, # too: none of them ends the listening but by being a key."""
    more: dict[str, object] = {"action_on_empty_result": True} if empty else {}
    if speech:
        more |= {"language": HEARD.get(place.language, "en-GB"), "speech_timeout": "auto"}
    listening = document.gather(
        input="dtmf speech" if speech else "dtmf",
        num_digits=digits,
        finish_on_key="" if digits == 1 else "#",
        timeout=timeout,
        action=action,
        method="POST",
        **more,
    )
    _say(listening, spoken)


def _say(into: "VoiceResponse | Listen", spoken: Sequence[Say]) -> None:
    for one in spoken:
        language, voice = VOICES.get(one.language, VOICES["en"])
        # What cannot be printed cannot be said, and some of it would break the document.
        text = "".join(each for each in one.text if each.isprintable()).strip()
        for start in range(0, len(text), SAY_AT_MOST):
            into.say(text[start : start + SAY_AT_MOST], language=language, voice=voice)


def _enter(document: VoiceResponse, room: str, place: Place) -> None:
    """Into a conversation. Nobody's leaving ends it; when it ends the leg asks what is next."""
    dial = Dial(action=url("voice/after/", n=place.step), method="POST")
    dial.conference(
        room,
        start_conference_on_enter=True,
        end_conference_on_exit=False,
        beep="false",
        participant_label=f"leg-{place.room}",
        **({"record": "record-from-start"} if place.recorded else {}),
    )
    document.append(dial)


def _dial_number(document: VoiceResponse, number: str, then: str) -> None:
    dial = Dial(action=then, method="POST", timeout=40)
    dial.number(number)
    document.append(dial)
