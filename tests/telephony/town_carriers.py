"""Carriers with bad days, each of a kind that real ones have."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from elders.models import User
from telephony.carriers.base import Carrier, Fate, Found
from telephony.carriers.simulator.carrier import Simulator
from telephony.errors import CarrierError
from telephony.instructions import Instruction
from telephony.models import Call, OutboundJob


class Refusing(Carrier):
    """Places nothing and says so."""

    name = "refusing"
    permanent = False

    def call(self, job: OutboundJob) -> str:
        raise CarrierError("all trunks are busy", permanent=self.permanent)

    def text(self, job: OutboundJob) -> str:
        return self.call(job)

    def fate(self, job: OutboundJob) -> Found:
        return Found(Fate.NEVER)

    def push(self, call: Call, instructions: Sequence[Instruction]) -> None:
        raise CarrierError("the link is down", permanent=False)

    def hang_up(self, call: Call) -> None:
        raise CarrierError("the link is down", permanent=False)

    def bring(self, call: Call, operator: User, *, mode: str = "talk") -> None:
        raise CarrierError("the link is down", permanent=False)

    def let_go(self, call: Call, operator: User) -> None:
        raise CarrierError("the link is down", permanent=False)

    def hold(self, call: Call, *, on: bool) -> None:
        raise CarrierError("the link is down", permanent=False)

    def render(self, instructions: Sequence[Instruction]) -> Any:
        return None


class Full(Simulator):
    """Every line is taken; texts go."""

    def has_room(self, job: OutboundJob, *, now: datetime) -> bool:
        return job.kind != OutboundJob.Kind.CALL


class Barred(Refusing):
    """Will never call this number."""

    permanent = True


class Forgetful(Refusing):
    """Loses the line in the middle of placing; knows (or not) later what became of it."""

    name = "forgetful"
    rung: list[str] = []
    later = Found(Fate.UNKNOWN)

    def call(self, job: OutboundJob) -> str:
        self.rung.append(job.attempt_key)
        raise TimeoutError("no answer from the carrier")

    def fate(self, job: OutboundJob) -> Found:
        return self.later


class ForgetfulButPlaced(Forgetful):
    later = Found(Fate.PLACED, "leg-1")


class ForgetfulAndNever(Forgetful):
    later = Found(Fate.NEVER)
