"""The life of a town, a step at a time: workers answer and travel, elders ring, order, confirm.

It knows what everybody outside knows and does what everybody outside can do (`outside.py`). The
people of the demo who have pages of their own are left to whoever sits before them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any

from config.town import Place, Town, length_m, numbers
from config.town.extent import dice
from config.town.outside import Outside
from config.town.people import Resident
from config.town.trips import Trip

DECLINES = 0.12
REPLY_S = (2.0, 8.0)
PICK_UP_S = (3.0, 7.0)
LISTEN_S = (3.0, 6.0)
RING_EVERY_S = (20.0, 50.0)
ALARM_EVERY_S = (240.0, 480.0)
ORDERS = {"1": "catering", "2": "housekeeping"}
# So that somebody is always left for the people at the pages.
MOST_OPEN_A_CATEGORY = 3
QUIET_M = 700.0  # around the people who are left alone nobody rings

OPEN = ("NEW", "OFFERED", "UNFILLED", "ASSIGNED", "EN_ROUTE", "ON_SCENE", "DONE")
GOING = frozenset({"assigned", "en_route", "on_scene"})

Act = Callable[[float], object]


class Life:
    """`elders` is how many were seeded. Nothing here is slow but the answers of the house.

    `left_alone`: telephones that are never answered or rung from. `quiet`: a place near which no
    elder rings.
    """

    def __init__(
        self,
        town: Town,
        outside: Outside,
        *,
        elders: int,
        hotline: str,
        left_alone: frozenset[str] = frozenset(),
        quiet: Place | None = None,
        at: float,
    ) -> None:
        self.town, self.outside, self.elders = town, outside, elders
        self.hotline, self.left_alone, self.quiet = hotline, left_alone, quiet
        self.trips: dict[int, Trip] = {}
        self._chance = dice(town.seed, "life")
        self._planned: list[tuple[float, int, Act]] = []
        self._order = count()
        self._answered: set[int] = set()
        self._rung: set[int] = set()
        self._open: Counter[str] = Counter()
        self._plan(at + 2.0, self._ring)
        self._plan(at + self._chance.uniform(*ALARM_EVERY_S), self._alarm)

    def step(self, *, at: float) -> None:
        """One look around, and everything that is due by `at`."""
        self._read_phones(at)
        self._follow_requests(at)
        while self._planned and self._planned[0][0] <= at:
            _, _, act = heappop(self._planned)
            act(at)
        for key, trip in list(self.trips.items()):
            trip.step(self.outside, at=at)
            if trip.is_over:
                del self.trips[key]

    def _plan(self, at: float, act: Act) -> None:
        heappush(self._planned, (at, next(self._order), act))

    # --- answering ----------------------------------------------------------------------------
    def _read_phones(self, at: float) -> None:
        """Offers by text are answered, and the call that asks whether all is well."""
        for item in self.outside.outbox():
            wanted = (item["kind"], item["purpose"], item["state"])
            if item["id"] in self._answered or item["to"] in self.left_alone:
                continue
            chance = dice(self.town.seed, "reply", item["id"])
            if wanted == ("text", "offer", "delivered"):
                digits = "2" if chance.random() < DECLINES else "1"
                self._reply(item["id"], digits, at + chance.uniform(*REPLY_S))
            elif wanted == ("call", "confirm", "ringing"):
                self._reply(item["id"], "1", at + chance.uniform(*PICK_UP_S))

    def _reply(self, item_id: int, digits: str, at: float) -> None:
        self._answered.add(item_id)
        self._plan(at, lambda _: self.outside.reply(item_id, digits))

    # --- travelling ---------------------------------------------------------------------------
    def _follow_requests(self, at: float) -> None:
        """Takes up visits that have begun and drops those that have ended otherwise."""
        requests = self.outside.requests(OPEN)
        self._open = Counter(
            "emergency" if one["priority"] == "emergency" else one["category"] for one in requests
        )
        going = set()
        for request in requests:
            for visit in request["assignments"]:
                if visit["state"] in GOING and request["estimate"]:
                    going.add(visit["id"])
                    self._take_up(visit, request["estimate"], at)
        self.trips = {key: trip for key, trip in self.trips.items() if key in going}

    def _take_up(self, visit: dict[str, Any], estimate: dict[str, Any], at: float) -> None:
        phone = visit["worker"]["phone"]
        if visit["id"] in self.trips or phone in self.left_alone:
            return
        device_id, door = numbers.device_of(phone), (estimate["lat"], estimate["lon"])
        start = self.outside.place_of(device_id) or self.town.extent.centre
        self.trips[visit["id"]] = Trip(
            visit["id"],
            device_id,
            self.town.route(start, door),
            state=visit["state"],
            chance=dice(self.town.seed, "trip", visit["id"]),
            at=at,
        )

    # --- ringing ------------------------------------------------------------------------------
    def _ring(self, at: float) -> None:
        """An elder rings, listens, orders by digit and hangs up."""
        self._plan(at + self._chance.uniform(*RING_EVERY_S), self._ring)
        digit = self._chance.choice(sorted(ORDERS))
        who = self._somebody()
        if who is None or self._open[ORDERS[digit]] >= MOST_OPEN_A_CATEGORY:
            return
        call_id = self.outside.ring(who.mobile, to=self.hotline)
        if call_id is None:
            return
        press_at = at + self._chance.uniform(*LISTEN_S)
        hang_up_at = press_at + self._chance.uniform(*LISTEN_S)
        self._plan(press_at, lambda _: self.outside.press(call_id, digit))
        self._plan(hang_up_at, lambda _: self.outside.hang_up(call_id))

    def _alarm(self, at: float) -> None:
        """An elder presses the button of her watch, if no emergency waits for the desk already."""
        self._plan(at + self._chance.uniform(*ALARM_EVERY_S), self._alarm)
        who = self._somebody(watch=True)
        if who and not self._open["emergency"]:
            place = (who.address.lat, who.address.lon)
            battery = str(who.facts.battery)
            self.outside.report(numbers.watch(who.n), place, alarm="sos", batt=battery)

    def _somebody(self, *, watch: bool = False) -> Resident | None:
        """An elder who is at home, is known by her number, and has not rung yet."""
        for _ in range(40 if self.elders else 0):
            who = Resident(self.town, self._chance.randrange(self.elders))
            facts = who.facts
            if (
                facts.status == "present"
                and facts.mobile_verified
                and (facts.watch or not watch)
                and who.n not in self._rung
                and not self._near_the_quiet(who)
            ):
                self._rung.add(who.n)
                return who
        return None

    def _near_the_quiet(self, who: Resident) -> bool:
        home = (who.address.lat, who.address.lon)
        return self.quiet is not None and length_m([self.quiet, home]) < QUIET_M
