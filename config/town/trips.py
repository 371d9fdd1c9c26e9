"""A worker's visit as the worker lives it: sets out, travels along the streets, stays, leaves."""

from __future__ import annotations

from enum import Enum, auto
from random import Random

from config.town import Place, along, length_m
from config.town.outside import Outside

SPEED_MPS = 9.0  # an e-bike's 4.5, twice: a demo's minutes are shorter than a town's
REPORT_EVERY_S = 3.0
GETTING_READY_S = (4.0, 10.0)
STAY_S = (25.0, 60.0)


class Phase(Enum):
    READY = auto()
    MOVING = auto()
    THERE = auto()
    OVER = auto()


BEGINS_IN = {"EN_ROUTE": Phase.MOVING, "ON_SCENE": Phase.THERE}


class Trip:
    """From acceptance to the end of the visit; also one that was found half way, after a restart.

    `at` is the same clock everywhere, in seconds; only differences count. `state` is that of the
    assignment as it was found.
    """

    def __init__(
        self,
        assignment_id: int,
        device_id: str,
        way: list[Place],
        *,
        state: str,
        chance: Random,
        at: float,
    ) -> None:
        self.assignment_id, self.device_id, self.way = assignment_id, device_id, way
        self.phase = BEGINS_IN.get(state.upper(), Phase.READY)
        self._whole_m = length_m(way)
        self._stay_s = chance.uniform(*STAY_S)
        self._next_at = at + (self._stay_s if self.phase is Phase.THERE else 0.0)
        if self.phase is Phase.READY:
            self._next_at += chance.uniform(*GETTING_READY_S)
        self._left_at = at

    @property
    def is_over(self) -> bool:
        return self.phase is Phase.OVER

    def step(self, outside: Outside, *, at: float) -> None:
        """Does what is due by now."""
        if at < self._next_at:
            return
        if self.phase is Phase.READY:
            outside.act(self.assignment_id, "depart")
            self.phase, self._left_at = Phase.MOVING, at
        if self.phase is Phase.MOVING:
            self._move(outside, at=at)
        elif self.phase is Phase.THERE:
            outside.act(self.assignment_id, "finish")
            self.phase = Phase.OVER

    def _move(self, outside: Outside, *, at: float) -> None:
        gone_m = (at - self._left_at) * SPEED_MPS
        there = gone_m >= self._whole_m
        place = self.way[-1] if there else along(self.way, gone_m)
        outside.report(self.device_id, place, speed_mps=0.0 if there else SPEED_MPS)
        self._next_at = at + REPORT_EVERY_S
        if there:
            outside.act(self.assignment_id, "arrive")
            self.phase, self._next_at = Phase.THERE, at + self._stay_s
