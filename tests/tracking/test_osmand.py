"""The OsmAnd decoder, by request."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tracking.messages import Kind, Message
from tracking.protocols import osmand

TOWN = ZoneInfo("Asia/Shanghai")
FORM = "application/x-www-form-urlencoded"


def decode(query: str = "", body: str | bytes = b"", content_type: str = FORM) -> list[Message]:
    raw = body.encode() if isinstance(body, str) else body
    return osmand.decode(query, raw, content_type, zone=TOWN)


def one(query: str = "", body: str | bytes = b"", content_type: str = FORM) -> Message:
    (message,) = decode(query, body, content_type)
    return message


def from_json(body: str) -> Message:
    return one(body=body, content_type="application/json")


def test_a_query_tells_everything_in_our_units():
    message = one(
        "id=42&lat=30.2741&lon=120.1551&timestamp=1773106200&accuracy=8&altitude=12.5"
        "&speed=10&bearing=360&batt=79.6&charge=true"
    )
    assert message.errors == message.warnings == {}
    assert (message.device_id, message.battery, message.charging) == ("42", 80, True)
    fix = message.fix
    assert fix is not None
    assert (fix.lat, fix.lon, fix.accuracy_m, fix.altitude_m) == (30.2741, 120.1551, 8, 12.5)
    assert fix.speed_mps == pytest.approx(5.14444)
    assert fix.course == 0
    assert fix.fixed_at == datetime(2026, 3, 10, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "timestamp",
    [
        "1773106200",
        "1773106200000",
        "2026-03-10T01:30:00Z",
        "2026-03-10T01:30:00.000Z",
        "2026-03-10T09:30:00%2B08:00",
        "2026-03-10T09:30:00+08:00",  # a plus that nobody escaped
        "2026-03-10+09:30:00",  # no zone: the town's
        "2026-03-10T09:30:00",
    ],
)
def test_a_time_may_be_written_in_many_ways(timestamp):
    message = one(f"id=42&lat=30&lon=120&timestamp={timestamp}")
    assert message.errors == {}
    assert message.sent_at == datetime(2026, 3, 10, 1, 30, tzinfo=UTC)


def test_a_form_says_the_same_as_a_query():
    said = "id=42&lat=30.2741&lon=120.1551&batt=80&alarm=sos"
    assert one(body=said) == one(said)


def test_a_multipart_form_is_read_too():
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {"id": "42", "alarm": "sos", "lat": "30", "lon": "120"}.items()
    )
    assert one(body=body + "--x--\r\n", content_type="multipart/form-data; boundary=x") == one(
        "id=42&alarm=sos&lat=30&lon=120"
    )


def test_query_and_body_complete_each_other():
    message = one("id=42&alarm=sos", body="lat=30&lon=120")
    assert message.device_id == "42"
    assert message.fix is not None
    assert message.kinds == (Kind.SOS,)


def test_the_json_of_traccar_client_is_in_si_units():
    message = from_json(
        """{"device_id": "42", "location": {"timestamp": "2026-03-10T01:30:00.000Z",
        "coords": {"latitude": 30.2741, "longitude": 120.1551, "accuracy": 4, "speed": 1.5,
                   "heading": 63, "altitude": 35.7},
        "battery": {"level": 0.79, "is_charging": false}, "extras": {"alarm": "sos"}}}"""
    )
    assert message.errors == {}
    assert message.kinds == (Kind.SOS,)
    assert (message.battery, message.charging) == (79, False)
    assert message.fix is not None
    assert (message.fix.speed_mps, message.fix.course) == (1.5, 63)


def test_a_telephone_that_does_not_know_says_minus_one():
    message = from_json(
        """{"device_id": "42", "location": {"coords": {"latitude": 30, "longitude": 120,
        "accuracy": -1, "speed": -1, "heading": -1}, "battery": {"level": -1}}}"""
    )
    assert message.errors == {}
    assert message.battery is None
    assert message.fix is not None
    assert (message.fix.accuracy_m, message.fix.speed_mps, message.fix.course) == (None,) * 3


def test_a_batch_is_one_message_a_location():
    messages = decode(
        body="""[{"device_id": "42", "location": [
            {"coords": {"latitude": 30, "longitude": 120}},
            {"coords": {"latitude": 31, "longitude": 121}}]},
            {"device_id": "43", "alarm": "sos"}, 5]""",
        content_type="application/json",
    )
    assert [m.device_id for m in messages] == ["42", "42", "43", ""]
    assert [m.fix.lat if m.fix else None for m in messages] == [30, 31, None, None]
    assert messages[2].kinds == (Kind.SOS,)
    assert set(messages[3].errors) == {"body", "id"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("lat=30&lon=120", "id"),
        ("id=&lat=30&lon=120", "id"),
        ("id=%00&lat=30&lon=120", "id"),
        ("id=4%002&lat=30&lon=120", "id"),
        (f"id={'4' * 65}&lat=30&lon=120", "id"),
        ("id=1&id=2&lat=30&lon=120", "id"),
        ("id=42&lat=abc&lon=120", "lat"),
        ("id=42&lat=nan&lon=120", "lat"),
        ("id=42&lat=91&lon=120", "lat"),
        ("id=42&lat=3_0&lon=120", "lat"),
        ("id=42&lat=٣٠&lon=120", "lat"),
        ("id=42&lat=30&lon=180.5", "lon"),
        ("id=42&lat=30&lon=inf", "lon"),
        ("id=42&lat=30&lon=1e999", "lon"),
        ("id=42&lat=30", "lon"),
        ("id=42&lat=30&lat=31&lon=120", "lat"),
        ("id=42&lat=30&lon=120&timestamp=yesterday", "timestamp"),
        ("id=42&lat=30&lon=120&timestamp=-5", "timestamp"),
        ("id=42&lat=30&lon=120&timestamp=99999999999999999999", "timestamp"),
        ("id=42&lat=30&lon=120&timestamp=9999-12-31T23:59:59-12:00", "timestamp"),
        ("id=42&lat=30&lon=120&accuracy=near", "accuracy"),
        ("id=42&lat=30&lon=120&batt=101", "batt"),
        ("id=42&lat=30&lon=120&charge=maybe", "charge"),
        ("id=42&lat=30&lon=120&bearing=400", "bearing"),
        ("id=42&location=30", "location"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_reason(query, field):
    message = one(query)
    assert list(message.errors) == [field]
    assert message.errors[field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("5", "body"),
        ("null", "body"),
        ("[]", "body"),
        ('"sometext"', "body"),
        ("{", "body"),
        pytest.param("[" * 100_000, "body", id="deep"),
        ('{"device_id": "42", "location": 5}', "location"),
        ('{"device_id": "42", "location": {"coords": [1, 2]}}', "location.coords"),
        ('{"device_id": {"a": 1}}', "device_id"),
        ('{"device_id": true}', "device_id"),
        ('{"device_id": 4.2}', "device_id"),
        ('{"device_id": "\\ud800"}', "device_id"),
        ('{"device_id": "4\\u0000"}', "device_id"),
        ('{"device_id": "42", "lat": "30", "lon": 120}', "lat"),
        ('{"device_id": "42", "lat": true, "lon": 120}', "lat"),
        ('{"device_id": "42", "lat": NaN, "lon": 120}', "lat"),
        ('{"device_id": "42", "lat": 1e400, "lon": 120}', "lat"),
        (f'{{"device_id": "42", "lat": {"9" * 400}, "lon": 120}}', "lat"),
        pytest.param(
            f'{{"device_id": "42", "lat": {"9" * 5000}, "lon": 120}}', "body", id="5000 digits"
        ),
        ('{"device_id": "1", "device_id": "2"}', "device_id"),
    ],
)
def test_json_of_the_wrong_shape_is_refused_by_field(body, field):
    assert field in from_json(body).errors


@pytest.mark.parametrize("word", ["sos", "SOS", "ＳＯＳ", " sos ", "sos%00", "1", "true", "求救"])
def test_a_cry_is_an_sos_however_it_is_spelt(word):
    assert one(f"id=42&alarm={word}").kinds == (Kind.SOS,)


def test_an_alarm_is_a_set_and_sos_leads_it():
    message = one("id=42&alarm=lowBattery,sos&alarm=fallDown")
    assert message.kinds == (Kind.SOS, Kind.FALL, Kind.LOW_BATTERY)


@pytest.mark.parametrize("word", ["", "0", "false", "none"])
def test_an_alarm_field_may_say_that_there_is_none(word):
    message = one(f"id=42&alarm={word}")
    assert message.kinds == ()
    assert "alarm" in message.warnings


@pytest.mark.parametrize(
    ("word", "kind"), [("%00", "raw"), ("!?", "raw"), ("gobbledygook", "other")]
)
def test_an_alarm_nobody_can_read_is_an_alarm(word, kind):
    assert one(f"id=42&alarm={word}").kinds == (kind,)


@pytest.mark.parametrize(
    "body",
    [
        '{"device_id": "42", "alarm": "sos", "location": {"coor',
        '{"device_id": "42", "alarm": "sos", "alarm": null}',
        '{"device_id": "42", "alarm": ["sos"], "location": 7}',
        '{"id": 42, "location": {"extras": {"alarm": "sos"}, "coords": "none"}}',
        '{"device_id": "42", "location": {"event": "sos", "coords": {"latitude": "x"}}}',
        '{"device_id": "42", "nested": {"alarm": "sos"}, "lat": "rubbish"}',
        "{'device_id': '42', 'alarm': 'sos'}",
        b'{"device_id": "42", "alarm": "sos", "name": "\xff\xfe"}',
        pytest.param('{"device_id": "42", "alarm": "sos", "deep": ' + "[" * 50_000, id="deep"),
        pytest.param('{"id": 42, "alarm": "sos", "x": "' + "x" * osmand.MAX_BODY + '"}', id="long"),
    ],
)
def test_an_alarm_among_rubbish_is_still_an_alarm(body):
    message = one(body=body, content_type="application/json")
    assert Kind.SOS in message.kinds
    assert message.device_id == "42"


def test_an_alarm_keeps_what_is_left_of_a_bad_id():
    message = one(f"id=%0042%00&id={'7' * 99}&alarm=sos")
    assert message.device_id == "42"
    assert "id" in message.errors


def test_no_place_is_no_fix():
    message = one("id=42&lat=0.0&lon=0.0")
    assert message.fix is None
    assert message.errors == {}
    assert "lat" in message.warnings


def test_a_heartbeat_needs_nothing_but_an_id():
    message = one("id=42")
    assert (message.fix, message.errors, message.warnings) == (None, {}, {})


def test_an_id_may_be_a_number_in_json():
    assert from_json('{"device_id": 861001000719969}').device_id == "861001000719969"
