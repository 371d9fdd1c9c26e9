"""What lies open on an operator's desk: a call, a request, an elder, or nothing yet."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.shortcuts import get_object_or_404

from dispatch import selectors
from dispatch.models import RequestCall, ServiceRequest
from dispatch.pages.desk import guard
from dispatch.states import OPEN, Priority
from elders.models import Elder, User
from elders.selectors import elders_for
from telephony import desk as calls
from telephony.models import Call
from telephony.selectors import calls_for


@dataclass(frozen=True, slots=True)
class Subject:
    """`call` is the operator's own call in hand, whatever else lies open."""

    call: Call | None = None
    request: ServiceRequest | None = None
    elder: Elder | None = None

    @property
    def query(self) -> str:
        """What regions ask with: a card without a request stays so under the operator's hands."""
        return self.address if self.request or not self.address else f"{self.address}&alone=1"

    @property
    def address(self) -> str:
        """The query that opens the same again."""
        parts = {}
        if self.request:
            parts["request"] = self.request.pk
        elif self.elder:
            parts["elder"] = self.elder.pk
        elif self.call:
            parts["call"] = self.call.pk
        return urlencode(parts)

    @property
    def topics(self) -> list[str]:
        """What to watch for this subject, beside the desk itself."""
        found = []
        if self.request:
            found.append(f"request:{self.request.pk}")
        if self.elder:
            found.append(f"elder:{self.elder.pk}")
        return found

    @property
    def calling_from(self) -> str:
        """The number she is on the telephone with, if it is she."""
        if self.call and self.call.state in Call.HELD and self.call.elder_id == self.elder_id:
            return self.call.other_number
        return ""

    @property
    def elder_id(self) -> int | None:
        return self.elder.pk if self.elder else None


def read(user: User, query: QueryDict) -> Subject:
    """The subject that `query` names (request, elder or call, by id), else what is in hand."""
    hand, alone = in_hand(user), "alone" in query
    if pk := guard.number(query, "request"):
        return of_request(user, get_object_or_404(selectors.requests_for(user), pk=pk))
    if pk := guard.number(query, "elder"):
        elder = get_object_or_404(elders_for(user).select_related("grid"), pk=pk)
        return Subject(hand, None if alone else _open_request(user, elder), elder)
    if pk := guard.number(query, "call"):
        call = get_object_or_404(calls_for(user), pk=pk)
        return Subject(hand, None, call.elder) if alone else _about_call(user, call, hand)
    if hand:
        return _about_call(user, hand, hand)
    mine = selectors.requests_for(user).filter(owner=user, state__in=OPEN)
    request = _gravest(list(mine))
    return Subject(None, request, request.elder if request else None)


def of_request(user: User, request: ServiceRequest) -> Subject:
    return Subject(in_hand(user), request, request.elder)


def in_hand(user: User) -> Call | None:
    """The call `user` speaks on; else one whose wrap-up waits."""
    held = calls.held_by(user).select_related("elder", "job").order_by("-claimed_at", "-id")
    return min(held, key=lambda call: call.state == Call.State.WRAP_UP, default=None)


def _about_call(user: User, call: Call, hand: Call | None) -> Subject:
    links = RequestCall.objects.filter(call=call).values("request")
    linked = selectors.requests_for(user).filter(pk__in=links)
    what, _, key = (call.job.subject if call.job else "").partition(":")
    if key.isdigit() and what in ("ring", "ring_back", "contact", "confirm"):
        linked = selectors.requests_for(user).filter(pk=int(key))
    request = _gravest(list(linked))
    if request is None and call.elder:
        return Subject(hand, _open_request(user, call.elder), call.elder)
    return Subject(hand, request, request.elder if request else call.elder)


def _open_request(user: User, elder: Elder) -> ServiceRequest | None:
    return _gravest(list(selectors.requests_for(user).filter(elder=elder, state__in=OPEN)))


def _gravest(requests: list[ServiceRequest]) -> ServiceRequest | None:
    order = [Priority.EMERGENCY, Priority.URGENT, Priority.ROUTINE]
    return min(
        requests,
        key=lambda r: (not r.is_open, order.index(Priority(r.priority)), -r.pk),
        default=None,
    )
