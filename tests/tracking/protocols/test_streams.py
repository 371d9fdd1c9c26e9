"""Bytes do not arrive in frames: cut anywhere, joined, cut off, with noise between."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.protocols.talk import (
    MIANYANG,
    NOW,
    OURS,
    SANTIAGO,
    SPEAKERS,
    conversation,
    line,
    pieces,
)
from tracking.messages import Kind
from tracking.protocols import readings
from tracking.protocols.registry import DIALECTS

calmly = settings(max_examples=100, deadline=None, derandomize=True)


@pytest.mark.parametrize("name", SPEAKERS)
def test_a_device_is_heard_and_answered(name):
    speaker = SPEAKERS[name]()
    talk = line(name)
    for sent in conversation(speaker):
        before = len(talk.replies)
        talk.feed(sent)
        (reply,) = talk.replies[before:]
        if reply or "watch" not in name:  # a watch wants no answer to a position
            assert speaker.is_answer(sent, reply)
    assert {message.device_id for message in talk.heard} == {speaker.device_id}
    assert talk.kinds == [(Kind.SOS,), (Kind.SOS,)]
    places = [(round(m.fix.lat, 6), round(m.fix.lon, 6)) for m in talk.heard if m.fix]
    assert places == [pytest.approx(place, abs=2e-6) for place in (MIANYANG, MIANYANG, SANTIAGO)]
    assert all(message.fix.fixed_at == NOW for message in talk.heard if message.fix)
    assert all(message.errors == {} for message in talk.heard)


@pytest.mark.parametrize("name", SPEAKERS)
def test_cutting_the_stream_anywhere_changes_nothing(name):
    stream = b"".join(conversation(SPEAKERS[name]()))
    whole = line(name).feed(stream)
    assert line(name).feed(*(bytes([byte]) for byte in stream)).frames == whole.frames
    for at in range(1, len(stream)):
        cut = line(name).feed(*pieces(stream, [at]))
        assert (cut.frames, cut.heard, cut.replies) == (whole.frames, whole.heard, whole.replies)


@pytest.mark.parametrize("name", SPEAKERS)
@calmly
@given(data=st.data())
def test_cutting_it_in_many_places_changes_nothing(name, data):
    sent = conversation(SPEAKERS[name]())
    noise = [data.draw(st.binary(max_size=9).map(_quiet)) for _ in sent]
    stream = b"".join(a + b for a, b in zip(noise, sent, strict=True))
    whole = line(name).feed(stream)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=12))
    cut = line(name).feed(*pieces(stream, cuts))
    assert (cut.frames, cut.heard) == (whole.frames, whole.heard)
    assert whole.kinds == [(Kind.SOS,), (Kind.SOS,)]


@pytest.mark.parametrize("name", SPEAKERS)
def test_a_press_after_a_frame_that_was_cut_off_is_heard(name):
    """The rest of a frame is lost: whatever it was, the next one counts."""
    for lost in range(1, 60):
        speaker = SPEAKERS[name]()
        login = speaker.login()
        first, press = speaker.fix(MIANYANG, at=NOW), speaker.sos(MIANYANG, at=NOW)
        after = b"".join([speaker.heartbeat() for _ in range(3)])
        talk = line(name).feed(login, first[:-lost], press, after)
        assert (Kind.SOS,) in talk.kinds, lost


@pytest.mark.parametrize("name", ["watch", "gt06", "jt808"])
def test_an_alarm_of_which_the_end_is_missing_is_an_alarm(name):
    speaker = SPEAKERS[name]()
    dialect = DIALECTS[name]
    press = speaker.sos(MIANYANG, at=NOW)
    head = {"watch": 24, "gt06": 4, "jt808": 3}[name]
    for size in range(head, len(press)):
        session = dialect.open()
        session.device_id = speaker.device_id
        heard = dialect.read(press[:size], session, now=NOW)
        assert any(message.kinds for message in heard.messages), press[:size]
        assert all(message.alarm_text for message in heard.messages if message.kinds)


@pytest.mark.parametrize("name", SPEAKERS)
def test_an_endless_frame_is_given_up(name):
    dialect = DIALECTS[name.partition("-")[0]]
    begin = SPEAKERS[name]().sos(MIANYANG, at=NOW)[:-20]
    talk = line(name)
    for _ in range(40):
        talk.feed(begin[:30] + b"7" * 8192)
        assert len(talk.waiting) <= dialect.max_frame
    press = SPEAKERS[name]()
    talk.feed(b"#]\r\n\x7e\x7e")
    for _ in range(dialect.max_frame // 40):
        talk.feed(press.sos(MIANYANG, at=NOW))
        if (Kind.SOS,) in talk.kinds:
            break
    assert (Kind.SOS,) in talk.kinds


@calmly
@given(st.binary(max_size=400), st.sampled_from(OURS))
def test_whatever_arrives_is_read_without_an_error(noise, name):
    dialect = DIALECTS[name]
    line(name).feed(noise)
    dialect.read(noise, dialect.open(), now=NOW)


@calmly
@given(
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.datetimes(min_value=NOW.replace(year=2020, tzinfo=None)).filter(lambda t: t.year < 2099),
    st.sampled_from([*SPEAKERS]),
)
def test_every_press_says_where_and_when(lat, lon, at, name):
    speaker = SPEAKERS[name]()
    talk = line(name).feed(speaker.login(), speaker.sos((lat, lon), at=at))
    message = talk.heard[-1]
    assert message.kinds == (Kind.SOS,)
    assert message.sent_at == at.replace(microsecond=0, tzinfo=NOW.tzinfo)
    if readings.is_nowhere(lat, lon):
        return
    assert message.fix.lat == pytest.approx(lat, abs=2e-6)
    assert message.fix.lon == pytest.approx(lon, abs=2e-6)


def _quiet(noise):
    """Noise in which no frame could begin."""
    return bytes(byte for byte in noise if byte not in b"[*$X#\r\nxy\x7e(")
