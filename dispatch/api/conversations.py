"""What is done to a conversation: hold, people coming into it, passing it on, listening in.

Each answers with the call as it then is, and with who is in its room (`parties`).
"""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from dispatch import conversation
from dispatch.api import kinds
from dispatch.api.bodies import Addition, Transfer
from dispatch.api.calls import colleague, own, tell
from dispatch.api.errors import NotFound
from dispatch.api.fields import PathKey
from dispatch.api.shapes_people import CallShape
from elders import selectors as register
from telephony import rooms
from telephony.models import Call, Party

router = Router(tags=["calls"])


@router.post("/{call_id}/hold", response=CallShape)
def hold_call(request: HttpRequest, call_id: PathKey) -> CallShape:
    """The caller hears music; after a minute the desk is reminded of it. Asking twice is once."""
    return _hold(request, call_id, on=True)


@router.post("/{call_id}/unhold", response=CallShape)
def unhold_call(request: HttpRequest, call_id: PathKey) -> CallShape:
    """The caller hears the conversation again."""
    return _hold(request, call_id, on=False)


@router.post("/{call_id}/add", response=CallShape)
def add_to_call(request: HttpRequest, call_id: PathKey, body: Addition) -> CallShape:
    """Rings somebody into the conversation. One that is in it already is not rung again."""
    user, now = kinds.desk(request), timezone.now()
    call = own(user, call_id)
    if body.service:
        conversation.add_service(call, body.service, by=user, now=now)
    else:
        number = body.number or _contact(call, body.contact)
        conversation.add(call, number, by=user, now=now)
    return tell(user, call_id)


@router.post("/{call_id}/invite", response=CallShape)
def invite_to_call(request: HttpRequest, call_id: PathKey, body: Transfer) -> CallShape:
    """Rings a colleague into the conversation: to help, or for a warm transfer."""
    user, now = kinds.desk(request), timezone.now()
    rooms.invite(own(user, call_id).pk, to=colleague(body), by=user, now=now)
    return tell(user, call_id)


@router.post("/{call_id}/join", response=CallShape)
def join_call(request: HttpRequest, call_id: PathKey) -> CallShape:
    """Whoever was asked comes; 409 `not_invited` for others."""
    user, now = kinds.desk(request), timezone.now()
    rooms.join(own(user, call_id).pk, by=user, now=now)
    return tell(user, call_id)


@router.post("/{call_id}/pass-on", response=CallShape)
def pass_call_on(request: HttpRequest, call_id: PathKey, body: Transfer) -> CallShape:
    """Ends a warm transfer: who has joined has the call; 409 `not_there` before that."""
    user, now = kinds.desk(request), timezone.now()
    rooms.pass_on(own(user, call_id).pk, to=colleague(body), by=user, now=now)
    return tell(user, call_id)


@router.post("/{call_id}/leave", response=CallShape)
def leave_call(request: HttpRequest, call_id: PathKey) -> CallShape:
    """Whoever helped or listened goes; 409 `yours` for who has the call."""
    user, now = kinds.desk(request), timezone.now()
    rooms.leave(own(user, call_id).pk, by=user, now=now)
    return tell(user, call_id)


@router.post("/{call_id}/listen", response=CallShape)
def listen_to_call(request: HttpRequest, call_id: PathKey) -> CallShape:
    """A supervisor hears it and is heard by nobody; the operator sees it, the ledger keeps it."""
    return _listen(request, call_id, Party.Mode.LISTEN)


@router.post("/{call_id}/whisper", response=CallShape)
def whisper_on_call(request: HttpRequest, call_id: PathKey) -> CallShape:
    """A supervisor is heard by the operator alone."""
    return _listen(request, call_id, Party.Mode.WHISPER)


@router.post("/{call_id}/speak", response=CallShape)
def speak_on_call(request: HttpRequest, call_id: PathKey) -> CallShape:
    """A supervisor is heard by everybody."""
    return _listen(request, call_id, Party.Mode.TALK)


def _hold(request: HttpRequest, call_id: int, *, on: bool) -> CallShape:
    user, now = kinds.desk(request), timezone.now()
    conversation.hold(own(user, call_id).pk, on=on, by=user, now=now)
    return tell(user, call_id)


def _listen(request: HttpRequest, call_id: int, mode: str) -> CallShape:
    user, now = kinds.lead(request), timezone.now()
    rooms.listen(own(user, call_id).pk, by=user, mode=mode, now=now)
    return tell(user, call_id)


def _contact(call: Call, contact_id: int | None) -> str:
    """The number of a contact of hers whom nothing bars."""
    known = register.contacts(call.elder) if call.elder else []
    for contact in known:
        if contact.pk == contact_id and not contact.barred:
            return contact.phone
    raise NotFound({"contact": "she has no such contact, or one who is not to be told"})
