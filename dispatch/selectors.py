"""Reads of the conductor. What a user may see is a queryset; nothing else reaches a view."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone

from dispatch.models import (
    Assignment,
    CheckIn,
    Deadline,
    Handover,
    Notice,
    Offer,
    OutageElder,
    ServiceRequest,
    Trouble,
)
from dispatch.models.clock import RUNNING
from dispatch.states import ACTIVE_ASSIGNMENTS, OPEN, OfferState, Priority, State
from elders import consent, grids, roles
from elders.models import Consent, Elder, FamilyLink, User
from elders.roles import Role
from providers.models import Worker
from telephony.models import CallBack

GRAVEST = ("sos", "warn", "info")
READERS = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR})


def requests_for(
    user: User | AnonymousUser, *, now: datetime | None = None
) -> QuerySet[ServiceRequest]:
    """The requests `user` may see at all; `sees_elder` says whether her name goes with them.

    Operators, supervisors and auditors: their grid cells, and whatever has none. The elder: her
    own. Family: where she consented to `requests`. Workers and providers: from the offer until
    the visit is cleared. Station staff and administrators: none.
    """
    held = roles.of(user)
    everything = ServiceRequest.objects.select_related("elder", "category", "owner")
    if not isinstance(user, User) or not user.is_active:
        return everything.none()
    if held & READERS:
        area = grids.codes(user)
        if not area:
            return everything
        within = Q(grid="")
        for code in area:
            within |= Q(grid__startswith=code)
        return everything.filter(within)
    mine = Q(elder__user=user) | Q(pk__in=_at_work(user))
    if Role.FAMILY in held:
        mine |= Q(elder__in=_consented(user, now or timezone.now()))
    return everything.filter(mine)


def offers_for(user: User | AnonymousUser) -> QuerySet[Offer]:
    """Offers `user` may answer or read: the desk's, and a worker's or provider's own."""
    offers = Offer.objects.select_related("worker", "request__elder", "request__category")
    if roles.of(user) & READERS:
        return offers.filter(request__in=requests_for(user).values("pk"))
    if not isinstance(user, User):
        return offers.none()
    return offers.filter(Q(worker__user=user) | Q(worker__provider__staff=user)).distinct()


def assignments_for(user: User | AnonymousUser) -> QuerySet[Assignment]:
    """Assignments `user` may act on: the desk's, and a worker's or provider's own."""
    assignments = Assignment.objects.select_related(
        "worker", "request__elder__grid", "request__category"
    )
    if roles.of(user) & READERS:
        return assignments.filter(request__in=requests_for(user).values("pk"))
    if not isinstance(user, User):
        return assignments.none()
    return assignments.filter(Q(worker__user=user) | Q(worker__provider__staff=user)).distinct()


def handovers_for(user: User | AnonymousUser) -> QuerySet[Handover]:
    return Handover.objects.filter(request__in=requests_for(user).values("pk"))


def notices_for(user: User | AnonymousUser) -> QuerySet[Notice]:
    """What the desk must act on, gravest first; nobody else has notices."""
    if not roles.is_operator(user):
        return Notice.objects.none()
    seen = requests_for(user).values("pk")
    gravest = Case(*[When(level=word, then=n) for n, word in enumerate(GRAVEST)], default=9)
    return (
        Notice.objects.filter(Q(request=None) | Q(request__in=seen), done_at=None)
        .select_related("request__elder", "callback", "call")
        .order_by(gravest, "-opened_at")
    )


def checkins_for(user: User | AnonymousUser) -> QuerySet[CheckIn]:
    """The check-ins of the elders that the desk and auditors see."""
    if not roles.of(user) & READERS or not isinstance(user, User):
        return CheckIn.objects.none()
    within = grids.within(user)
    return (
        CheckIn.objects.filter(elder__in=Elder.objects.filter(within))
        if within
        else (CheckIn.objects.all())
    )


def troubles_for(user: User | AnonymousUser) -> QuerySet[Trouble]:
    """What is wrong with the devices of the elders that the desk sees, of workers and of nobody."""
    if not roles.of(user) & READERS or not isinstance(user, User):
        return Trouble.objects.none()
    area = grids.within(user)
    rows = Trouble.objects.filter(ended_at=None)
    hers = Q(elder=None) | Q(elder__in=Elder.objects.filter(area)) if area else Q()
    return rows.filter(hers)


def outage_elders_for(user: User | AnonymousUser) -> QuerySet[OutageElder]:
    """The lines of outages' lists, of the elders that the desk sees."""
    if not roles.of(user) & READERS or not isinstance(user, User):
        return OutageElder.objects.none()
    area = grids.within(user)
    rows = OutageElder.objects.select_related("elder__grid", "request", "by")
    return rows.filter(elder__in=Elder.objects.filter(area)) if area else rows


def sees_elder(user: User | AnonymousUser, request: ServiceRequest) -> bool:
    """Whether the elder's name and address go with this request.

    A worker sees area and need before accepting, the elder from acceptance to clearing.
    """
    if roles.of(user) & READERS:
        return True
    if not isinstance(user, User):
        return False
    if request.elder and request.elder.user_id == user.pk:
        return True
    going = request.assignments.filter(
        Q(worker__user=user) | Q(worker__provider__staff=user), state__in=ACTIVE_ASSIGNMENTS
    )
    return going.exists() or _is_family(user, request)


def owner(request: ServiceRequest) -> dict[str, object]:
    """Who must act next: {"kind": operator | worker | elder | dispatcher | desk, "id", "name"}."""
    if request.owner_id and request.owner:
        return {"kind": "operator", "id": request.owner_id, "name": str(request.owner)}
    at_work = request.state in (State.ASSIGNED, State.EN_ROUTE, State.ON_SCENE)
    if at_work and (going := active_assignment(request)):
        return {"kind": "worker", "id": going.worker_id, "name": going.worker.name}
    if request.state in (State.NEW, State.OFFERED) and not request.is_emergency:
        return {"kind": "dispatcher", "id": None, "name": "One Number"}
    if request.state == State.DONE and request.elder and not request.is_emergency:
        return {"kind": "elder", "id": request.elder_id, "name": request.elder.name}
    return {"kind": "desk", "id": None, "name": "desk"}


def active_assignment(request: ServiceRequest, role: str = "responder") -> Assignment | None:
    """Who is coming, or there."""
    return (
        request.assignments.filter(role=role, state__in=ACTIVE_ASSIGNMENTS)
        .select_related("worker")
        .first()
    )


def open_cry(worker: Worker) -> ServiceRequest | None:
    """The worker's own alarm that is still open."""
    mine = ServiceRequest.objects.filter(
        source=ServiceRequest.Source.WORKER, known_as=worker.phone, closed_at=None
    )
    return mine.select_related("owner").order_by("-pk").first()


def clock_of(request: ServiceRequest, **facts: object) -> QuerySet[Deadline]:
    """The running clock of its state."""
    return request.deadlines.filter(RUNNING, kind="state", **facts)


def open_offers(request: ServiceRequest) -> QuerySet[Offer]:
    return request.offers.filter(state=OfferState.MADE).select_related("worker")


def unwatched(*, now: datetime) -> dict[str, list[int]]:
    """What the auditor looks for; every list is empty in a sound house.

    `no_clock`: open requests without a running deadline. `no_owner`: requests that a worker
    should have and none does. `no_offer`: offered to nobody. `overdue`: deadlines the sweep
    should long have fired. `callbacks`: call-backs without a running clock. `unclaimed`:
    emergencies that nobody has and no clock watches.
    """
    requests = ServiceRequest.objects.filter(state__in=OPEN)
    clocks = Deadline.objects.filter(RUNNING)
    at_work = Assignment.objects.filter(state__in=ACTIVE_ASSIGNMENTS)
    offered = Offer.objects.filter(state=OfferState.MADE)
    state_clocks = clocks.filter(kind="state")
    found = {
        "no_clock": requests.exclude(pk__in=state_clocks.values("request")),
        "no_owner": requests.filter(
            state__in=[State.ASSIGNED, State.EN_ROUTE, State.ON_SCENE]
        ).exclude(pk__in=at_work.values("request")),
        "no_offer": requests.filter(state=State.OFFERED)
        .exclude(pk__in=offered.values("request"))
        .exclude(
            pk__in=state_clocks.filter(due_at__lte=now + timedelta(seconds=2)).values("request")
        ),
        "unclaimed": requests.filter(priority=Priority.EMERGENCY, owner=None).exclude(
            pk__in=clocks.filter(kind="unclaimed").values("request")
        ),
        "overdue": clocks.filter(due_at__lte=now - timedelta(seconds=60)),
        "callbacks": CallBack.objects.filter(reached_at=None).exclude(
            pk__in=clocks.filter(callback__isnull=False).values("callback")
        ),
    }
    return {name: list(rows.values_list("pk", flat=True)) for name, rows in found.items()}


def _at_work(user: User) -> QuerySet[Offer, int]:
    """Requests offered to, or being served by, the worker or the provider's workers."""
    me = Q(worker__user=user) | Q(worker__provider__staff=user)
    asked = Offer.objects.filter(me, state=OfferState.MADE).values_list("request", flat=True)
    going = Assignment.objects.filter(me, state__in=ACTIVE_ASSIGNMENTS)
    return asked.union(going.values_list("request", flat=True))


def _consented(user: User, now: datetime) -> QuerySet[Elder]:
    links = FamilyLink.objects.filter(user=user, barred=False).values("elder")
    agreed = Consent.objects.filter(
        consent.running(now), grantee=user, scope=Consent.Scope.REQUESTS
    ).values("elder")
    return Elder.objects.filter(pk__in=links).filter(pk__in=agreed)


def _is_family(user: User, request: ServiceRequest) -> bool:
    return bool(
        request.elder_id and _consented(user, timezone.now()).filter(pk=request.elder_id).exists()
    )
