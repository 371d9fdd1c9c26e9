"""The simulator: telephones that exist in the database and answer over HTTP.

What it was sent is a row (`SimulatorItem`), so a restart forgets nothing and `fate` can be asked
as of a real carrier. A handset polls, so there is nothing to push.
"""

from collections.abc import Sequence
from typing import Any

from elders.models import User
from telephony.carriers.base import Carrier, Fate, Found
from telephony.instructions import Instruction, as_json
from telephony.models import Call, OutboundJob, SimulatorItem


class Simulator(Carrier):
    """Rings and texts the phones of the demo and of the tests."""

    name = "simulator"

    def call(self, job: OutboundJob) -> str:
        return self._send(job)

    def text(self, job: OutboundJob) -> str:
        return self._send(job)

    def fate(self, job: OutboundJob) -> Found:
        item = SimulatorItem.objects.filter(job=job, attempt=job.attempts).first()
        return Found(Fate.PLACED, reference(item)) if item else Found(Fate.NEVER)

    def push(self, call: Call, instructions: Sequence[Instruction]) -> None:
        """The handset reads `call.script` by its cursor."""

    def hang_up(self, call: Call) -> None:
        """The handset reads `call.state`."""

    def bring(self, call: Call, operator: User, *, mode: str = "talk") -> None:
        """The console is the operator's telephone."""

    def let_go(self, call: Call, operator: User) -> None:
        """The console reads who has the call."""

    def hold(self, call: Call, *, on: bool) -> None:
        """The handset reads it from the script."""

    def render(self, instructions: Sequence[Instruction]) -> list[dict[str, Any]]:
        return [as_json(instruction) for instruction in instructions]

    def _send(self, job: OutboundJob) -> str:
        item, _is_new = SimulatorItem.objects.get_or_create(job=job, attempt=job.attempts)
        return reference(item)


def reference(item: SimulatorItem) -> str:
    """The simulator's name for a leg or message it was sent."""
    return f"out-{item.pk}"
