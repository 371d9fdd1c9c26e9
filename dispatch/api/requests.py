"""Requests: the list, one of them, its log, its candidates, and opening one."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from dispatch import candidates, intake, reasons, selectors
from dispatch.actors import actor_of
from dispatch.api import auth, telling
from dispatch.api.bodies import NewRequest
from dispatch.api.errors import Forbidden, Invalid, NotFound
from dispatch.api.fields import PathKey, QueryKey, QueryWord
from dispatch.api.kinds import actor, caller, found, reader
from dispatch.api.paging import Page, Window, cut
from dispatch.api.shapes import CandidateShape, CandidatesShape, EventsShape, RequestShape
from dispatch.api.sight import Sight
from dispatch.matching import Ranked
from dispatch.models import ServiceRequest
from dispatch.states import Priority, State
from elders import roles
from elders import selectors as register
from elders.models import Elder, User
from providers.models import Category
from telephony.models import Call
from telephony.selectors import calls_for

router = Router(tags=["requests"])
Source = ServiceRequest.Source


@router.get("", response=Page[RequestShape])
def list_requests(
    request: HttpRequest,
    window: Query[Window],
    state: Annotated[list[State], Query(default_factory=list)],
    priority: Annotated[list[Priority], Query(default_factory=list)],
    category: QueryWord,
    elder: QueryKey,
    grid: QueryWord,
) -> Page[RequestShape]:
    """Newest first. `state` and `priority` may be given several times; `grid` is a cell at any
    level, and what lies in it."""
    sight = Sight(caller(request), now=timezone.now())
    rows = selectors.requests_for(sight.user, now=sight.now)
    if state:
        rows = rows.filter(state__in=state)
    if priority:
        rows = rows.filter(priority__in=priority)
    if category:
        rows = rows.filter(category=category)
    if elder:
        rows = rows.filter(elder=elder, elder__in=Elder.objects.filter(sight.elders()))
    if grid:
        rows = rows.filter(grid__startswith=grid)
    some, following = cut(telling.whole(rows), window)
    seen = [row.elder for row in some if row.elder and sight.place_of(row)]
    sight.keep_looking(*seen, what="requests")
    return {"items": [telling.request(row, sight) for row in some], "next": following}


@router.post("", response={201: RequestShape, 200: RequestShape})
def open_request(request: HttpRequest, body: NewRequest) -> Status[RequestShape]:
    """Operators for anybody, an elder for herself. An emergency of an elder who has one open
    joins it: 200 with that one."""
    user, now = actor(request), timezone.now()
    if not Category.objects.filter(pk=body.category).exists():
        raise Invalid(category="there is no such category")
    opened = intake.open_request(
        elder=_elder(user, body),
        known_as=body.known_as,
        category=body.category,
        priority=body.priority,
        source=_source(request, user),
        by=actor_of(user),
        note=body.note,
        call=_call(user, body.call),
        now=now,
    )
    return Status(201 if opened.opened_at == now else 200, tell(user, opened.pk))


@router.get("/{request_id}", response=RequestShape)
def get_request(request: HttpRequest, request_id: PathKey) -> RequestShape:
    """One request with its estimate, offers, exclusions, assignments, hand-overs and deadlines."""
    return tell(caller(request), request_id)


@router.get("/{request_id}/events", response=EventsShape)
def list_events(
    request: HttpRequest,
    request_id: PathKey,
    after: Annotated[int, Query(0, ge=0, le=2**31 - 1)],
) -> EventsShape:
    """The log after `after`, in order and without gaps."""
    sight = Sight(caller(request), now=timezone.now())
    row = found(selectors.requests_for(sight.user, now=sight.now), pk=request_id)
    elder, place = sight.elder_of(row), sight.place_of(row)
    rows = row.events.filter(seq__gt=after, seq__lte=row.seq)
    events = [telling.event(one, sight, sees_elder=elder, sees_place=place) for one in rows]
    return {"events": events, "seq": row.seq}


@router.get("/{request_id}/candidates", response=CandidatesShape)
def list_candidates(request: HttpRequest, request_id: PathKey) -> CandidatesShape:
    """The ranking now. An offer made from it names its `seq`."""
    user, now = reader(request), timezone.now()
    row = found(selectors.requests_for(user, now=now), pk=request_id)
    ranking = candidates.rank(row, now=now)
    return {
        "items": [_candidate(one, rank) for rank, one in enumerate(ranking.ranked, start=1)],
        "next": None,
        "exclusions": [telling.exclusion(one) for one in ranking.exclusions],
        "seq": row.seq,
    }


def tell(user: User, request_id: int) -> RequestShape:
    """The request as `user` may see it now, with a trace in the ledger."""
    sight = Sight(user, now=timezone.now())
    row = found(telling.whole(selectors.requests_for(user, now=sight.now)), pk=request_id)
    if row.elder and sight.place_of(row):
        sight.keep_looking(row.elder, what="requests")
    return telling.request(row, sight)


def _candidate(one: Ranked, rank: int) -> CandidateShape:
    who = one.candidate
    name = who.name or who.name_zh
    return {
        "worker": {
            "id": who.worker_id,
            "name": name,
            "name_zh": who.name_zh or name,
            "phone": who.phone,
        },
        "rank": rank,
        "score": one.score,
        "eta_s": round(one.eta_s),
        "distance_m": round(one.distance_m),
        "reasons": [
            {
                "code": str(reason.code),
                "text": reasons.reason(reason.code, reason.params),
                "points": reason.points,
            }
            for reason in one.reasons
        ],
    }


def _elder(user: User, body: NewRequest) -> Elder | None:
    """Whom it is for."""
    herself = register.elder_of(user)
    if not roles.is_operator(user):
        if herself is None:
            raise Forbidden
        if body.elder not in (None, herself.pk):
            raise NotFound({"elder": "not yours"})
        return herself
    if body.elder is None:
        if not body.known_as:
            raise Invalid(elder="whom is it for? Name an elder, or say `known_as`")
        return None
    elder = register.elders_for(user).filter(pk=body.elder).first()
    if elder is None:
        raise NotFound({"elder": "there is no such elder"})
    return elder


def _call(user: User, call_id: int | None) -> Call | None:
    if call_id is None:
        return None
    call = calls_for(user).filter(pk=call_id).first()
    if call is None:
        raise NotFound({"call": "there is no such call"})
    return call


def _source(request: HttpRequest, user: User) -> str:
    if auth.by_token(request):
        return Source.API
    return Source.OPERATOR if roles.is_operator(user) else Source.PAGE
