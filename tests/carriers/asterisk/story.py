"""Mei, Olive, Sol and Wai with their telephones on a real Asterisk, whose link the test holds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from dispatch import deadlines, desk
from elders.models import User
from providers.models import WorkerCategory
from telephony import outbound
from telephony.carriers.asterisk.deployment import telephone
from telephony.models import Call
from tests import cast
from tests.carriers.exchange import Exchange
from tests.carriers.telephones import OfAsterisk
from tests.infra.line import Line

MEI, OLIVE, SOL, OTHER = 2600, 2800, 3000, 3200
"""The note (Hz) that each of them speaks."""


class Story:
    """Mei, Olive, Sol and Wai, their telephones, and an hour that passes when told to."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange, self.trunk = exchange, exchange.trunk
        self.mei = cast.mei()
        self.mei.holdings.update(verified_at=timezone.now())
        self.olive, self.sol = cast.olive(), cast.sol()
        self.wai = cast.wai(cast.sunrise_kitchen())
        WorkerCategory.objects.create(worker=self.wai, category_id="housekeeping")
        exchange.equip(self.olive, self.sol)

    def mei_rings(self) -> tuple[Line, Call]:
        handset = OfAsterisk(self.exchange).dial(cast.MEI_NUMBER)
        handset.line.speak(MEI)
        return handset.line, self.exchange.call(handset.line)

    def olive_talks(self) -> tuple[Line, Line, Call]:
        """Mei's telephone, Olive's, and the call on which they speak."""
        mei, call = self.mei_rings()
        desk.take(call.pk, by=self.olive, now=timezone.now())
        olive = self.telephone_of(self.olive, OLIVE)
        self.until(lambda: mei.hears(OLIVE) and olive.hears(MEI))
        return mei, olive, call

    def telephone_of(self, user: User, note: int) -> Line:
        line = self.trunk.ringing(telephone(user.pk)).answer()
        line.speak(note)
        return line

    def joins(self, number: str, note: int = OTHER) -> Line:
        """Whoever is rung there picks up and speaks."""
        self.work()
        line = self.trunk.ringing(number).answer()
        line.speak(note)
        return line

    def work(self, after_s: float = 0.0) -> None:
        now = timezone.now() + timedelta(seconds=after_s)
        deadlines.fire_due(now=now)
        outbound.deliver_due(now=now)

    def until(self, true: Callable[[], object], within_s: float = 15.0) -> Any:
        return self.trunk.until(true, within_s=within_s)

    def until_quiet(self) -> None:
        """Nobody is on the line any more, and no telephone rings."""
        self.until(lambda: not self.exchange.asterisk.channels())
        self.until(lambda: not [line for line in self.trunk.lines if line.state != "over"])


def state_of(call: Call) -> str:
    return Call.objects.get(pk=call.pk).state
