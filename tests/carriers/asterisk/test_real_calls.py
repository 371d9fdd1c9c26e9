"""Real calls to a real house of several processes, some of which are killed in the middle.

Callers are SIPps that hang up after a while, or telephones that a test hears with
(`tests.infra.trunk`). With DATABASE_URL set, as in the second run of the suite, the house is on
PostgreSQL, Redis and Celery.
"""

import os
from collections.abc import Iterator

import pytest

from tests.carriers.asterisk import acts
from tests.carriers.asterisk.town import WAI, Town, town
from tests.conftest import _part
from tests.infra.asterisk import tree
from tests.infra.line import Line
from tests.infra.sipp import Caller, hang_up, wait
from tests.infra.sound import notes_in
from tests.infra.trunk import Trunk

pytestmark = [pytest.mark.production, pytest.mark.slow]

MEI, OLIVE = 2600, 2800
LIVE = {"ringing", "claimed", "talking"}


@pytest.fixture(scope="module")
def everybody(request, tmp_path_factory) -> Iterator[Town]:
    """A town on its own Asterisk."""
    _part(tree)
    names = ("postgres", "redis_server") if os.environ.get("DATABASE_URL") else ()
    parts = [request.getfixturevalue(name) for name in names]
    with town(tmp_path_factory.mktemp("town"), *parts) as it:
        yield it


@pytest.fixture
def here(everybody: Town) -> Iterator[Town]:
    """The town, in which nothing has happened yet."""
    everybody.settle()
    yield everybody
    everybody.until_quiet()


def speaks_with_olive(here: Town, trunk: Trunk) -> tuple[Line, Line, dict]:
    mei = trunk.dial(here.mei)
    mei.speak(MEI)
    call = here.until(lambda: here.ask(acts.calls))[0]
    here.ask(acts.claim, call["pk"], here.olive)
    olive = trunk.ringing(f"op-{here.olive}").answer()
    olive.speak(OLIVE)
    trunk.until(lambda: hear_each_other(mei, olive))
    return mei, olive, call


def hear_each_other(mei: Line, olive: Line) -> bool:
    return mei.hears(OLIVE) and olive.hears(MEI)


def an_offer_rings(here: Town, trunk: Trunk) -> Line:
    """Mei has ordered and hung up; the offer's call rings at Wai's."""
    mei = trunk.dial(here.mei)
    here.until(lambda: here.ask(acts.calls))
    mei.press("2")
    here.until(lambda: here.ask(acts.requests))
    mei.hang_up()
    return trunk.ringing(WAI, within_s=40)


def live(here: Town) -> list[dict]:
    return [call for call in here.ask(acts.calls) if call["state"] in LIVE]


def test_a_recognised_elder_reaches_an_operator_and_both_hear_each_other(here):
    with here.telephones() as trunk:
        with Caller(here.asterisk, here.mei, steps=[wait(8), hang_up()]) as mei:
            call = here.until(
                lambda: next((c for c in here.ask(acts.calls) if c["queued_at"]), None)
            )
            assert (call["from_number"], call["elder"]) == (here.mei, here.ask(acts.mei))
            here.ask(acts.claim, call["pk"], here.olive)
            olive = trunk.ringing(f"op-{here.olive}").answer()
            here.in_room(call["pk"], 2)
            assert here.call("talking")["operator"] == here.olive
            assert mei.finished(), mei.errors()
        here.call("wrap_up")
        trunk.until(lambda: olive.state == "over")  # nobody is left alone in a room


def test_a_key_orders_a_worker_is_rung_and_accepts_by_pressing_one(here):
    with here.telephones() as trunk:
        wai = an_offer_rings(here, trunk).answer()
        trunk.until(lambda: wai.sentences() and wai.quiet_s() > 0.5)
        wai.press("1")
        here.until(lambda: here.ask(acts.offers) == ["accepted"])
        assert here.ask(acts.assignments) == 1
        trunk.until(lambda: wai.state == "over")
    assert [call["state"] for call in here.ask(acts.calls)] == ["ended", "ended"]


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


def test_a_killed_link_in_mid_call_comes_back_to_the_same_call_and_keeps_its_recording(here):
    with here.telephones() as trunk:
        mei, olive, call = speaks_with_olive(here, trunk)
        here.link.kill()
        trunk.until(lambda: hear_each_other(mei, olive))  # what is said does not need us
        here.link_is_up_again(here.link.start)
        still = here.call("talking")
        assert (still["pk"], still["operator"]) == (call["pk"], here.olive)
        trunk.until(lambda: hear_each_other(mei, olive))
        mei.hang_up()
        here.call("wrap_up")
        trunk.until(lambda: olive.state == "over")
        assert trunk.rung(f"op-{here.olive}") == 1
        assert len(here.ask(acts.calls)) == 1
        (sound,) = here.until(lambda: here.ask(acts.recordings))
        assert {MEI, OLIVE} <= notes_in(sound)


def test_a_house_killed_in_mid_call_finds_it_owned_and_ends_it_when_back(here):
    with here.telephones() as trunk:
        mei, olive, call = speaks_with_olive(here, trunk)
        here.link.kill()
        here.house.kill()
        trunk.until(lambda: hear_each_other(mei, olive))
        here.link_is_up_again(here.link.start)
        here.house.restart()
        assert here.call("talking")["operator"] == here.olive
        here.ask(acts.hang_up, call["pk"], here.olive)
        trunk.until(lambda: (mei.state, olive.state) == ("over", "over"))
        assert trunk.rung(f"op-{here.olive}") == 1


def test_a_telephone_that_rings_while_we_die_is_not_rung_again_and_its_answer_counts(here):
    with here.telephones() as trunk:
        wai = an_offer_rings(here, trunk)
        here.link.kill()
        here.link_is_up_again(here.link.start)
        wai.answer()
        here.until(lambda: here.ask(acts.answered, WAI))
        trunk.until(lambda: wai.sentences() and wai.quiet_s() > 0.5)
        wai.press("1")
        here.until(lambda: here.ask(acts.offers) == ["accepted"])
        trunk.until(lambda: wai.state == "over")
        assert trunk.rung(WAI) == 1


def test_whoever_picks_up_while_nobody_holds_the_link_hears_us_when_we_are_back(here):
    with here.telephones() as trunk:
        wai = an_offer_rings(here, trunk)
        here.link.kill()
        wai.answer()
        trunk.ringing(f"op-{here.olive}", within_s=8)  # the dialplan leaves nobody in silence
        here.link_is_up_again(here.link.start)
        here.until(lambda: here.ask(acts.answered, WAI))
        trunk.until(lambda: wai.sentences() and wai.quiet_s() > 0.5)
        wai.press("1")
        here.until(lambda: here.ask(acts.offers) == ["accepted"])
        assert trunk.rung(WAI) == 1


def test_a_hang_up_that_nobody_heard_leaves_no_operator_alone_in_a_room(here):
    with here.telephones() as trunk:
        mei, olive, _call = speaks_with_olive(here, trunk)
        here.link.kill()
        mei.hang_up()
        here.link_is_up_again(here.link.start)
        here.call("wrap_up")
        trunk.until(lambda: olive.state == "over")


def test_with_the_service_dead_the_dialplan_rings_the_desk_and_we_know_of_it_when_back(here):
    here.link.kill()
    with here.telephones() as trunk:
        mei = trunk.dial(here.mei)
        mei.speak(MEI)
        olive = trunk.ringing(f"op-{here.olive}", within_s=8).answer()
        olive.speak(OLIVE)
        trunk.until(lambda: hear_each_other(mei, olive))
        here.link_is_up_again(here.link.start)
        call = here.call("talking")
        assert (call["from_number"], call["operator"]) == (here.mei, None)
        assert here.ask(acts.parties, call["pk"]) == ["Olive"]
        assert here.ask(acts.claim_or_why_not, call["pk"], here.olive) == "spoken_with"
        trunk.until(lambda: hear_each_other(mei, olive))
        mei.hang_up()
        here.call("ended")
        assert here.ask(acts.callbacks) == []


def test_who_rang_in_vain_while_we_were_dead_is_rung_back(here):
    here.link.kill()
    with here.telephones() as trunk:
        mei = trunk.dial(here.mei)
        trunk.ringing(f"op-{here.olive}", within_s=8)
        mei.hang_up()
        trunk.until(lambda: not here.asterisk.channels())
        here.link_is_up_again(here.link.start)
        assert here.until(lambda: here.ask(acts.callbacks)) == [here.mei]


def test_a_stopped_asterisk_is_noticed_and_back_within_ten_seconds_with_no_ghosts(here):
    with here.telephones() as trunk:
        mei, olive, call = speaks_with_olive(here, trunk)
        here.asterisk.freeze()
        here.until(lambda: not here.ask(acts.is_well), within_s=15)
        here.asterisk.thaw()
        here.until_well(within_s=10)
        assert [one["pk"] for one in live(here)] == [call["pk"]]
        trunk.until(lambda: hear_each_other(mei, olive))
        mei.hang_up()
        here.call("wrap_up")
        assert trunk.rung(f"op-{here.olive}") == 1
        assert here.ask(acts.callbacks) == []


def test_a_restarted_asterisk_is_found_again_its_calls_are_closed_and_nobody_is_rung(here):
    with here.telephones() as trunk:
        trunk.dial(here.mei)
        here.until(lambda: here.ask(acts.calls))
        here.asterisk.kill()
        here.link_is_up_again(here.asterisk.start, within_s=10)
        here.call("abandoned")
        assert live(here) == []
        assert here.ask(acts.callbacks) == [here.mei]
        assert [line.number for line in trunk.lines] == [here.mei]


def test_a_second_process_takes_over_when_the_first_dies(here):
    with here.run_ami() as second:
        here.until(lambda: "stands by" in second.tail(), within_s=60)
        assert "The link to Asterisk is up" not in second.tail()
        here.link.kill()
        here.until(lambda: "The link to Asterisk is up" in second.tail(), within_s=6)


def test_the_voice_that_ships_speaks_both_languages(everybody):
    for words, language in (("您好，这里是12349。", "zh-hans"), ("Hello there.", "en")):
        assert everybody.asterisk.speaks(words, language) > 0.5
