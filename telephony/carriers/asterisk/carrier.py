"""Asterisk as a carrier: `manage.py run_ami` alone holds the link, all others write rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone

from elders.models import User
from telephony.carriers.asterisk import holding, names, orders
from telephony.carriers.asterisk.deployment import telephone, telephone_secret
from telephony.carriers.base import Carrier, Fate, Found
from telephony.errors import CarrierError
from telephony.instructions import Instruction, as_json
from telephony.models import Call, LinkOrder, OutboundJob

Verb = LinkOrder.Verb


class Asterisk(Carrier):
    """Nothing here waits for Asterisk: an order is a row, and what comes of it an event."""

    name: ClassVar[str] = "asterisk"
    carries_texts: ClassVar[bool] = False

    def telephone(self, operator: User) -> dict[str, object] | None:
        if not settings.SOFTPHONE_WSS_URL:
            return None
        user = telephone(operator.pk)
        host = settings.SOFTPHONE_WSS_URL.partition("//")[2].partition("/")[0].partition(":")[0]
        return {
            "kind": "sip",
            "url": settings.SOFTPHONE_WSS_URL,
            "uri": f"sip:{user}@{host}",
            "user": user,
            "password": telephone_secret(operator.pk),
        }

    def is_well(self, *, now: datetime) -> bool:
        """Whether one of our processes holds a link on which Asterisk answers, and the trunk
        knows where Asterisk is."""
        return holding.is_well(self.name, now=now) and holding.is_registered(self.name, now=now)

    def call(self, job: OutboundJob) -> str:
        """The reference is the attempt's own name, so it is known before anybody is rung."""
        now, ref = timezone.now(), names.of_job(job.pk, job.attempts)
        if not holding.is_well(self.name, now=now):
            raise CarrierError("the link to Asterisk is down", permanent=False)
        order = self._order_of(ref, now=now)
        if order.data.get("never"):
            raise CarrierError("this attempt was given up", permanent=False)
        return ref

    def text(self, job: OutboundJob) -> str:
        raise CarrierError("Asterisk carries no texts", permanent=True)

    def fate(self, job: OutboundJob) -> Found:
        """An attempt whose order nobody wrote was never placed, and from now on never will be."""
        ref = names.of_job(job.pk, job.attempts)
        order = self._order_of(ref, never=True, now=timezone.now())
        return Found(Fate.NEVER) if order.data.get("never") else Found(Fate.PLACED, ref)

    def push(self, call: Call, instructions: Sequence[Instruction]) -> None:
        self._order(Verb.PUSH, call, instructions=self.render(instructions))

    def hang_up(self, call: Call) -> None:
        self._order(Verb.HANG_UP, call)

    def bring(self, call: Call, operator: User, *, mode: str = "talk") -> None:
        self._order(Verb.BRING, call, operator=operator.pk, mode=mode)

    def let_go(self, call: Call, operator: User) -> None:
        self._order(Verb.LET_GO, call, operator=operator.pk)

    def hold(self, call: Call, *, on: bool) -> None:
        self._order(Verb.HOLD, call, on=on)

    def render(self, instructions: Sequence[Instruction]) -> list[dict[str, Any]]:
        """As rows hold them: the link's leg carries them out one by one."""
        return [as_json(instruction) for instruction in instructions]

    def _order(self, verb: str, call: Call, **data: Any) -> None:
        orders.write(self.name, verb, call.carrier_ref, now=timezone.now(), **data)

    def _order_of(self, ref: str, *, never: bool = False, now: datetime) -> LinkOrder:
        fresh: dict[str, Any] = {"carrier": self.name, "verb": Verb.CALL, "leg": ref}
        fresh |= {"created_at": now, "data": {"never": True} if never else {}}
        fresh |= {"taken_at": now} if never else {}
        order, _is_new = LinkOrder.objects.get_or_create(key=ref, defaults=fresh)
        return order
