"""What the gateway does when committing is slow, full, or fails."""

import asyncio
from datetime import UTC, datetime

import pytest

from tracking.errors import TrackingError
from tracking.gateway import keeping
from tracking.gateway.admission import BURST, SILENT_PER_ADDRESS, Admission, Allowance
from tracking.gateway.keeping import Figures, Keeper
from tracking.messages import Kind, Message
from tracking.models import Protocol
from tracking.reception import Sender

pytestmark = pytest.mark.pure

SENDER = Sender(Protocol.SIA, address="10.0.0.1")
AT = datetime(2026, 3, 10, 8, 0, 0, tzinfo=UTC)


def press(device_id="1A2B", at=AT):
    return [Message(device_id, sent_at=at, kinds=(Kind.SOS,))]


async def test_an_alarm_that_fails_is_tried_again_until_it_is_committed(doorway):
    doorway.refusals = [RuntimeError("away"), OSError("still away")]
    assert await Keeper(Figures()).keep_alarm(press(), SENDER)
    assert len(doorway.taken) == 3


async def test_an_alarm_is_given_back_when_nothing_helps(doorway, monkeypatch):
    monkeypatch.setattr(keeping, "ALARM_PATIENCE_S", 0.002)
    doorway.refusals = [RuntimeError("away")] * 100
    assert not await Keeper(Figures()).keep_alarm(press(), SENDER)
    assert 2 <= len(doorway.taken) < 10


async def test_a_press_that_is_repeated_while_it_is_committed_is_taken_once(doorway):
    doorway.open.clear()
    keeper = Keeper(Figures())
    repeats = [asyncio.create_task(keeper.keep_alarm(press(), SENDER)) for _ in range(1_000)]
    another = asyncio.create_task(keeper.keep_alarm(press("OTHER"), SENDER))
    await asyncio.sleep(0)
    doorway.open.set()
    assert all(await asyncio.gather(*repeats, another))
    assert len(doorway.taken) == 2


async def test_who_was_gone_when_its_alarm_was_kept_is_answered_when_it_comes_again(doorway):
    keeper = Keeper(Figures())
    assert await keeper.keep_alarm(press(), SENDER)
    assert await keeper.keep_alarm(press(), SENDER)  # nobody has been told yet
    assert len(doorway.taken) == 1
    keeper.told(press(), SENDER)
    assert await keeper.keep_alarm(press(), SENDER)  # said again, it is said anew
    assert len(doorway.taken) == 2


async def test_a_press_without_a_time_is_always_said_anew(doorway):
    keeper = Keeper(Figures())
    for _ in range(2):
        assert await keeper.keep_alarm(press(at=None), SENDER)
    assert len(doorway.taken) == 2


async def test_news_wait_while_the_queue_is_full_and_are_shed_after_a_while(doorway, monkeypatch):
    full = TrackingError("queue_full", 503)
    figures = Figures()
    doorway.refusals = [full, full]
    assert await Keeper(figures).keep_news([Message("1A2B")], SENDER)
    monkeypatch.setattr(keeping, "PATIENCE_S", 0.002)
    doorway.refusals = [full] * 100
    assert not await Keeper(figures).keep_news([Message("1A2B")], SENDER)
    assert figures.shed == 1


async def test_what_cannot_be_used_is_not_tried_again(doorway):
    doorway.refusals = [TrackingError("unauthorised", 401)]
    assert not await Keeper(Figures()).keep_news([Message("1A2B")], SENDER)
    assert len(doorway.taken) == 1


# --- who may stay ----------------------------------------------------------------------------


class Guest:
    def __init__(self, address="10.0.0.1"):
        self.address, self.spoken, self.gone = address, False, False

    def evict(self):
        self.gone = True


def test_who_opens_lines_and_says_nothing_loses_his_own_oldest():
    admission = Admission(most=10_000)
    other = Guest("10.0.0.2")
    admission.enter(other)
    silent = [Guest() for _ in range(SILENT_PER_ADDRESS + 5)]
    for guest in silent:
        admission.enter(guest)
    assert [guest.gone for guest in silent[:6]] == [True] * 5 + [False]
    assert not other.gone


def test_who_has_spoken_stays_however_many_come_from_the_address():
    admission = Admission(most=10_000)
    town = [Guest() for _ in range(1_000)]
    for guest in town:
        admission.enter(guest)
        admission.speak(guest)
    for _ in range(SILENT_PER_ADDRESS + 5):
        admission.enter(Guest())
    assert not any(guest.gone for guest in town)


def test_a_newcomer_is_let_in_when_the_house_is_full():
    admission = Admission(most=10)
    there = [Guest(f"10.0.0.{n}") for n in range(10)]
    for guest in there:
        admission.enter(guest)
        admission.speak(guest)
    admission.speak(there[0])  # the one heard last
    newcomer = Guest("10.0.1.1")
    admission.enter(newcomer)
    assert not newcomer.gone
    assert [guest.gone for guest in there] == [False, True] + [False] * 8
    assert len(admission) == 10


def test_who_leaves_is_forgotten():
    admission = Admission(most=10)
    guest = Guest()
    admission.enter(guest)
    admission.leave(guest)
    admission.leave(guest)
    assert len(admission) == 0


def test_the_allowance_is_spent_and_grows_again():
    allowance = Allowance(0.0)
    assert all(allowance.spend(0.0) for _ in range(int(BURST)))
    assert not allowance.spend(0.0)
    assert allowance.spend(0.1)
