"""Real calls: SIPp rings a real Asterisk, whose calls are in the hands of a real house."""

import pytest

from tests.carriers.asterisk import acts
from tests.carriers.asterisk.town import Town, town
from tests.conftest import _missing
from tests.infra.asterisk import tree
from tests.infra.process import Missing
from tests.infra.sipp import Callee, Caller, hang_up, press, until_hung_up, wait

pytestmark = [pytest.mark.production, pytest.mark.slow]


@pytest.fixture
def here(tmp_path):
    """A town on its own Asterisk."""
    try:
        tree()
    except Missing as part:
        _missing(str(part))
    with town(tmp_path) as it:
        yield it


def olives_telephone(here: Town, *steps: str) -> Callee:
    return Callee(here.asterisk, steps=steps or (until_hung_up(),), port=here.olives_port)


def test_a_recognised_elder_reaches_an_operator_and_both_speak_in_one_room(here):
    with (
        olives_telephone(here) as olive,
        Caller(here.asterisk, here.mei, steps=[wait(12), hang_up()]) as mei,
    ):
        call = here.until(lambda: next((c for c in here.ask(acts.calls) if c["queued_at"]), None))
        assert (call["from_number"], call["elder"]) == (here.mei, 1)
        here.ask(acts.claim, call["pk"], here.olive)
        here.in_room(call["pk"], 2)
        assert here.call("talking")["operator"] == here.olive
        assert mei.finished(), mei.errors()
        here.call("wrap_up")
        assert olive.finished(), olive.errors()  # nobody is left alone in a room
        here.until_quiet()


def test_a_key_orders_a_worker_is_rung_and_accepts_by_pressing_one(here):
    wai = Callee(here.asterisk, steps=[wait(4), press("1"), until_hung_up()])
    mei = Caller(here.asterisk, here.mei, steps=[wait(2), press("2"), wait(5), hang_up()])
    with wai, mei:
        here.until(lambda: here.ask(acts.offers) == ["accepted"], within_s=40)
        assert here.ask(acts.assignments) == 1
        assert mei.finished(), mei.errors()
        assert wai.finished(), wai.errors()
    assert [call["state"] for call in here.ask(acts.calls)] == ["ended", "ended"]
    here.until_quiet()


@pytest.mark.parametrize(
    "name",
    ["Mei\u2028Uniqueid: 6.66", 'Mei "the" \\Chen\'', "梅 👵🏼", "M" * 2000],
    ids=["a line separator", "quotes", "an emoji", "two kilobytes"],
)
def test_whoever_hangs_up_in_the_greeting_is_on_the_call_back_list_whatever_her_name(here, name):
    with Caller(here.asterisk, here.mei, steps=[wait(2), hang_up()], name=name) as mei:
        assert mei.finished(), mei.errors()
    assert here.call("abandoned")["from_number"] == here.mei
    assert here.ask(acts.callbacks) == [here.mei]


def test_a_killed_link_in_mid_call_comes_back_to_the_same_call_and_ends_it(here):
    with olives_telephone(here) as olive:
        with Caller(here.asterisk, here.mei, steps=[wait(25), hang_up()]) as mei:
            call = here.until(lambda: here.ask(acts.calls))[0]
            here.ask(acts.claim, call["pk"], here.olive)
            here.in_room(call["pk"], 2)
            here.link.kill()
            here.in_room(call["pk"], 2)  # what is said does not need us
            here.link.start()
            here.until_well()
            still = here.call("talking")
            assert (still["pk"], still["operator"]) == (call["pk"], here.olive)
            assert mei.finished(), mei.errors()
            here.call("wrap_up")
        assert olive.finished(), olive.errors()
    assert len(here.ask(acts.calls)) == 1


def test_with_the_service_dead_the_dialplan_rings_the_desk_and_we_know_of_it_when_back(here):
    here.link.kill()
    mei = Caller(here.asterisk, here.mei, steps=[wait(20), hang_up()])
    with olives_telephone(here), mei:
        here.until(lambda: len(here.asterisk.channels()) >= 2)  # the operator's telephone rings
        here.link.start()
        here.until_well()
        assert here.until(lambda: here.ask(acts.calls))[0]["from_number"] == here.mei
        assert mei.finished(), mei.errors()
    here.until(lambda: here.ask(acts.callbacks))


def test_a_stopped_asterisk_is_noticed_and_back_within_ten_seconds_with_no_ghosts(here):
    with Caller(here.asterisk, here.mei, steps=[wait(25), hang_up()]) as mei:
        call = here.until(lambda: here.ask(acts.calls))[0]
        here.asterisk.freeze()
        here.until(lambda: not here.ask(acts.is_well), within_s=15)
        here.asterisk.thaw()
        here.until_well(within_s=10)
        assert [c["pk"] for c in here.ask(acts.calls)] == [call["pk"]]
        assert mei.finished(), mei.errors()
    here.call("abandoned")


def test_a_restarted_asterisk_is_found_again_and_its_calls_are_closed(here):
    with Caller(here.asterisk, here.mei, steps=[wait(3), until_hung_up()]):
        here.until(lambda: here.ask(acts.calls))
        here.asterisk.kill()
        here.asterisk.start()
        here.until_well(within_s=10)
        here.call("abandoned")
        assert here.ask(acts.callbacks) == [here.mei]


def test_a_second_process_takes_over_when_the_first_dies(here):
    with here.run_ami() as second:
        assert second.running()
        here.until(lambda: "holds the link" not in second.tail(), within_s=1)
        here.link.kill()
        here.until(lambda: "The link to Asterisk is up" in second.tail(), within_s=6)
