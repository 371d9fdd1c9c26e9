"""Telephones as a story uses them, whatever carries them. A carrier joins the contract by a class
like these, named in `test_contract.CARRIERS`."""

from collections.abc import Callable
from typing import Protocol

from django.test import Client

from telephony import script
from telephony.carriers.twilio import errands
from telephony.models import Call, OutboundJob
from tests.carriers.exchange import Exchange as RealExchange
from tests.carriers.twilio.exchange import Exchange, Leg
from tests.infra.line import Line
from tests.scenarios.phone import Phone


class Handset(Protocol):
    """One telephone on the line."""

    def heard(self) -> list[str]:
        """Every sentence so far."""

    def where(self) -> str:
        """ "line" (the script, or waiting), "room" (with somebody), "over"."""

    def press(self, key: str) -> None: ...
    def be_silent(self) -> None:
        """Lets a question pass."""

    def hang_up(self) -> None: ...


class Telephones(Protocol):
    def dial(self, number: str) -> Handset:
        """`number` rings the hotline."""

    def pick_up(self, number: str) -> Handset:
        """What rings at `number` is answered."""

    def let_ring(self, number: str) -> None: ...
    def write(self, number: str, text: str) -> list[str]:
        """`number` texts us; what it is answered."""

    def texts(self, number: str) -> list[str]:
        """What `number` was texted."""


class OfSimulator:
    class Set:
        def __init__(self, number: str) -> None:
            self.phone = Phone(number)
            self.call = 0

        def heard(self) -> list[str]:
            script = Call.objects.get(pk=self.call).script
            return [step["text"] for step in script if step["verb"] == "say"]

        def where(self) -> str:
            call = Call.objects.get(pk=self.call)
            if call.is_over:
                return "over"
            return "room" if call.operator_id or script.in_room(call) else "line"

        def press(self, key: str) -> None:
            self.phone.press(key)

        def be_silent(self) -> None:
            self.phone.press("")

        def hang_up(self) -> None:
            self.phone.hang_up()

    def dial(self, number: str) -> "OfSimulator.Set":
        telephone = self.Set(number)
        telephone.phone.dial()
        telephone.call = telephone.phone._call
        return telephone

    def pick_up(self, number: str) -> "OfSimulator.Set":
        telephone = self.Set(number)
        telephone.phone.answer(self._ringing(number))
        telephone.call = telephone.phone._call
        return telephone

    def let_ring(self, number: str) -> None:
        Phone(number).let_ring(self._ringing(number))

    def write(self, number: str, text: str) -> list[str]:
        answer = Client().post(
            "/telephony/simulator/texts/",
            {"from": number, "text": text},
            content_type="application/json",
        )
        replies: list[str] = answer.json()["replies"]
        return replies

    def texts(self, number: str) -> list[str]:
        return [item["text"] for item in Phone(number).outbox("text")]

    def _ringing(self, number: str):
        calls = Phone(number).outbox("call")
        return next(item for item in reversed(calls) if item["state"] == "ringing")


class OfTwilio:
    class Set:
        def __init__(self, exchange: Exchange, leg: Leg) -> None:
            self.exchange, self.leg = exchange, leg

        def heard(self) -> list[str]:
            errands.settle()
            return self.leg.heard

        def where(self) -> str:
            errands.settle()
            if self.leg.status != "in-progress":
                return "over"
            return "room" if self.leg.room else "line"

        def press(self, key: str) -> None:
            self.exchange.press(self.leg, key)

        def be_silent(self) -> None:
            self.exchange.say_nothing(self.leg)

        def hang_up(self) -> None:
            self.exchange.hang_up(self.leg)

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def dial(self, number: str) -> "OfTwilio.Set":
        return self.Set(self.exchange, self.exchange.ring(number))

    def pick_up(self, number: str) -> "OfTwilio.Set":
        leg = self.exchange.ringing(number)
        self.exchange.pick_up(leg)
        return self.Set(self.exchange, leg)

    def let_ring(self, number: str) -> None:
        self.exchange.refuse(self.exchange.ringing(number))

    def write(self, number: str, text: str) -> list[str]:
        return self.exchange.text(number, text)

    def texts(self, number: str) -> list[str]:
        return [text["body"] for text in self.exchange.texts if text["to"] == number]


class OfAsterisk:
    """Real ones: a key is pressed once the line has fallen silent, and heard is what sounded."""

    class Set:
        def __init__(self, exchange: RealExchange, line: Line) -> None:
            self.exchange, self.line = exchange, line

        def heard(self) -> list[str]:
            self.exchange.settle(self.line)
            return self.exchange.sentences(self.line)

        def where(self) -> str:
            self.exchange.settle(self.line)
            if self.exchange.call(self.line).is_over:
                self.exchange.trunk.until(lambda: self.line.state == "over")
                return "over"
            return "room" if self.exchange.in_room(self.line) else "line"

        def press(self, key: str) -> None:
            self._until_asked_on(lambda: self.line.press(key))

        def be_silent(self) -> None:
            self._until_asked_on(lambda: None)

        def hang_up(self) -> None:
            self.exchange.settle(self.line)
            self.line.hang_up()
            self.exchange.trunk.until(lambda: self.exchange.call(self.line).is_over)

        def _until_asked_on(self, act: Callable[[], None]) -> None:
            """Until the script has heard of it."""
            self.exchange.settle(self.line)
            call = self.exchange.call(self.line)
            before = call.events.count()
            act()
            self.exchange.trunk.until(lambda: call.events.count() > before, within_s=30)

    def __init__(self, exchange: RealExchange) -> None:
        self.exchange, self.texting = exchange, OfSimulator()

    def dial(self, number: str) -> "OfAsterisk.Set":
        calls = Call.objects.filter(from_number=number)
        before = calls.count()
        line = self.exchange.trunk.dial(number)
        self.exchange.trunk.until(lambda: calls.count() > before)
        return self.Set(self.exchange, line)

    def pick_up(self, number: str) -> "OfAsterisk.Set":
        line = self.exchange.trunk.ringing(number).answer()
        answered = Call.objects.filter(to_number=number, answered_at__isnull=False)
        self.exchange.trunk.until(answered.exists)
        return self.Set(self.exchange, line)

    def let_ring(self, number: str) -> None:
        self.exchange.trunk.ringing(number).refuse()
        rings = OutboundJob.objects.filter(to=number, kind="call", state="ringing")
        self.exchange.trunk.until(lambda: not rings.exists())

    def write(self, number: str, text: str) -> list[str]:
        return self.texting.write(number, text)

    def texts(self, number: str) -> list[str]:
        return self.texting.texts(number)
