"""Simulated workers: they read the offer, say yes or no, travel, help, and report."""

from datetime import datetime, timedelta
from functools import partial
from random import Random

from config.replay.agenda import Agenda
from config.replay.doors import Doors
from config.town.extent import dice
from dispatch.models import Assignment, Offer
from elders.models import User
from telephony.models import SimulatorItem

ACCEPTS, DECLINES = 0.85, 0.1  # the rest never look at their telephone
THINKS_S = 20.0
SETS_OFF_S = (30, 120)
STAYS_S = (600, 2400)


class Crew:
    """Workers act through their replies; an operator records their way, as by radio."""

    def __init__(self, agenda: Agenda, doors: Doors, recorder: User, *, seed: int) -> None:
        self._agenda, self._doors, self._recorder, self._seed = agenda, doors, recorder, seed

    def asked(self, item: SimulatorItem, *, now: datetime) -> None:
        """An offer's text has reached a worker."""
        chance = dice(self._seed, "offer", item.job.subject)
        said = chance.random()
        if said < ACCEPTS + DECLINES:
            digits = "1" if said < ACCEPTS else "2"
            at = now + timedelta(seconds=3 + chance.expovariate(1 / THINKS_S))
            self._agenda.note(at, lambda: self._reply(item, digits, at))

    def _reply(self, item: SimulatorItem, digits: str, at: datetime) -> None:
        self._doors.post(f"/telephony/simulator/outbox/{item.pk}/digits/", {"digits": digits})
        offer = Offer.objects.get(pk=int(item.job.subject.partition(":")[2]))
        going = Assignment.objects.filter(offer=offer).first()
        if digits == "1" and going:
            self._travel(going, offer, at)

    def _travel(self, going: Assignment, offer: Offer, at: datetime) -> None:
        chance = dice(self._seed, "way", going.pk)
        departs = at + timedelta(seconds=chance.uniform(*SETS_OFF_S))
        arrives = departs + timedelta(seconds=offer.eta_s * _luck(chance))
        finishes = arrives + timedelta(seconds=chance.uniform(*STAYS_S))
        for when, verb in ((departs, "depart"), (arrives, "arrive"), (finishes, "finish")):
            self._agenda.note(when, partial(self._record, going, verb))

    def _record(self, going: Assignment, verb: str) -> None:
        self._doors.post(f"/api/v1/assignments/{going.pk}/{verb}", user=self._recorder)
        estimate = going.request.estimate
        device = going.worker.device_links.filter(until=None).first()
        if verb == "arrive" and device and estimate:
            self._doors.report(
                device.device.device_id, lat=estimate["lat"], lon=estimate["lon"], accuracy=10
            )


def _luck(chance: Random) -> float:
    """How much longer or shorter the way takes than reckoned: lights, rain, parking."""
    return max(0.6, min(2.5, chance.gauss(1.05, 0.2)))
