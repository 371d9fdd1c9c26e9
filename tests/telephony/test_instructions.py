import json

from hypothesis import given
from hypothesis import strategies as st

from telephony.instructions import (
    Bridge,
    Enqueue,
    Gather,
    Hangup,
    Instruction,
    Record,
    Say,
    as_json,
    from_json,
    seconds_to_hear,
)

instructions = st.one_of(
    st.builds(Say, text=st.text(), language=st.sampled_from(["en", "zh-hans"])),
    st.builds(Gather, digits=st.integers(1, 20), timeout_s=st.integers(1, 60)),
    st.builds(Enqueue, priority=st.sampled_from(["routine", "urgent", "emergency"])),
    st.builds(Bridge, to=st.text(), name=st.text()),
    st.builds(Record, max_s=st.integers(1, 600)),
    st.just(Hangup()),
)


@given(instructions)
def test_what_is_stored_reads_back_as_the_same_instruction(step: Instruction):
    assert from_json(json.loads(json.dumps(as_json(step)))) == step


def test_an_instruction_names_its_verb():
    assert as_json(Say("Good morning", "en")) == {
        "verb": "say",
        "text": "Good morning",
        "language": "en",
        "prompt": None,
    }


def test_a_slow_listener_hears_everything_before_silence_counts():
    assert seconds_to_hear([Say("0123456789", "en"), Gather(timeout_s=5), Hangup()]) == 7.0
