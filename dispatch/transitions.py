"""The one function that writes a request's state, and the lock every verb begins with."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from dispatch import clocks, kin
from dispatch.actors import Actor
from dispatch.errors import DispatchError, Stale
from dispatch.live import pokes
from dispatch.models import Event, ServiceRequest
from dispatch.states import OPEN, Kind, Priority, State, may_move
from dispatch.timing import STATE_S

STATE_CLOCK = "state"


def hold(request_id: int, *, seq: int | None = None) -> ServiceRequest:
    """The request, locked until the transaction ends; every verb begins here.

    The order of locks in the whole project is request, then workers by id, then the rest; and all
    of them are `no_key`, so that a row that refers to one held by another never waits for it.
    With `seq`, raises Stale when the request has moved since it was drawn.
    """
    request = _locked(request_id)
    if request is None:
        raise DispatchError("not_found", _("There is no such request."), http_status=404)
    if seq is not None and seq != request.seq:
        raise Stale(drawn=seq, now=request.seq)
    return request


def hold_if_free(request_id: int) -> ServiceRequest | None:
    """As `hold`; None, at once, while somebody else has it."""
    return _locked(request_id, skip_locked=True)


def _locked(request_id: int, *, skip_locked: bool = False) -> ServiceRequest | None:
    mine = ServiceRequest.objects.select_for_update(
        skip_locked=skip_locked, of=("self",), no_key=True
    )
    return mine.select_related("elder", "category").filter(pk=request_id).first()


def advance(
    request: ServiceRequest,
    kind: Kind,
    *,
    to: State | None = None,
    by: Actor,
    now: datetime,
    data: dict[str, Any] | None = None,
    **changes: Any,
) -> Event:
    """Appends one event and, with `to`, moves the state; `changes` are other columns to write.

    Compare-and-swap on `seq`: a writer who saw an older request gets Stale and has written
    nothing. With a move, the clock of the new state is wound and the old one stopped in the
    same transaction, so that no open request is ever without one.
    """
    start = State(request.state)
    if to is not None and not may_move(start, to):
        raise DispatchError("wrong_state", _("This cannot be done at this stage."), state=start)
    if to is not None:
        changes["state"] = to
    seq = request.seq + 1
    won = ServiceRequest.objects.filter(pk=request.pk, seq=request.seq).update(
        seq=F("seq") + 1, **changes
    )
    if not won:
        raise Stale(drawn=request.seq, now=seq)
    request.seq = seq
    for name, value in changes.items():
        setattr(request, name, value)
    event = Event.objects.create(
        request=request, seq=seq, kind=kind, at=now, by=by.as_json(), data=data or {}
    )
    if to is not None:
        wind(request, now=now)
    kin.tell(request, kind, now=now)
    poke(request)
    return event


def wind(
    request: ServiceRequest, *, now: datetime, after_s: float | None = None, rounds: int = 0
) -> None:
    """Winds the clock of the present state, or stops every clock of a request that has ended."""
    if request.state not in OPEN:
        clocks.clear(request=request, now=now)
        return
    seconds = STATE_S[State(request.state)][Priority(request.priority)]
    after_s = seconds if after_s is None else after_s
    clocks.arm(STATE_CLOCK, after_s=after_s, now=now, rounds=rounds, request=request)


def poke(request: ServiceRequest) -> None:
    """Tells every screen that may show this request to look again."""
    pokes.after_commit(f"request:{request.pk}", request.seq)
    pokes.after_commit("console")
    if request.elder_id:
        pokes.after_commit(f"elder:{request.elder_id}")
