"""Simulated elders: they ring or press their pendant, wait as long as they can bear, and answer."""

from datetime import datetime, timedelta
from functools import partial

from config.replay.agenda import Agenda
from config.replay.calls import RealCall
from config.replay.doors import Doors
from config.replay.people import People
from config.town.extent import dice
from telephony.models import Call, SimulatorItem

PATIENCE_S = 240.0  # the mean of how long a caller waits before hanging up
NOTICES_S = 3.0  # from the ring to an operator's hand on the key
PRESSES_UNWELL = 0.5
ANSWERS = 0.85  # share of our calls that are picked up
ANSWERS_AFTER_S = (4, 20)


class Callers:
    """Plays the file's calls at their time, and picks up when the hotline rings back."""

    def __init__(self, agenda: Agenda, doors: Doors, people: People, *, seed: int) -> None:
        self._agenda, self._doors, self._people, self._seed = agenda, doors, people, seed
        self.by_elder = {elder: n for n, (elder, _, _) in enumerate(people.callers)}
        self.by_number = {number: n for n, (_, number, _) in enumerate(people.callers)}
        self.calls: list[RealCall] = []
        self.by_call: dict[int, RealCall] = {}

    def expect(self, calls: list[RealCall]) -> None:
        """Notes every call of the file in the agenda."""
        self.calls = calls
        for n, call in enumerate(calls):
            self._agenda.note(call.called_at, partial(self._begin, n))

    def ringing(self, item: SimulatorItem, *, now: datetime) -> None:
        """The hotline rings one of them."""
        chance = dice(self._seed, "answer", item.job_id)
        if chance.random() < ANSWERS:
            at = now + timedelta(seconds=chance.uniform(*ANSWERS_AFTER_S))
            self._agenda.note(at, lambda: self._pick_up(item))

    def _begin(self, n: int) -> None:
        call, (_, number, device_id) = self.calls[n], self._people.callers[n]
        if call.by_device:
            self._doors.report(device_id, alarm="sos", lat=call.lat, lon=call.lon, accuracy=12)
            return
        chance = dice(self._seed, "call", n)
        placed = self._doors.post("/telephony/simulator/calls/", {"from": number, "to": "12349"})
        if placed is None:
            raise RuntimeError("the hotline did not take a call")
        key = placed["call"]
        self.by_call[key] = call
        # A free operator looks up when the screen rings, not at the next thing that happens.
        self._agenda.note(call.called_at + timedelta(seconds=NOTICES_S), lambda: None)
        if call.priority == "emergency" and chance.random() < PRESSES_UNWELL:
            at = call.called_at + timedelta(seconds=6)
            self._agenda.note(at, lambda: self._press(key, "3"))
        gives_up = call.called_at + timedelta(seconds=5 + chance.expovariate(1 / PATIENCE_S))
        self._agenda.note(gives_up, lambda: self._give_up(key))

    def _press(self, key: int, digits: str) -> None:
        self._doors.post(f"/telephony/simulator/calls/{key}/digits/", {"digits": digits})

    def _give_up(self, key: int) -> None:
        if Call.objects.filter(pk=key, state=Call.State.RINGING).exists():
            self._doors.post(f"/telephony/simulator/calls/{key}/hangup/")

    def _pick_up(self, item: SimulatorItem) -> None:
        """Answers; a confirmation call gets the 1 it asks for."""
        path = f"/telephony/simulator/outbox/{item.pk}"
        if self._doors.post(f"{path}/answer/") and item.job.purpose == "confirm":
            self._doors.post(f"{path}/digits/", {"digits": "1"})
