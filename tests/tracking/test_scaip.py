"""SCAIP: social alarm units that send a SIP MESSAGE with XML, in both dialects."""

from datetime import UTC, datetime

import pytest

from tests.tracking.streams import SEED, Wire, cuts, frames_of, spoiled
from tracking import geo
from tracking.messages import Kind
from tracking.protocols import scaip_codes
from tracking.protocols.scaip import Refused, Scaip, elements
from tracking.protocols.speaking_units import SpeakingScaip

NOW = datetime(2026, 3, 10, 8, 0, 0, tzinfo=UTC)
HEAD = (
    "MESSAGE sip:alarm@house SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK1;rport\r\n"
    "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK0\r\n"
    "From: <sip:unit-7@home>;tag=a1\r\nTo: <sip:alarm@house>\r\n"
    "Call-ID: c1@home\r\nCSeq: 7 MESSAGE\r\nContent-Type: application/scaip+xml\r\n"
)


def sent(body, head=HEAD):
    return f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()


def read(body, head=HEAD):
    dialect = Scaip()
    (frame,) = frames_of(dialect, [sent(body, head)])
    return dialect.read(frame, dialect.open(), now=NOW)


def said(heard):
    (message,) = heard.messages
    return message


def mrq(**tags):
    tags = {"ref": "42", "mty": "ME", "cid": "787025300001", "dty": "0004", "stc": "0010", **tags}
    return "<mrq>" + "".join(f"<{k}>{v}</{k}>" for k, v in tags.items() if v) + "</mrq>"


# --- what it says ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "kinds"),
    [
        ({}, (Kind.SOS,)),
        ({"dty": "0003"}, (Kind.SOS,)),
        ({"stc": "0009", "dty": "0003"}, (Kind.SOS,)),
        ({"stc": "0009", "dty": "0005"}, (Kind.FALL,)),
        ({"stc": "10", "dty": "5"}, (Kind.SOS, Kind.FALL)),
        ({"stc": "0009", "dty": "0023"}, (Kind.OTHER,)),
        ({"stc": "0009", "dty": "0015"}, (Kind.ZONE_EXIT, Kind.OTHER)),
        ({"stc": "", "dty": "0003"}, (Kind.SOS,)),
        ({"stc": "0999", "dty": "0099"}, (Kind.OTHER,)),
        ({"mty": ""}, (Kind.SOS,)),
        ({"mty": "IN"}, (Kind.SOS,)),
        ({"stc": "0016"}, (Kind.LOW_BATTERY,)),
        ({"stc": "0015"}, (Kind.BATTERY_OK,)),
        ({"stc": "0085", "mty": "IN"}, (Kind.POWER_LOST,)),
        ({"stc": "0086"}, (Kind.POWER_BACK,)),
        ({"stc": "0125"}, (Kind.TAMPER,)),
        ({"stc": "0123"}, (Kind.SILENT,)),
        ({"stc": "0070", "mty": "PI"}, ()),
        ({"mty": "PI", "stc": ""}, ()),
        ({"mty": "RE", "stc": "0093"}, ()),
        ({"stc": "0102"}, ()),
        ({"stc": "0600", "mty": "IN"}, ()),
    ],
)
def test_the_codes_of_mrq_are_read_in_our_kinds(tags, kinds):
    message = said(read(mrq(**tags)))
    assert message.kinds == kinds
    assert message.device_id == "787025300001"


@pytest.mark.parametrize(
    ("status", "device", "kinds"),
    [
        ("alarm", "fixedTrigger", (Kind.SOS,)),
        ("alarm", "", (Kind.SOS,)),
        ("alarm", "fallSensor", (Kind.FALL,)),
        ("alarm", "smokeDetector", (Kind.OTHER,)),
        ("normal", "fixedTrigger", ()),
        ("restoral", "", ()),
        ("lowBattery", "", (Kind.LOW_BATTERY,)),
        ("powerFailure", "", (Kind.POWER_LOST,)),
        ("powerRestored", "", (Kind.POWER_BACK,)),
        ("tamper", "", (Kind.TAMPER,)),
        ("somethingElse", "", (Kind.OTHER,)),
        ("", "panicButton", (Kind.RAW,)),
    ],
)
def test_the_words_of_scaip_are_read_in_our_kinds(status, device, kinds):
    assert scaip_codes.worded(status, device) == kinds


def test_the_other_dialect_is_read_and_answered_in_it():
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><scaip><controllerId>+123456</controllerId>'
        "<deviceId>001d940cb800</deviceId><deviceType>fixedTrigger</deviceType>"
        "<statusCode>alarm</statusCode><location>kitchen</location><priority>5</priority></scaip>"
    )
    heard = read(body, HEAD.replace("scaip+xml", "xml"))
    assert said(heard).device_id == "+123456"
    assert said(heard).kinds == (Kind.SOS,)
    assert "kitchen" in said(heard).alarm_text
    assert b"Content-Type: application/xml\r\n" in heard.reply
    assert b"<result>ACK</result><statusNumber>0</statusNumber>" in heard.reply


def test_where_the_unit_can_be_spoken_to_and_where_it_is_are_kept():
    body = mrq(crd="gsm:+8613800009999", lge="<geo>31.4675,104.6800</geo>", lte="bed room")
    message = said(read(body))
    assert message.callback == "gsm:+8613800009999"
    assert (message.fix.lat, message.fix.lon) == (31.4675, 104.68)
    assert "bed room" in message.alarm_text
    assert said(read(mrq(crd="sip:"))).callback == ""


def test_degrees_in_the_wrong_order_are_told_as_they_were_said():
    message = said(read(mrq(lge="<geo>104.6800,31.4675</geo>")))
    assert (message.fix.lat, message.fix.lon) == (104.68, 31.4675)
    assert geo.is_swapped(message.fix.lat, message.fix.lon)
    assert said(read(mrq(lge="<geo>0,0</geo>"))).fix is None


# --- what it is answered ---------------------------------------------------------------------


def test_the_answer_repeats_what_sip_wants_and_carries_status_and_interval():
    reply = read(mrq()).reply.decode()
    head, _, body = reply.partition("\r\n\r\n")
    lines = head.split("\r\n")
    assert lines[0] == "SIP/2.0 200 OK"
    assert [line for line in lines if line.startswith("Via")] == HEAD.split("\r\n")[1:3]
    assert "From: <sip:unit-7@home>;tag=a1" in lines
    assert "To: <sip:alarm@house>;tag=one-number" in lines
    assert "Call-ID: c1@home" in lines
    assert "CSeq: 7 MESSAGE" in lines
    assert f"Content-Length: {len(body.encode())}" in lines
    assert "<mrs><ref>42</ref><snu>0</snu><hbi>" in body


def test_what_could_not_be_kept_is_503():
    assert read(mrq()).refusal.startswith(b"SIP/2.0 503 Service Unavailable\r\n")


def test_a_retransmission_is_known_by_its_call_and_number():
    assert said(read(mrq())).reference == said(read(mrq())).reference == "c1@home 7 MESSAGE"


@pytest.mark.parametrize(
    "body",
    [
        "<mrq><cid>787025300001</cid><dty>0004",
        "<mrq><cid>787025300001</cid></mrs>",
        "<mrq><cid>787025300001</cid>\x00</mrq>",
        '<!DOCTYPE a [<!ENTITY x "y">]><mrq><cid>787025300001</cid></mrq>',
        "<other><cid>787025300001</cid></other>",
    ],
)
def test_broken_xml_with_an_id_is_a_cry(body):
    heard = read(body)
    message = said(heard)
    assert (message.device_id, message.kinds) == ("787025300001", (Kind.RAW,))
    assert message.alarm_text
    assert b"<snu>2</snu>" in heard.reply


def test_broken_xml_names_its_unit_by_the_sender_if_by_nothing_else():
    assert said(read("<mrq")).device_id == "unit-7"


def test_an_alarm_without_any_id_is_an_alarm():
    nobody = HEAD.replace("sip:unit-7@home", "sip:home")
    message = said(read(mrq(cid=""), nobody))
    assert (message.device_id, message.kinds) == ("", (Kind.SOS,))


def test_entities_are_refused_and_not_opened():
    bomb = (
        '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        "<mrq><cid>&b;</cid></mrq>"
    )
    with pytest.raises(Refused):
        elements(bomb.encode())
    with pytest.raises(Refused):
        elements(b"<mrq>" + b"<a>" * 50 + b"</a>" * 50 + b"</mrq>")
    with pytest.raises(Refused):
        elements(b"<mrq>" + b"<a/>" * 500 + b"</mrq>")


def test_who_asks_whether_we_are_there_is_told_so():
    ask = HEAD.replace("MESSAGE sip", "OPTIONS sip").replace("7 MESSAGE", "7 OPTIONS")
    heard = read("", ask)
    assert heard.messages == ()
    assert heard.reply.startswith(b"SIP/2.0 200 OK")
    assert read("", HEAD.replace("MESSAGE sip", "INVITE sip")).reply.startswith(b"SIP/2.0 405")


def test_rubbish_is_no_alarm():
    heard = Scaip().read(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", Scaip().open(), now=NOW)
    assert said(heard).errors
    assert said(heard).kinds == ()


# --- the line --------------------------------------------------------------------------------


def test_cutting_and_joining_changes_no_frame():
    unsaid = (HEAD + "\r\n" + mrq()).encode()  # no Content-Length: it ends with its root
    stream = b"\r\n\r\n" + sent(mrq()) + unsaid + sent(mrq(stc="0070"))
    whole = frames_of(Scaip(), [stream])
    assert len(whole) == 3
    for pieces in cuts(stream):
        assert frames_of(Scaip(), pieces) == whole


def test_what_has_no_end_is_hung_up_on_and_not_held():
    wire = Wire(Scaip())
    wire.data_received(f"{HEAD}Content-Length: 9999999\r\n\r\n<mrq>".encode())
    for _ in range(1_000):
        wire.data_received(b"x" * 100)
        assert wire.held < Scaip.max_frame
    assert wire.hung_up


@pytest.mark.pure
@pytest.mark.slow
def test_no_spoiled_message_breaks_the_decoder():
    dialect, unit = Scaip(), SpeakingScaip(callback="tel:+8613800009999")
    other = SpeakingScaip(dialect="scaip")
    good = [
        unit.sos((31.5, 104.7), at=NOW),
        unit.heartbeat(),
        other.sos(None, at=NOW),
        sent("<mrq><cid>1"),
    ]
    session, wire = dialect.open(), Wire(dialect)
    for stream in spoiled(good, 200_000, SEED):
        wire.data_received(stream)
        assert wire.held < dialect.max_frame
        wire = Wire(dialect) if wire.hung_up else wire
        for one in [*frames_of(dialect, [stream]), stream]:
            for message in dialect.read(one, session, now=NOW).messages:
                assert len(message.device_id) <= 64
                assert message.alarm_text.isprintable()
