"""Every instruction as TwiML: well formed by the verbs' rules, with a way on, and interruptible."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.carriers.twilio import twiml
from telephony.carriers.twilio.twiml import LISTENS, OVER, TALKS, WAITS, Place
from telephony.instructions import Bridge, Enqueue, Gather, Hangup, Record, Say
from tests.carriers.twilio.grammar import read, read_for_a_caller

HELLO = Say("您好", "zh-hans")
AT = Place("call-12", 4, WAITS)


@pytest.fixture(autouse=True)
def _account(settings):
    settings.TWILIO_PUBLIC_BASE_URL = "https://one.example"
    settings.TWILIO_FALLBACK_NUMBER = "+8657187654321"


def tags(document):
    return [node.tag for node in read_for_a_caller(document)]


def test_what_is_said_before_listening_is_interrupted_by_a_key():
    root = read_for_a_caller(twiml.render([HELLO, Gather(timeout_s=5)], AT))
    gather, redirect = root
    assert [node.tag for node in gather] == ["Say"]
    assert (gather[0].get("language"), gather[0].text) == ("cmn-CN", "您好")
    assert gather.get("finishOnKey") == ""  # # and * are keys like others
    assert gather.get("actionOnEmptyResult") == "true"
    assert (
        gather.get("action")
        == redirect.text
        == "https://one.example/telephony/twilio/voice/keys/?n=4"
    )


def test_who_waits_hears_something_and_her_keys_are_reported():
    gather, redirect = read_for_a_caller(twiml.render([HELLO, Enqueue()], AT))
    assert gather.get("action").endswith("voice/keys/?n=4")
    assert gather.get("actionOnEmptyResult") is None  # silence is no answer: nothing was asked
    assert redirect.text.endswith("voice/wait/?n=4")


def test_a_question_in_the_queue_reports_silence_too():
    gather, redirect = read_for_a_caller(twiml.render([HELLO, Enqueue(), Gather()], AT))
    assert gather.get("actionOnEmptyResult") == "true"
    assert redirect.text.endswith("voice/keys/?n=4")


def test_an_operator_is_met_in_the_room_of_the_call():
    (dial,) = read_for_a_caller(twiml.render([Bridge("operator:7")], AT))
    assert dial[0].text == "call-12"
    assert dial[0].get("endConferenceOnExit") == "false"  # a lost telephone ends nobody's call


def test_family_and_120_join_the_room_of_the_call_they_are_for():
    (dial,) = read_for_a_caller(twiml.render([Bridge("call:5")], AT))
    assert dial[0].text == "call-5"


def test_a_number_is_dialled_and_then_the_leg_asks_what_is_next():
    (dial,) = read_for_a_caller(twiml.render([Bridge("+8613800000002")], AT))
    assert dial[0].tag == "Number"
    assert "voice/after/" in str(dial.get("action"))


def test_the_last_word_and_a_recording():
    assert tags(twiml.render([HELLO, Hangup()], AT)) == ["Say", "Hangup"]
    assert tags(twiml.render([HELLO, Record(30)], AT)) == ["Say", "Record", "Redirect"]


@pytest.mark.parametrize(
    ("rest", "then"),
    [
        (WAITS, ["Gather", "Redirect"]),
        (LISTENS, ["Gather", "Redirect"]),
        (TALKS, ["Say", "Dial"]),
        (OVER, ["Say", "Hangup"]),
    ],
)
def test_a_word_alone_leaves_the_leg_where_it_was(rest, then):
    assert tags(twiml.render([HELLO], Place("call-12", 4, rest))) == then


def test_our_own_failure_rings_a_person():
    _say, dial = read_for_a_caller(twiml.safe("请稍等", "zh-hans"))
    assert dial[0].text == "+8657187654321"


def test_a_sentence_longer_than_a_say_takes_is_said_in_pieces():
    (gather, _) = read_for_a_caller(twiml.render([Say("长" * 9000, "zh-hans"), Gather()], AT))
    assert len(gather) == 3


steps = st.one_of(
    st.builds(Say, st.text(), st.sampled_from(["zh-hans", "en"])),
    st.builds(
        Gather,
        st.integers(1, 12),
        st.integers(1, 60),
        st.booleans(),
    ),
    st.builds(Enqueue, st.sampled_from(["routine", "urgent", "emergency"])),
    st.builds(Bridge, st.sampled_from(["operator:7", "call:12", "+8613800000001"])),
    st.builds(Record, st.integers(1, 600)),
    st.builds(Hangup),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, max_size=6), st.sampled_from([WAITS, TALKS, LISTENS, OVER]))
def test_whatever_the_script_says_is_twiml(instructions, rest):
    read(twiml.render(instructions, Place("call-12", 4, rest)))
