"""A simulated handset over HTTP: it dials, listens, presses keys, speaks by typing, hangs up.

Anybody who reaches it may ring and answer for anybody, so it exists only while
`settings.SIMULATOR` is on. Events may carry a `reference`: the same one again gets the same
answer again. `?after=` on any call widens an answer to everything since that cursor.
"""

from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from telephony import inbound
from telephony.carriers.simulator import body as read
from telephony.carriers.simulator.carrier import Simulator
from telephony.carriers.simulator.http import (
    answer,
    call_of,
    conversation,
    heard,
    simulated,
)
from telephony.events import Reply


@simulated("POST")
def ring(request: HttpRequest) -> HttpResponse:
    """A phone dials; with a `reference`, dialling twice is one call."""
    body = read.read_body(request)
    caller = read.number_of(read.text_of(body, "from", longest=32), "from")
    dialled = read.dialled_of(body, default=settings.HOTLINE_NUMBER)
    leg = read.stamp_of(body).reference or uuid4().hex
    reply = inbound.incoming(
        Simulator.name, f"in-{leg}", from_number=caller, to_number=dialled, now=timezone.now()
    )
    return answer(reply, status=201)


@simulated("GET")
def listen(request: HttpRequest, call_id: int) -> HttpResponse:
    call = call_of(call_id)
    after = read.cursor_of(request) or 0
    reply = Reply(call.pk, call.state, call.script_after(after), call.cursor)
    return JsonResponse(reply.as_json() | conversation(call))


@simulated("POST")
def press(request: HttpRequest, call_id: int) -> HttpResponse:
    call, after, body = call_of(call_id), read.cursor_of(request), read.read_body(request)
    digits, stamp = read.digits_of(body), read.stamp_of(body)
    return heard(after, inbound.digits(call.pk, digits, stamp=stamp, now=timezone.now()))


@simulated("POST")
def speak(request: HttpRequest, call_id: int) -> HttpResponse:
    call, after, body = call_of(call_id), read.cursor_of(request), read.read_body(request)
    text, stamp = read.speech_of(body), read.stamp_of(body)
    return heard(after, inbound.speech(call.pk, text, stamp=stamp, now=timezone.now()))


@simulated("POST")
def hang_up(request: HttpRequest, call_id: int) -> HttpResponse:
    call, after = call_of(call_id), read.cursor_of(request)
    stamp = read.stamp_of(read.read_body(request))
    return heard(after, inbound.hang_up(call.pk, stamp=stamp, now=timezone.now()))
