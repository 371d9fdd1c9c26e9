"""A small hotline: greets, queues, listens; enough to see what telephony does with a script."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from elders.models import Elder, Line, LineHolder
from telephony import outbound
from telephony.instructions import Enqueue, Gather, Hangup, Instruction, Say
from telephony.models import Call, CallBack, OutboundJob

BROKEN = "+8613800000666"
QUIET = "+8613800000777"
RIVALS = [f"offer:{number}" for number in range(8)]


class TownScript:
    """1 orders a meal, 2 asks a question, 3 feels unwell, 9 breaks the script."""

    told: ClassVar[list[tuple[str, object]]] = []

    def incoming(self, call: Call, *, now: datetime) -> Sequence[Instruction]:
        if call.from_number == BROKEN:
            raise ZeroDivisionError("the script is broken")
        if call.from_number == QUIET:
            return [Say("One moment", "en")]
        return [Say("Good morning", "en"), Enqueue("routine"), Gather(timeout_s=8)]

    def digits(self, call: Call, digits: str, *, now: datetime) -> Sequence[Instruction]:
        self.told.append(("digits", digits))
        if digits == "1":
            call.settled = True
            return [Say("Lunch is ordered", "en"), Gather()]
        if digits == "2":
            call.step = {"asked": "which one"}
            return [Say("Which of you?", "en"), Gather()]
        if digits == "3":
            return [Enqueue("urgent")]
        if digits == "5":
            return [Say("Goodbye", "en"), Hangup()]
        if digits == "9":
            call.step = {"half": "done"}
            Line.objects.create(number="half done")
            raise ZeroDivisionError("the script is broken")
        return []

    def speech(self, call: Call, text: str, *, now: datetime) -> Sequence[Instruction]:
        self.told.append(("speech", text))
        return []

    def hung_up(self, call: Call, callback: CallBack | None, *, now: datetime) -> None:
        self.told.append(("hung_up", call.state))
        if call.step.get("asked"):
            raise ZeroDivisionError("the script is broken")

    def parted(self, call: Call, *, now: datetime) -> Sequence[Instruction]:
        self.told.append(("parted", call.pk))
        gone = Say("They have hung up", "en")
        return [gone, Gather() if call.job is None else Hangup()]

    def answered(self, job: OutboundJob, call: Call, *, now: datetime) -> Sequence[Instruction]:
        return [Say(job.text, "en"), Gather()]

    def machine(self, job: OutboundJob, call: Call, *, now: datetime) -> Sequence[Instruction]:
        return [Say("You were rung", "en"), Gather()]

    def over(self, job: OutboundJob) -> Sequence[Instruction]:
        return [Say("Thank you, it is over", "en")]

    def job_digits(
        self, job: OutboundJob, call: Call | None, digits: str, *, now: datetime
    ) -> Sequence[Instruction]:
        self.told.append(("job_digits", digits))
        if digits == "1":
            outbound.withdraw(job.subject, now=now)
            return [Say("Thank you", "en"), Hangup()]
        if digits == "4":
            return self._first_of_rivals(now=now)
        if digits in ("0", ""):
            return [Enqueue("urgent")]
        if digits == "9":
            raise ZeroDivisionError("the script is broken")
        return [Say("Press 1 or 2", "en"), Gather()]

    def _first_of_rivals(self, *, now: datetime) -> Sequence[Instruction]:
        """As dispatch does it: the one row decides, then the rivals' offers are withdrawn."""
        prize, _ = Line.objects.get_or_create(number="prize")
        prize = Line.objects.select_for_update().get(pk=prize.pk)
        if not prize.holdings.exists():
            LineHolder.objects.create(line=prize, elder=Elder.objects.create(name="one"))
            self.told.append(("accepted", "one"))
            for rival in RIVALS:
                outbound.withdraw(rival, now=now)
        return [Say("Thank you", "en"), Hangup()]

    def job_failed(self, job: OutboundJob, *, now: datetime) -> None:
        self.told.append(("job_failed", job.pk))
        if job.purpose == "broken":
            raise ZeroDivisionError("the script is broken")

    def awaits(self, job: OutboundJob) -> bool:
        return job.purpose != "withdrawn"

    def texted(self, number: str, text: str, *, now: datetime) -> Sequence[Instruction]:
        self.told.append(("texted", text))
        if text == "break":
            raise ZeroDivisionError("the script is broken")
        return [Say("A person reads this", "en")]

    def changed(self, call: Call | None) -> None:
        self.told.append(("changed", call and call.pk))
