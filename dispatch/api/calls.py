"""Calls: who waits, who has whom, and who is to be rung back."""

from typing import Annotated

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from dispatch import desk
from dispatch.api import kinds
from dispatch.api.bodies import NO_DISPOSITION, NO_OUTCOME, Outcome, Transfer, WrapUp
from dispatch.api.errors import NotFound
from dispatch.api.fields import PathKey, QueryKey
from dispatch.api.kinds import caller, found
from dispatch.api.paging import Page, Window, cut, page
from dispatch.api.shapes_people import CallBackShape, CallShape, PartyShape
from dispatch.api.telling import named
from dispatch.models import RequestCall
from elders.models import User
from telephony import desk as line
from telephony.models import Call, CallBack, Party
from telephony.selectors import callbacks_for, calls_for

router = Router(tags=["calls"])


@router.get("/calls", response=Page[CallShape])
def list_calls(
    request: HttpRequest,
    window: Query[Window],
    state: Annotated[list[Call.State], Query(default_factory=list)],
    direction: Annotated[Call.Direction | None, Query(None)],
    elder: QueryKey,
) -> Page[CallShape]:
    """The desk's and, for an elder, her own; newest first."""
    user = caller(request)
    rows = calls_for(user)
    if state:
        rows = rows.filter(state__in=state)
    if direction:
        rows = rows.filter(direction=direction)
    if elder:
        rows = rows.filter(elder=elder)
    some, following = cut(rows, window)
    return {"items": _shapes(user, some), "next": following}


@router.get("/calls/{call_id}", response=CallShape)
def get_call(request: HttpRequest, call_id: PathKey) -> CallShape:
    return tell(caller(request), call_id)


@router.post("/calls/{call_id}/claim", response=CallShape)
def claim_call(request: HttpRequest, call_id: PathKey) -> CallShape:
    """One operator gets it and is put through; 409 `already_claimed` tells the others who."""
    user, now = kinds.desk(request), timezone.now()
    desk.take(own(user, call_id).pk, by=user, now=now)
    return tell(user, call_id)


@router.post("/calls/{call_id}/hangup", response=CallShape)
def hang_up_call(request: HttpRequest, call_id: PathKey) -> CallShape:
    """Whoever has it ends the connection; what is left is the wrap-up."""
    user, now = kinds.desk(request), timezone.now()
    line.hang_up(own(user, call_id).pk, by=user, now=now)
    return tell(user, call_id)


@router.post("/calls/{call_id}/wrap-up", response=CallShape)
def wrap_up_call(
    request: HttpRequest, call_id: PathKey, body: WrapUp = NO_DISPOSITION
) -> CallShape:
    """The operator is done with it."""
    user, now = kinds.desk(request), timezone.now()
    line.wrap_up(own(user, call_id).pk, by=user, disposition=body.disposition, now=now)
    return tell(user, call_id)


@router.post("/calls/{call_id}/transfer", response=CallShape)
def transfer_call(request: HttpRequest, call_id: PathKey, body: Transfer) -> CallShape:
    """To a colleague at the desk, who has it from then on, unasked: a cold transfer."""
    user, now = kinds.desk(request), timezone.now()
    line.transfer(own(user, call_id).pk, to=colleague(body), by=user, now=now)
    return tell(user, call_id)


@router.post("/calls/{call_id}/callback", response={201: CallBackShape})
def promise_callback(request: HttpRequest, call_id: PathKey) -> Status[CallBackShape]:
    """Puts the other side on the list of those to be rung back, where a clock watches it."""
    user, now = kinds.desk(request), timezone.now()
    return Status(201, _callback(desk.promise(own(user, call_id), now=now)))


@router.get("/callbacks", response=Page[CallBackShape])
def list_callbacks(
    request: HttpRequest, window: Query[Window], waiting: bool = True
) -> Page[CallBackShape]:
    """Who is to be rung back; with `waiting=false` also those who were reached."""
    rows = callbacks_for(kinds.reader(request))
    return page(rows.filter(reached_at=None) if waiting else rows, window, _callback)


@router.post("/callbacks/{callback_id}/ring", response=CallBackShape)
def ring_back(request: HttpRequest, callback_id: PathKey) -> CallBackShape:
    """Rings the number now, and puts the operator through when it is answered."""
    user, now = kinds.desk(request), timezone.now()
    line.ring_back(found(callbacks_for(user), pk=callback_id).pk, by=user, now=now)
    return _callback(found(callbacks_for(user), pk=callback_id))


@router.post("/callbacks/{callback_id}/reached", response=CallBackShape)
def reach_callback(
    request: HttpRequest, callback_id: PathKey, body: Outcome = NO_OUTCOME
) -> CallBackShape:
    """An operator has spoken with them: off the list. 409 `already_reached` the second time."""
    user, now = kinds.desk(request), timezone.now()
    found(callbacks_for(user), pk=callback_id)
    return _callback(desk.reached(callback_id, by=user, outcome=body.outcome, now=now))


def own(user: User, call_id: int) -> Call:
    """The call, if `user` may see it."""
    return found(calls_for(user), pk=call_id)


def colleague(body: Transfer) -> User:
    """Whom the body names, by id or username."""
    key = Q(pk=body.to) if isinstance(body.to, int) else Q(username=body.to)
    to = User.objects.filter(key, is_active=True).first()
    if to is None:
        raise NotFound({"to": "there is no such colleague"})
    return to


def tell(user: User, call_id: int) -> CallShape:
    """The call as it is now."""
    return _shapes(user, [own(user, call_id)])[0]


def _shapes(user: User, calls: list[Call]) -> list[CallShape]:
    links = RequestCall.objects.filter(call__in=calls).order_by("pk")
    requests = dict(links.values_list("call_id", "request_id"))
    there = _parties(calls) if kinds.is_reader(user) else {}
    return [_shape(call, requests.get(call.pk), there.get(call.pk, [])) for call in calls]


def _parties(calls: list[Call]) -> dict[int, list[PartyShape]]:
    """Who is in the room of each, or is being rung into it."""
    there: dict[int, list[PartyShape]] = {}
    for party in Party.objects.filter(call__in=calls, left_at=None).select_related("user"):
        there.setdefault(party.call_id, []).append(_party(party))
    return there


def _shape(call: Call, request: int | None, parties: list[PartyShape]) -> CallShape:
    return {
        "id": call.pk,
        "state": call.state,
        "direction": call.direction,
        "purpose": call.purpose,
        "priority": call.priority,
        "carrier": call.carrier,
        "from": call.from_number,
        "to": call.to_number,
        "elder": named(call.elder) if call.elder else None,
        "operator": named(call.operator) if call.operator else None,
        "request": request,
        "opened_at": call.opened_at,
        "queued_at": call.queued_at,
        "answered_at": call.answered_at,
        "held_at": call.held_at,
        "ended_at": call.ended_at,
        "disposition": call.disposition,
        "parties": parties,
    }


def _party(party: Party) -> PartyShape:
    return {
        "id": party.pk,
        "kind": party.kind,
        "mode": party.mode,
        "user": named(party.user) if party.user else None,
        "name": party.name,
        "number": party.number,
        "asked_at": party.asked_at,
        "joined_at": party.joined_at,
    }


def _callback(row: CallBack) -> CallBackShape:
    return {
        "id": row.pk,
        "number": row.number,
        "reason": row.reason,
        "priority": row.priority,
        "call": row.call_id,
        "elder": named(row.elder) if row.elder else None,
        "opened_at": row.opened_at,
        "due_at": row.due_at,
        "attempts": row.attempts,
        "reached_at": row.reached_at,
        "reached_by": named(row.reached_by) if row.reached_by else None,
        "outcome": row.outcome,
    }
