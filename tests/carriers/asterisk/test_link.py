"""The link on bad days: whatever the socket says, who does not answer is left and found again."""

import threading
import time
from collections.abc import Iterator

import pytest

from telephony.carriers.asterisk.link import DEAD_S, PING_S, AsteriskLink
from tests.carriers.asterisk.fake_ami import FakeAmi

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.pure]

DEADLINE_S = PING_S + DEAD_S


@pytest.fixture
def ami() -> Iterator[FakeAmi]:
    with FakeAmi() as it:
        yield it


@pytest.fixture
def link(ami, settings, transactional_db) -> Iterator[AsteriskLink]:
    """A link that was up and well a moment ago."""
    settings.AMI_HOST, settings.AMI_PORT = "127.0.0.1", ami.port
    settings.AMI_USER, settings.AMI_SECRET = "one", "secret"
    it, stop = AsteriskLink(), threading.Event()
    thread = threading.Thread(target=it.run, args=(stop,))
    thread.start()
    try:
        ami.until("Ping")
        yield it
    finally:
        ami.come_back()
        stop.set()
        thread.join(15)


def until(true, within_s):
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def goes_silent(ami):
    """Reads everything and answers nothing, as a manager that hangs."""
    ami.answers = False


def vanishes(ami):
    """Its packets go nowhere, and no end of the connection is ever told."""
    ami.vanish()


@pytest.mark.parametrize("how", [goes_silent, vanishes], ids=lambda how: how.__name__)
def test_a_connection_that_only_looks_open_is_given_up_by_the_deadline_and_made_anew(
    ami, link, how
):
    assert link.well
    how(ami)
    asked = len(ami.named("Originate"))
    until(lambda: not link.well, within_s=DEADLINE_S + 1)
    ami.come_back()
    ami.until("Login", times=2, timeout_s=DEADLINE_S + 5)
    until(lambda: link.well, within_s=DEADLINE_S)
    assert len(ami.named("Originate")) == asked


def test_a_manager_that_accepts_and_never_logs_anybody_in_is_tried_again(ami, link):
    ami.answers = False
    ami.hang_up()
    ami.until("Login", times=2)
    assert not link.well or link.board.client is None
    ami.answers = True
    ami.until("Ping", times=len(ami.named("Ping")) + 1, timeout_s=60)
    until(lambda: link.well, within_s=DEADLINE_S)
