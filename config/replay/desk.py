"""Simulated operators: they take the next thing that matters most, and need time for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q

from config.replay.agenda import Agenda
from config.replay.callers import NOTICES_S, Callers
from config.replay.doors import Doors
from config.town.extent import dice
from dispatch import desk as live_desk
from dispatch.models import ServiceRequest
from dispatch.states import OPEN, State
from elders.models import User
from telephony import callbacks
from telephony import desk as calls
from telephony.models import Call

TALKS_S, WRITES_S, CLOSES_S, HANDS_OVER_S = 75.0, 15.0, 20.0, 60.0
# An emergency that nobody took for this long is handed over to the ambulance service.
HAND_OVER_AFTER_S = 120


class Operators:
    """Every free operator takes, in this order: a caller, an emergency nobody has, what waits to be
    closed, an emergency without anybody, a call-back."""

    def __init__(
        self, agenda: Agenda, doors: Doors, staff: list[User], callers: Callers, *, seed: int
    ) -> None:
        self._agenda, self._doors, self._seed = agenda, doors, seed
        self._callers = callers
        self._free = list(staff)
        self._staff = staff
        self._turns = 0

    def keep_alive(self, now: datetime) -> None:
        """Their consoles are open: what they own stays theirs."""
        owned = ServiceRequest.objects.exclude(owner=None).values_list("owner", flat=True)
        busy = Call.objects.exclude(lease_until=None).values_list("operator", flat=True)
        holding = {*owned.distinct(), *busy.distinct()}
        for user in self._staff:
            if user.pk in holding:
                live_desk.renew(user, now=now)

    def look(self, now: datetime) -> None:
        """Whoever is free takes something."""
        while self._free:
            user = self._free[0]
            done_after_s = self._take_something(user, now)
            if done_after_s is None:
                return
            self._free.pop(0)
            at = now + timedelta(seconds=done_after_s)
            self._agenda.note(at, partial(self._free.append, user))

    def _take_something(self, user: User, now: datetime) -> float | None:
        self._turns += 1
        for attempt in (self._answer, self._claim, self._close, self._hand_over, self._ring_back):
            busy_s = attempt(user, now)
            if busy_s is not None:
                return busy_s
        return None

    def _answer(self, user: User, now: datetime) -> float | None:
        call = calls.queue().filter(opened_at__lte=now - timedelta(seconds=NOTICES_S)).first()
        if call is None or not self._doors.post(f"/api/v1/calls/{call.pk}/claim", user=user):
            return None
        talk_s = self._about(TALKS_S, "talk", call.pk)
        self._later(now, talk_s, lambda: self._after_talk(call, user))
        return talk_s + WRITES_S

    def _after_talk(self, call: Call, user: User) -> None:
        """What came of it: a request, unless there is one for her already."""
        elder, said = call.elder_id, self._callers.by_call.get(call.pk)
        if elder and said:
            body = {"elder": elder, "category": "medical", "priority": said.priority}
            self._doors.post("/api/v1/requests", body | {"call": call.pk}, user=user)
        self._doors.post(f"/api/v1/calls/{call.pk}/hangup", user=user)
        self._doors.post(f"/api/v1/calls/{call.pk}/wrap-up", {"disposition": "done"}, user=user)
        self._reach(call.other_number, user)

    def _claim(self, user: User, now: datetime) -> float | None:
        mine = ServiceRequest.objects.filter(
            priority="emergency", state__in=OPEN, owner=None
        ).order_by("id")
        found = mine.first()
        if found is None:
            return None
        self._doors.post(f"/api/v1/requests/{found.pk}/claim", user=user)
        return 5.0

    def _close(self, user: User, now: datetime) -> float | None:
        """Finished visits: an emergency by its operator, the others when nobody confirmed."""
        unconfirmed = Q(notices__code="not_confirmed", notices__done_at=None)
        waiting = ServiceRequest.objects.filter(
            Q(priority="emergency") | unconfirmed, state=State.DONE
        ).order_by("id")
        found = waiting.first()
        if found is None:
            return None
        self._doors.post(
            f"/api/v1/requests/{found.pk}/close",
            {"disposition": "met", "reason": "heard from her and from the worker"},
            user=user,
        )
        return self._about(CLOSES_S, "close", found.pk)

    def _hand_over(self, user: User, now: datetime) -> float | None:
        late = now - timedelta(seconds=HAND_OVER_AFTER_S)
        found = ServiceRequest.objects.filter(state=State.UNFILLED, opened_at__lte=late).first()
        if found is None:
            return None
        path = f"/api/v1/requests/{found.pk}"
        made = self._doors.post(f"{path}/handovers", {"service": "120", "ring": False}, user=user)
        if made:
            end = f"/api/v1/handovers/{made['id']}/end"
            self._doors.post(end, {"outcome": "an ambulance is on its way"}, user=user)
        said = {"disposition": "handed_over", "reason": "nobody of ours was free"}
        self._doors.post(f"{path}/close", said, user=user)
        return self._about(HANDS_OVER_S, "hand over", found.pk)

    def _ring_back(self, user: User, now: datetime) -> float | None:
        row = callbacks.waiting().filter(due_at__lte=now).first()
        if row is None:
            return None
        callbacks.tried(row.pk, now=now)
        chance = dice(self._seed, "reach", row.pk, row.attempts)
        if chance.random() > 0.7:
            return 30.0
        talk_s = self._about(TALKS_S, "back", row.pk)
        self._later(now, talk_s, lambda: self._after_ringing_back(row.pk, row.elder_id, user))
        return talk_s + WRITES_S

    def _after_ringing_back(self, key: int, elder: int | None, user: User) -> None:
        said = self._callers.calls[self._callers.by_elder[elder]] if elder else None
        if said:
            body = {"elder": elder, "category": "medical", "priority": said.priority}
            self._doors.post("/api/v1/requests", body, user=user)
        self._doors.post(f"/api/v1/callbacks/{key}/reached", {"outcome": "spoken with"}, user=user)

    def _reach(self, number: str, user: User) -> None:
        """A caller who rang again is off the list of those to be rung back."""
        for row in callbacks.waiting().filter(number=number):
            self._doors.post(f"/api/v1/callbacks/{row.pk}/reached", user=user)

    def _later(self, now: datetime, after_s: float, act: Callable[[], None]) -> None:
        self._agenda.note(now + timedelta(seconds=after_s), act)

    def _about(self, mean_s: float, *key: object) -> float:
        """A time around the mean, never under a third of it."""
        return max(mean_s / 3, dice(self._seed, *key).gauss(mean_s, mean_s / 4))
