"""What the staff of a provider are shown of their own house.

Of an offer area and need; of a visit the elder's name, from acceptance to clearing; of what is
done only which worker did what and when.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dispatch import quality, ratings, wording
from dispatch.models import Assignment, Offer
from dispatch.pages import labels, visit
from dispatch.pages.visit import WORKER_STEPS, Coming, Step
from dispatch.quality import Quality
from dispatch.states import ACTIVE_ASSIGNMENTS, AssignmentState, OfferState
from elders.models import Elder
from providers.models import Provider, Worker

AT = {AssignmentState.ASSIGNED: 0, AssignmentState.EN_ROUTE: 1, AssignmentState.ON_SCENE: 2}
BEFORE_ARRIVAL = frozenset({AssignmentState.ASSIGNED, AssignmentState.EN_ROUTE})
WHY_NOT = (
    gettext_lazy("Nobody is free"),
    gettext_lazy("Too far"),
    gettext_lazy("Not able to do this"),
    gettext_lazy("Another reason"),
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """`able`: who of the house may be sent, whoever was asked first."""

    offer: Offer
    emergency: bool
    category: str
    area: str
    distance: str
    minutes: int
    able: list[Worker]


@dataclass(frozen=True, slots=True)
class Visit:
    """`able`: colleagues who may take it over; empty once somebody is there."""

    assignment: Assignment
    emergency: bool
    who: str
    address: str
    category: str
    coming: Coming
    steps: list[Step]
    elders: list[Elder]
    able: list[Worker]


@dataclass(frozen=True, slots=True)
class Today:
    house: Provider
    houses: list[Provider]
    offers: list[Invitation]
    visits: list[Visit]
    done: list[Assignment]
    workers: list[Worker]
    quality: Quality
    heard: dict[int, int]  # of how many visits of a worker anything was said
    why_not: tuple[Any, ...] = WHY_NOT

    @property
    def query(self) -> str:
        """What names the house in an address, for those who work for several."""
        return f"?house={self.house.pk}" if len(self.houses) > 1 else ""

    @property
    def topics(self) -> list[str]:
        going = [f"request:{one.assignment.request_id}" for one in self.visits]
        return [*(f"worker:{worker.pk}" for worker in self.workers), *going]

    @property
    def crew(self) -> list[tuple[Worker, int]]:
        """Each worker, and of how many visits anything was said."""
        return [(worker, self.heard.get(worker.pk, 0)) for worker in self.workers]

    @property
    def count(self) -> int:
        return len(self.visits) + len(self.done)

    @property
    def on_duty(self) -> int:
        return sum(worker.on_duty for worker in self.workers)


def read(house: Provider, houses: list[Provider], *, now: datetime) -> Today:
    workers = list(house.workers.prefetch_related("categories__category", "shifts"))
    offers = Offer.objects.filter(
        worker__provider=house, state=OfferState.MADE, expires_at__gt=now
    ).select_related("worker", "request__elder__grid", "request__category")
    own = Assignment.objects.filter(worker__provider=house).select_related(
        "worker__provider", "offer", "request__elder__grid", "request__category"
    )
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    cleared = own.filter(state=AssignmentState.CLEARED, cleared_at__gte=midnight)
    return Today(
        house,
        houses,
        [_invitation(offer, workers) for offer in offers.order_by("expires_at")],
        [
            _visit(one, workers, now=now)
            for one in own.filter(state__in=ACTIVE_ASSIGNMENTS).order_by("assigned_at")
        ],
        list(cleared.order_by("-cleared_at")),
        workers,
        quality.measure(house, now=now),
        ratings.heard_of(workers),
    )


def _able(workers: list[Worker], category: str, *, besides: int) -> list[Worker]:
    """Who is on duty, free and of that trade; the verb looks again, and at everything."""
    return [
        worker
        for worker in workers
        if worker.pk != besides
        and worker.on_duty
        and worker.free
        and any(each.category_id == category for each in worker.categories.all())
    ]


def _invitation(offer: Offer, workers: list[Worker]) -> Invitation:
    request = offer.request
    asked = [worker for worker in workers if worker.pk == offer.worker_id]
    return Invitation(
        offer,
        request.is_emergency,
        labels.named(request.category),
        wording.area_of(request, get_language() or ""),
        labels.distance(offer.distance_m),
        max(1, round(offer.eta_s / 60)),
        [*asked, *_able(workers, request.category_id, besides=offer.worker_id)],
    )


def _visit(assignment: Assignment, workers: list[Worker], *, now: datetime) -> Visit:
    request, language = assignment.request, get_language() or ""
    state = AssignmentState(assignment.state)
    others = _able(workers, request.category_id, besides=assignment.worker_id)
    return Visit(
        assignment,
        request.is_emergency,
        wording.name_of(request, language) or _("Somebody we do not know yet"),
        wording.address_of(request, language),
        labels.named(request.category),
        visit.told(assignment, request, now=now),
        visit.line(WORKER_STEPS, AT[state]),
        request.people,
        others if state in BEFORE_ARRIVAL else [],
    )
