"""Logs carry ids and nothing of anybody's own."""

import io
import json
import logging
import logging.config

import pytest
import structlog

from config.logging import bind, logging_config, strike


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ("rang +86 138 0013 8000 twice", "rang [phone] twice"),
        ("from 13800138000", "from [phone]"),
        ("id 11010519491231002X.", "id [id-number]."),
        ("GET /track/ab12-cd/ HTTP/1.1", "GET /track/[token]/ HTTP/1.1"),
        ("GET /positions/osmand/?id=5&lat=30.1 200", "GET /positions/osmand/?[query] 200"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [token]"),
        ("postgres password=hunter2 refused", "postgres password=[token] refused"),
        ("call 20260310013000 took 13 s", "call 20260310013000 took 13 s"),
    ],
)
def test_what_gives_somebody_away_is_struck_out(said, stands):
    assert strike(said) == stands


@pytest.fixture
def lines():
    """Everything logged in the test, as it would be written."""
    written = io.StringIO()
    formatter = logging_config("INFO", plain=False)["formatters"]["line"]
    made = formatter.pop("()")(**formatter)
    handler = logging.StreamHandler(written)
    handler.setFormatter(made)
    logger = logging.getLogger("test-of-the-logs")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logger.removeHandler(handler)


def test_a_line_carries_the_ids_around_it_and_no_private_field(lines):
    logger, written = lines
    with bind(request_id="r1", elder_id=17):
        logger.warning("no fix", extra={"lat": 30.1, "phone": "+8613800138000", "case": 4})
    (line,) = written()
    assert (line["request_id"], line["elder_id"], line["case"]) == ("r1", 17, 4)
    assert (line["lat"], line["phone"]) == ("[private]", "[private]")


def test_an_exception_is_written_without_the_number_in_it(lines):
    logger, written = lines
    try:
        raise ValueError("+8613800138000")
    except ValueError:
        logger.exception("rang %s", "+8613800138000")
    (line,) = written()
    assert line["event"] == "rang [phone]"
    assert "ValueError" in line["exception"]
    assert "13800138000" not in json.dumps(line)


def test_the_access_log_shows_no_query(lines):
    logger, written = lines
    args = ("1.2.3.4:5", "GET", "/positions/osmand/?id=77", "1.1", 200)
    logger.warning('%s - "%s %s HTTP/%s" %d', *args)
    assert "77" not in written()[0]["event"]


def test_a_structlog_logger_writes_the_same_way(caplog):
    with caplog.at_level(logging.INFO):
        structlog.get_logger("some.module").info("said", phone="+8613800138000")
    assert "13800138000" not in caplog.text
