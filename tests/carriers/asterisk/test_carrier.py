"""What other processes see of Asterisk: rows, a lease, and an attempt that is placed once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config import health
from telephony import prompts
from telephony.carriers.asterisk import agi, holding, names, orders
from telephony.carriers.asterisk.carrier import Asterisk
from telephony.carriers.base import Fate
from telephony.errors import CarrierError
from telephony.models import LinkOrder, OutboundJob

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(now):
    return OutboundJob.objects.create(
        kind="call", to="+8613900000001", purpose="offer", attempts=1, next_at=now, created_at=now
    )


def link_is_up():
    assert holding.take("asterisk", "one", well=True, now=timezone.now())


def test_nothing_is_placed_while_the_link_is_down(job):
    with pytest.raises(CarrierError) as refusal:
        Asterisk().call(job)
    assert not refusal.value.permanent
    assert not LinkOrder.objects.exists()


def test_the_house_says_that_it_is_not_ready_while_the_link_is_down(settings):
    settings.CARRIERS = ["telephony.carriers.asterisk.carrier.Asterisk"]
    assert health.carriers(timezone.now()) == {
        "ok": False,
        "on": ["asterisk"],
        "down": ["asterisk"],
    }
    link_is_up()
    assert health.carriers(timezone.now())["ok"]


def test_an_attempt_is_one_order_however_often_it_is_asked_for(job):
    link_is_up()
    assert Asterisk().call(job) == Asterisk().call(job) == f"job-{job.pk}-1"
    assert LinkOrder.objects.count() == 1
    assert Asterisk().fate(job).fate is Fate.PLACED


def test_an_attempt_that_was_said_never_to_be_placed_is_not_placed_by_a_late_process(job):
    link_is_up()
    assert Asterisk().fate(job).fate is Fate.NEVER
    with pytest.raises(CarrierError):
        Asterisk().call(job)
    assert not LinkOrder.objects.filter(taken_at=None).exists()


class Board:
    """What a link does with its orders, noted."""

    carrier = "asterisk"

    def __init__(self):
        self.turns, self.done = self, []

    def post(self, leg, *_what):
        self.done.append(leg)


def test_an_order_is_done_once_whoever_comes_to_hold_the_link(job, now):
    link_is_up()
    ref = Asterisk().call(job)
    first, second = Board(), Board()
    assert orders.take(first, now=now) == 1
    assert orders.take(second, now=now) == orders.take(first, now=now) == 0
    assert (first.done, second.done) == ([ref], [])


def test_asterisk_carries_no_texts(job):
    with pytest.raises(CarrierError) as refusal:
        Asterisk().text(job)
    assert refusal.value.permanent


def test_one_holds_the_link_and_another_has_it_once_the_lease_is_over(now):
    assert holding.take("asterisk", "one", well=True, now=now)
    assert not holding.take("asterisk", "two", well=False, now=now + timedelta(seconds=3))
    assert holding.take("asterisk", "two", well=False, now=now + timedelta(seconds=4.1))
    assert not holding.take("asterisk", "one", well=True, now=now + timedelta(seconds=5))
    holding.leave("asterisk", "two")
    assert holding.take("asterisk", "one", well=True, now=now + timedelta(seconds=5))


def test_a_name_alone_says_what_a_channel_is_for():
    assert names.job_of(names.of_job(17, 2)) == 17
    assert names.operator_of(names.of_operator(7, 12)) == (7, 12)
    assert names.placed(names.placing("job-17-2")) == "job-17-2"
    assert not names.is_ours("1795240845.0")


def test_what_a_channel_says_of_a_command_is_read():
    assert agi.result("200%20result%3D-1%20endpos%3D0%0A") == -1
    assert agi.result("510%20Invalid%20command%0A") is None
    forged = "agi_calleridname%3A%20Mei%E2%80%A8agi_callerid%3A%206%0Aagi_callerid%3A%201%0A"
    assert agi.environment(forged)["agi_callerid"] == "1"


def test_a_recorded_sentence_wins_over_a_spoken_one(settings, tmp_path):
    settings.PROMPTS_DIR = tmp_path
    name = f"{prompts.name_of('Hello.', 'en')}.wav"
    for folder in ("spoken", "recorded"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(b"")
    assert prompts.file_of("Hello.", "en") == tmp_path / "recorded" / name


def test_without_a_voice_the_call_goes_on(settings, tmp_path):
    settings.PROMPTS_DIR, settings.SPEECH_COMMAND = tmp_path, "/nowhere/speak"
    assert prompts.file_of("Hello.", "en") is None
    assert prompts.sentences("您好。请按1。 Hello there. Go?") == [
        "您好。",
        "请按1。",
        "Hello there.",
        "Go?",
    ]
