"""How much of a request a caller sees (DESIGN §10), decided once for each answer.

The desk and auditors: everything. The elder: her own. Family: her name and the visit with consent
for requests, the place with consent for whereabouts. A worker and the provider's staff: area and
need before acceptance, name and place from acceptance to clearing.
"""

from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q

from dispatch import selectors
from dispatch.models import Assignment, ServiceRequest
from dispatch.selectors import READERS
from dispatch.states import ACTIVE_ASSIGNMENTS, AssignmentState
from elders import consent, ledger, roles
from elders import selectors as register
from elders.models import AccessEntry, Elder, User
from providers.models import Worker

LOOKS_FOLD = timedelta(minutes=1)


class Sight:
    """What `user` may see at `now`."""

    def __init__(self, user: User, *, now: datetime) -> None:
        self.user, self.now = user, now

    @cached_property
    def roles(self) -> frozenset[roles.Role]:
        return roles.of(self.user)

    @cached_property
    def desk(self) -> bool:
        """Operators, supervisors and auditors."""
        return bool(self.roles & READERS)

    @cached_property
    def workers(self) -> frozenset[int]:
        """The caller as a worker, and the workers of the caller's organisation."""
        mine = Worker.objects.filter(Q(user=self.user) | Q(provider__staff=self.user))
        return frozenset(mine.values_list("pk", flat=True))

    @cached_property
    def visits(self) -> list[Assignment]:
        """Their visits from acceptance to clearing."""
        if not self.workers:
            return []
        going = Assignment.objects.filter(worker__in=self.workers, state__in=ACTIVE_ASSIGNMENTS)
        return list(going.select_related("request", "worker").prefetch_related("request__also"))

    @cached_property
    def visited(self) -> dict[int, list[Assignment]]:
        """Elder id → the visits that lead to her; a household's case leads to everybody in it."""
        found: dict[int, list[Assignment]] = {}
        for visit in self.visits:
            elders = {elder.pk for elder in visit.request.also.all()}
            if visit.request.elder_id:
                elders.add(visit.request.elder_id)
            for pk in elders:
                found.setdefault(pk, []).append(visit)
        return found

    def is_herself(self, elder: Elder | None) -> bool:
        return elder is not None and elder.user_id == self.user.pk

    def elder_of(self, request: ServiceRequest) -> bool:
        """Whether her name goes with the request."""
        return self.desk or selectors.sees_elder(self.user, request)

    def place_of(self, request: ServiceRequest) -> bool:
        """Whether the place does."""
        if self.desk or any(visit.request_id == request.pk for visit in self.visits):
            return True
        return request.elder is not None and self.whereabouts_of(request.elder)

    def phone_of(self, worker: Worker, request: ServiceRequest) -> bool:
        """The desk, the worker's own people, and the elder who is waiting for them."""
        return self.desk or worker.pk in self.workers or self.is_herself(request.elder)

    def whereabouts_of(self, elder: Elder) -> bool:
        return elder.pk in self.visited or consent.may_see(
            self.user, elder, consent.Scope.WHEREABOUTS, now=self.now
        )

    def health_of(self, elder: Elder) -> bool:
        """The desk without its auditors, herself, and family with her consent."""
        if self.desk and not roles.is_operator(self.user):
            return False
        return consent.may_see(self.user, elder, consent.Scope.HEALTH, now=self.now)

    def home_of(self, elder: Elder) -> bool:
        """Address and what one must know to go there; the register's keepers too."""
        return (
            self.desk
            or roles.Role.ADMINISTRATOR in self.roles
            or self.is_herself(elder)
            or elder.pk in self.visited
        )

    def door_of(self, elder: Elder) -> bool:
        """The door code: for operators and herself, and for the worker who stands at the door."""
        if roles.is_operator(self.user) or self.is_herself(elder):
            return True
        return any(
            visit.worker.user_id == self.user.pk and visit.state == AssignmentState.ON_SCENE
            for visit in self.visited.get(elder.pk, [])
        )

    def elders(self) -> Q:
        """The elders of whom the caller sees anything at all."""
        seen = register.elders_for(self.user, now=self.now).values("pk")
        return Q(pk__in=seen) | Q(pk__in=self.visited.keys())

    def look(self, *elders: Elder, what: str) -> None:
        """Leaves a trace of a read in the ledger; looking at oneself leaves none."""
        others = [elder for elder in elders if not self.is_herself(elder)]
        ledger.record_all(actor=self.user, elders=others, what=what, purpose="API", now=self.now)

    def keep_looking(self, *elders: Elder, what: str) -> None:
        """`look` for what a screen asks for again and again: once a minute tells it all."""
        lately = AccessEntry.objects.filter(
            actor=self.user, elder__in=elders, what=what, at__gt=self.now - LOOKS_FOLD
        )
        known = set(lately.values_list("elder_id", flat=True))
        self.look(*{e.pk: e for e in elders if e.pk not in known}.values(), what=what)
