"""Playing it: from event to event, with the house's own background work in between."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Min

from config.replay.agenda import Agenda
from config.replay.callers import Callers
from config.replay.calls import RealCall
from config.replay.clock import Clock
from config.replay.crew import Crew
from config.replay.desk import Operators
from config.replay.doors import Doors
from config.replay.people import People
from dispatch import deadlines
from dispatch.models import Deadline, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.ownership import LEASE_CLOCK
from dispatch.states import OPEN
from telephony import outbound
from telephony.models import Call, OutboundJob, SimulatorItem

KEEP_ALIVE_S = 40
LAST_S = 6 * 3600  # after the last call everything must have ended by then
TICK = timedelta(milliseconds=1)


class Replay:
    """One run. `play` returns when every call has been dealt with, or six hours after the last."""

    def __init__(self, calls: list[RealCall], people: People, clock: Clock, *, seed: int) -> None:
        self.calls, self.clock = calls, clock
        self.agenda, self.doors = Agenda(), Doors()
        for user in people.operators:
            self.doors.admit(user, now=clock.now())
        self.callers = Callers(self.agenda, self.doors, people, seed=seed)
        self.crew = Crew(self.agenda, self.doors, people.operators[0], seed=seed)
        self.desk = Operators(self.agenda, self.doors, people.operators, self.callers, seed=seed)
        self._seen = 0
        self._kept_alive_at = clock.now()
        self._ends = calls[-1].called_at + timedelta(seconds=LAST_S)

    def play(self, *, progress: Callable[[int], object] = lambda done: None) -> None:
        """`progress` is told how many more calls have come in."""
        self.callers.expect(self.calls)
        came = 0
        while (at := self._next()) is not None:
            self.clock.wait_until(at)
            self._keep_alive()
            self.agenda.do_due(self.clock.now())
            self._work()
            self.desk.look(self.clock.now())
            self._work()
            while came < len(self.calls) and self.calls[came].called_at <= self.clock.now():
                came += 1
                progress(1)

    def _work(self) -> None:
        """The background work, as the ticker does it, and what it sent out."""
        now = self.clock.now()
        due = self._due_at()
        if due is None or due > now:
            return
        deadlines.fire_due(now=now)
        outbound.deliver_due(now=now)
        sent = SimulatorItem.objects.filter(pk__gt=self._seen).select_related("job").order_by("pk")
        for item in sent:
            self._seen = item.pk
            if item.job.purpose == "offer" and item.job.kind == OutboundJob.Kind.TEXT:
                self.crew.asked(item, now=now)
            elif item.job.kind == OutboundJob.Kind.CALL and item.job.to in self.callers.by_number:
                self.callers.ringing(item, now=now)

    def _keep_alive(self) -> None:
        """Before anything is fired: a lease may run out only where a console is gone."""
        now = self.clock.now()
        if now - self._kept_alive_at >= timedelta(seconds=KEEP_ALIVE_S):
            self.desk.keep_alive(now)
            self._kept_alive_at = now

    def _is_over(self, now: datetime) -> bool:
        if now >= self._ends:
            return True
        if now <= self.calls[-1].called_at:
            return False
        busy = ServiceRequest.objects.filter(state__in=OPEN).exists()
        return not busy and not Call.objects.filter(state__in=Call.LIVE).exists()

    def _next(self) -> datetime | None:
        """When something happens next; None when all is over."""
        now = self.clock.now()
        if self._is_over(now):
            return None
        times = [at for at in (self.agenda.next_at(), self._due_at()) if at]
        return max(min(times), now + TICK) if times else None

    def _due_at(self) -> datetime | None:
        """When the house has something to do by itself. Leases are left out: the consoles live."""
        clocks = Deadline.objects.filter(RUNNING).exclude(kind=LEASE_CLOCK)
        times = [
            clocks.aggregate(at=Min("due_at"))["at"],
            OutboundJob.objects.filter(state="queued").aggregate(at=Min("next_at"))["at"],
            Call.objects.exclude(silence_at=None).aggregate(at=Min("silence_at"))["at"],
        ]
        return min((at for at in times if at), default=None)
