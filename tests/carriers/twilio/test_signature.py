"""Every row of the public cases, and what a stranger or a proxy may send."""

import json
from pathlib import Path

import pytest

from telephony.carriers.twilio.signature import matches, sign

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "twilio_signature.jsonl"


def rows():
    """One case a row; a file that is not here is reported, not passed over."""
    if not VECTORS.exists():
        absent = pytest.mark.skip(reason=f"not run: {VECTORS.name} of shared/vectors is not here")
        return [pytest.param(None, id="absent", marks=absent)]
    lines = VECTORS.read_text("utf-8").splitlines()
    return [pytest.param(row, id=row["name"]) for row in map(json.loads, filter(None, lines))]


URL = "https://one.example/telephony/twilio/voice/"
FORM = {"CallSid": "CA1", "From": "+8613800000001"}


@pytest.mark.parametrize("row", rows())
def test_a_public_case_is_judged_as_its_source_says(row):
    said = row["params"] or {}
    if row["body"] is not None:
        said = row["body"].encode()
    assert matches(row["url"], said, row["signature"], [row["auth_token"]]) is row["valid"]


def test_either_of_two_tokens_is_good_while_one_replaces_the_other():
    old = sign(URL, FORM, "the old one")
    assert matches(URL, FORM, old, ["the new one", "the old one"])
    assert not matches(URL, FORM, old, ["the new one"])
    assert not matches(URL, FORM, old, [])


@pytest.mark.parametrize(
    ("signed", "asked"),
    [
        ("https://one.example:443/v/?a=1", "https://one.example/v/?a=1"),
        ("https://one.example/v/", "https://one.example:443/v/"),
        ("https://one.example:8443/v/", "https://one.example:8443/v/"),
        ("https://user:pass@one.example/v/", "https://user:pass@one.example:443/v/"),
        ("https://[::1]:443/v/", "https://[::1]/v/"),
        ("https://one.example/v/?a=It's", "https://one.example/v/?a=It%27s"),
    ],
)
def test_twilio_may_sign_another_spelling_of_the_same_address(signed, asked):
    assert matches(asked, FORM, sign(signed, FORM, "key"), ["key"])


@pytest.mark.parametrize("signature", [None, "", "é", "=" * 10_000, "AAAA", "\ud800"])
def test_a_signature_that_is_none_is_refused_and_nothing_breaks(signature):
    assert not matches(URL, FORM, signature, ["key"])


def test_another_port_host_path_query_or_field_is_another_request():
    good = sign(URL + "?n=1", FORM, "key")
    for url, form in [
        ("http://one.example/telephony/twilio/voice/?n=1", FORM),
        ("https://two.example/telephony/twilio/voice/?n=1", FORM),
        (URL + "?n=2", FORM),
        (URL, FORM),
        (URL + "?n=1", FORM | {"From": "+8613800000002"}),
    ]:
        assert not matches(url, form, good, ["key"])
