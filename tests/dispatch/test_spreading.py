"""The planner of a morning: nobody is left out, no minute is overfull, risk comes first."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dispatch.spreading import Person, risk, spread

TODAY = date(2026, 3, 10)
people = st.lists(
    st.builds(
        Person,
        id=st.integers(0, 10_000),
        risk=st.integers(0, 12),
        at_min=st.none() | st.integers(-60, 600),
    ),
    unique_by=lambda one: one.id,
    max_size=80,
)


@given(people, st.integers(1, 240), st.integers(1, 20))
def test_everybody_has_one_minute_and_no_minute_is_overfull(everybody, minutes, a_minute):
    found = spread(everybody, minutes=minutes, a_minute=a_minute)
    assert found.keys() == {one.id for one in everybody}
    assert max(Counter(found.values()).values(), default=0) <= a_minute
    assert min(found.values(), default=0) >= 0


@given(people, st.integers(1, 240), st.integers(1, 20))
def test_nobody_is_rung_before_the_time_she_chose(everybody, minutes, a_minute):
    found = spread(everybody, minutes=minutes, a_minute=a_minute)
    assert all(found[one.id] >= one.at_min for one in everybody if one.at_min is not None)


@given(people, st.integers(1, 240), st.integers(1, 20))
def test_of_those_who_chose_no_time_the_greater_risk_is_never_later(everybody, minutes, a_minute):
    found = spread(everybody, minutes=minutes, a_minute=a_minute)
    anytime = sorted((one for one in everybody if one.at_min is None), key=lambda one: one.risk)
    times = [(one.risk, found[one.id]) for one in anytime]
    assert all(b[1] <= a[1] for a in times for b in times if b[0] > a[0])


@given(people, st.integers(1, 240), st.integers(1, 20))
def test_the_same_people_in_any_order_get_the_same_plan(everybody, minutes, a_minute):
    again = spread(reversed(everybody), minutes=minutes, a_minute=a_minute)
    assert again == spread(everybody, minutes=minutes, a_minute=a_minute)


@given(st.integers(1, 300), st.integers(1, 60), st.integers(1, 20))
def test_what_fits_into_the_morning_ends_with_it(count, minutes, a_minute):
    found = spread((Person(n, 0) for n in range(count)), minutes=minutes, a_minute=a_minute)
    if count <= minutes * a_minute:
        assert max(found.values()) < minutes
    else:
        assert max(found.values()) == -(-count // a_minute) - 1


def test_fifty_thousand_are_spread_evenly():
    found = spread((Person(n, n % 7) for n in range(50_000)), minutes=210, a_minute=400)
    assert max(Counter(found.values()).values()) == 239
    assert max(found.values()) == 209


def test_the_register_and_a_silence_lately_raise_the_risk():
    facts = {"given": 0, "lives_alone": False, "born": None, "was_silent": False, "today": TODAY}
    assert risk(**facts) == 0
    assert risk(**{**facts, "lives_alone": True}) == 2
    assert risk(**{**facts, "born": date(1930, 1, 1)}) == 2
    assert risk(**{**facts, "was_silent": True}) > risk(**{**facts, "lives_alone": True})
    assert risk(**{**facts, "given": 3}) > risk(**{**facts, "given": 2, "lives_alone": True})
