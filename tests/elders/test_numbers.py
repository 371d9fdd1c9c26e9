"""Numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elders.errors import ElderError
from elders.numbers import normalise


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("138 0000 0001", "+8613800000001"),
        ("０５７１－８７６５４３２１", "+8657187654321"),
        ("0571-8765 4321", "+8657187654321"),
        ("+44 20 7946 0018", "+442079460018"),
    ],
)
def test_a_number_is_kept_as_e164_however_it_is_written(written, kept):
    assert normalise(written) == kept


@pytest.mark.parametrize("rubbish", ["", "anonymous", "+", "12349", "\0", "1" * 40, "+999"])
def test_what_is_no_number_is_refused_with_the_field_named(rubbish):
    with pytest.raises(ElderError) as refused:
        normalise(rubbish, field="phone")
    assert refused.value.code == "invalid_number"
    assert refused.value.http_status == 400
    assert list(refused.value.fields) == ["phone"]


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_a_clear_error_and_a_number_stays_what_it_is(text):
    try:
        number = normalise(text)
    except ElderError:
        return
    assert number.startswith("+")
    assert normalise(number) == number
