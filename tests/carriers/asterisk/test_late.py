"""What becomes of a call that we come to too late: the dialplan has taken it after its 4 s."""

import pytest

from telephony.carriers.asterisk.client import Client
from telephony.carriers.asterisk.leg import Place
from telephony.carriers.asterisk.switchboard import Switchboard
from telephony.models import Call
from tests import cast
from tests.carriers.asterisk.fake_ami import FakeAmi

pytestmark = pytest.mark.django_db
REF = "1700000000.1"


@pytest.fixture
def ami():
    with FakeAmi() as it:
        yield it


@pytest.fixture
def board(ami):
    it = Switchboard()
    it.client = Client("127.0.0.1", ami.port, on_event=it.take)
    it.client.open("one-number", "secret")
    yield it
    it.client.close()
    it.turns.stop()


def variables(ami: FakeAmi) -> list[str]:
    return [action["Variable"] for action in ami.named("Setvar")]


def test_a_caller_whom_the_dialplan_has_taken_stands_on_the_desk_and_keeps_her_place_there(
    ami, board
):
    """No limit is set on her any more, and Asterisk's own list of the unheard forgets her."""
    leg = board.leg(REF)
    leg.away = True
    leg.started(cast.MEI_NUMBER, "12349")
    ami.until("Originate")
    assert variables(ami) == ["TAKEN"]
    assert not ami.named("AGI")
    call = Call.objects.get(carrier_ref=REF)
    assert (call.state, call.queued_at is not None) == (Call.State.RINGING, True)
    assert leg.place is Place.DIALPLAN


def test_a_caller_to_whom_we_come_in_time_is_held_by_the_script(ami, board):
    board.leg(REF).started(cast.MEI_NUMBER, "12349")
    ami.until("Setvar", times=2)
    assert variables(ami) == ["TAKEN", "TIMEOUT(absolute)"]
    assert board.leg(REF).place is Place.SCRIPT


def test_that_a_channel_has_left_is_known_before_its_turn_comes(ami, board):
    leg = board.leg(REF)
    board.turns.stop()  # nobody's turn comes
    ami.say("Event: AsyncAGIEnd", f"Uniqueid: {REF}")
    board.client.listed("CoreShowChannels", within_s=5)
    assert leg.away
