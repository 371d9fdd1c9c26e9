from datetime import UTC, date, datetime, time, timedelta

import pytest
from geopy.distance import geodesic
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers import reach
from providers.cells import EVERYWHERE, cell_of
from providers.models import Licence, OpeningHours, Service, ServiceArea, Shift, Worker
from providers.need import Code, Need, Reach
from tests.providers.roster import HERE, crowd, provider, worker

pytestmark = pytest.mark.django_db


def need(**changes):
    return Need(**{"category": "repair", "lat": HERE[0], "lon": HERE[1], **changes})


def nearest(now, k=5, **changes):
    return reach.nearest(need(**changes), k=k, now=now)


def ids(reached):
    return [candidate.worker_id for candidate in reached.candidates]


def why(reached):
    return {exclusion.worker_id: exclusion.code for exclusion in reached.excluded}


@given(
    centre=st.tuples(st.floats(-60, 60), st.floats(-180, 180)),
    spread=st.sampled_from([0.002, 0.02, 0.2, 2.0]),
    crowded=st.lists(
        st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.booleans()), min_size=0, max_size=40
    ),
    k=st.integers(1, 8),
    begin=st.integers(0, EVERYWHERE - 1),
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_nearest_are_those_brute_force_finds(now, centre, spread, crowded, k, begin):
    Worker.objects.all().delete()
    places = [
        (centre[0] + dlat * spread, (centre[1] + dlon * spread + 180) % 360 - 180)
        for dlat, dlon, _ in crowded
    ]
    workers = crowd(provider(), places)
    resting = {each.pk for each, (_, _, at_work) in zip(workers, crowded, strict=True) if at_work}
    Worker.objects.filter(pk__in=resting).update(on_duty=False)
    metres = {each.pk: geodesic(centre, (each.lat, each.lon)).m for each in workers}
    reach._begin["repair", cell_of(centre[0], centre[1], reach.REGION)] = begin

    reached = nearest(now, k=k, lat=centre[0], lon=centre[1])

    able = sorted(distance for pk, distance in metres.items() if pk not in resting)[:k]
    assert [each.distance_m for each in reached.candidates] == pytest.approx(able, abs=0.001)
    assert all(each.worker_id not in resting for each in reached.candidates)
    limit = able[-1] if len(able) == k else 30_000
    passed_over = {pk for pk in resting if metres[pk] < min(limit, 30_000) - 0.001}
    assert passed_over <= set(why(reached))


def test_equally_near_workers_come_in_the_order_of_their_ids(now):
    sunrise = provider()
    crowd(sunrise, [HERE] * 4)
    found = ids(nearest(now, k=3))
    assert found == sorted(found)
    assert len(found) == 3


def test_it_widens_to_the_ends_of_the_earth(now):
    far = worker(provider(), lat=-33.9, lon=18.4)
    assert ids(nearest(now)) == [far.pk]


def test_nobody_is_an_answer_too(now):
    provider()
    assert nearest(now) == Reach([], [])


def test_only_the_category_counts(now):
    worker(provider(), 10, category="learning")
    assert not nearest(now).candidates
    assert not nearest(now).excluded


def test_a_worker_without_position_is_taken_to_be_at_the_providers(now):
    sunrise = provider()
    waiting = worker(sunrise, lat=None, lon=None)
    candidate = nearest(now).candidates[0]
    assert candidate.worker_id == waiting.pk
    assert candidate.position_at is None
    assert candidate.distance_m == pytest.approx(0, abs=0.01)
    assert (candidate.lat, candidate.lon) == HERE


def test_a_worker_nobody_can_place_is_not_found(now):
    worker(provider(lat=None, lon=None), lat=None, lon=None)
    assert not nearest(now).candidates


def test_a_candidate_carries_what_ranking_and_reaching_need(now):
    sunrise = provider()
    Service.objects.create(
        provider=sunrise, category_id="repair", name="Taps", price_cents=9000, subsidy_cents=1000
    )
    Service.objects.create(
        provider=sunrise, category_id="repair", name="Lamps", price_cents=10000, subsidy_cents=5000
    )
    heard = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    worker(
        sunrise, 50, name_zh="伟", languages=["zh-hans", "en"], mode="car", rating=4.5,
        reach_by="call", position_at=heard,
    )  # fmt: skip
    candidate = nearest(now).candidates[0]
    assert (candidate.price_cents, candidate.subsidy_cents) == (10000, 5000)
    assert candidate.languages == ("zh-hans", "en")
    assert candidate.position_at == heard
    assert (candidate.name_zh, candidate.mode, candidate.rating) == ("伟", "car", 4.5)
    assert (candidate.phone, candidate.reach_by) == ("+8613800000010", "call")


@pytest.mark.parametrize(
    ("unfit", "fit", "asked", "code"),
    [
        ({"on_duty": False}, {}, {}, Code.OFF_DUTY),
        ({"free": 0}, {}, {}, Code.BUSY),
        ({"sex": "male"}, {}, {"requirements": ("female_carer",)}, Code.REQUIREMENT),
        ({}, {"sex": "male"}, {"requirements": ("male_carer",)}, Code.REQUIREMENT),
        ({}, {"skills": ["dementia"]}, {"requirements": ("dementia",)}, Code.REQUIREMENT),
        ({"skills": ["lamps"]}, {"skills": ["taps"]}, {"skills": ("taps",)}, Code.SKILL),
    ],
)
def test_what_a_worker_is_or_lacks_excludes_and_is_told(now, unfit, fit, asked, code):
    sunrise = provider()
    passed_over, sent = worker(sunrise, 10, **unfit), worker(sunrise, 900, **fit)
    reached = nearest(now, k=1, **asked)
    assert ids(reached) == [sent.pk]
    assert why(reached) == {passed_over.pk: code}


def test_a_met_requirement_lets_through(now):
    sunrise = provider()
    able = worker(sunrise, 10, sex="male", skills=["dementia", "taps"])
    found = nearest(now, requirements=("male_carer", "dementia"), skills=("taps",))
    assert ids(found) == [able.pk]


@pytest.mark.parametrize(
    ("name", "code"), [("tried", Code.TRIED), ("blocked_workers", Code.BLOCKED_WORKER)]
)
def test_whom_the_need_names_is_passed_over(now, name, code):
    sunrise = provider()
    named, other = worker(sunrise, 10), worker(sunrise, 20)
    reached = nearest(now, k=1, **{name: frozenset({named.pk})})
    assert ids(reached) == [other.pk]
    assert why(reached) == {named.pk: code}


def test_a_blocked_provider_sends_nobody(now):
    sunrise, evening = provider(), provider("Evening")
    named, other = worker(sunrise, 10), worker(evening, 20)
    reached = nearest(now, k=1, blocked_providers=frozenset({sunrise.pk}))
    assert ids(reached) == [other.pk]
    assert why(reached) == {named.pk: Code.BLOCKED_PROVIDER}


def closed_down(sunrise, one, now):
    sunrise.active = False
    sunrise.save()


def service_switched_off(sunrise, one, now):
    Service.objects.create(provider=sunrise, category_id="medical", name="Nurse", active=False)


def licence_lapsed(sunrise, one, now):
    Licence.objects.all().update(valid_from=date(2025, 1, 1), valid_to=date(2026, 3, 9))


def licence_to_come(sunrise, one, now):
    Licence.objects.all().update(valid_from=date(2026, 3, 11), valid_to=date(2027, 1, 1))


def licence_for_something_else(sunrise, one, now):
    Licence.objects.all().update(category="catering")


def closed_on_tuesdays(sunrise, one, now):
    OpeningHours.objects.create(provider=sunrise, weekday=0, opens=time(0), closes=time(23))


def shift_in_the_afternoon(sunrise, one, now):
    Shift.objects.create(worker=one, weekday=1, starts=time(13), ends=time(18))


def serves_another_county(sunrise, one, now):
    ServiceArea.objects.create(provider=sunrise, grid_prefix="330107")


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (closed_down, Code.INACTIVE),
        (service_switched_off, Code.NOT_OFFERED),
        (licence_lapsed, Code.NO_LICENCE),
        (licence_to_come, Code.NO_LICENCE),
        (licence_for_something_else, Code.NO_LICENCE),
        (closed_on_tuesdays, Code.CLOSED),
        (shift_in_the_afternoon, Code.OFF_SHIFT),
        (serves_another_county, Code.OUTSIDE_AREA),
    ],
)
def test_what_binds_a_worker_excludes_at_once_and_is_told(now, happens, code):
    sunrise = provider()
    licence = {"category_id": "medical", "number": "1"}
    Licence.objects.create(
        provider=sunrise, valid_from=date(2026, 3, 10), valid_to=date(2026, 3, 10), **licence
    )
    one = worker(sunrise, 10, category="medical")
    asked = {"category": "medical", "grid": "330106001002003"}
    assert ids(nearest(now, **asked)) == [one.pk]
    happens(sunrise, one, now)
    reached = nearest(now, **asked)
    assert ids(reached) == []
    assert why(reached) == {one.pk: code}


def test_hours_are_the_towns(now):
    """At 09:30 in Shanghai it is 01:30 by UTC."""
    sunrise = provider()
    one = worker(sunrise, 10)
    OpeningHours.objects.create(provider=sunrise, weekday=1, opens=time(9), closes=time(10))
    assert ids(nearest(now)) == [one.pk]
    assert why(nearest(now + timedelta(minutes=30))) == {one.pk: Code.CLOSED}


def test_a_licence_ends_at_the_towns_midnight(now):
    sunrise = provider()
    Licence.objects.create(
        provider=sunrise, category_id="medical", number="1",
        valid_from=date(2026, 1, 1), valid_to=date(2026, 3, 10),
    )  # fmt: skip
    worker(sunrise, 10, category="medical")
    midnight = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
    assert nearest(midnight - timedelta(seconds=1), category="medical").candidates
    assert not nearest(midnight, category="medical").candidates


def test_an_area_is_served_down_to_its_grids_and_nobody_is_shut_out_when_the_grid_is_unknown(now):
    sunrise = provider()
    one = worker(sunrise, 10)
    ServiceArea.objects.create(provider=sunrise, grid_prefix="330106001")
    assert ids(nearest(now, grid="330106001002003")) == [one.pk]
    assert not nearest(now, grid="330106002").candidates
    assert ids(nearest(now, grid="")) == [one.pk]


def test_exclusions_end_where_the_last_candidate_stands(now):
    sunrise = provider()
    nearer, fit, farther = (
        worker(sunrise, 10, on_duty=False),
        worker(sunrise, 20),
        worker(sunrise, 30, on_duty=False),
    )
    assert set(why(nearest(now, k=1))) == {nearer.pk}
    assert set(why(nearest(now, k=2))) == {nearer.pk, farther.pk}
    assert ids(nearest(now, k=2)) == [fit.pk]


def test_of_a_crowd_of_excluded_the_nearest_are_told_and_whoever_is_free_is_still_found(now):
    sunrise = provider()
    crowd(sunrise, [(HERE[0] + n / 100_000, HERE[1]) for n in range(80)], free=0)
    far = worker(sunrise, 40_000)
    reached = nearest(now)
    assert ids(reached) == [far.pk]
    assert len(reached.excluded) == reach.EXPLAINED
    distances = [exclusion.distance_m for exclusion in reached.excluded]
    assert distances == sorted(distances)
    assert max(distances) < 60


def test_where_it_began_last_time_changes_nothing(now):
    sunrise = provider()
    crowd(sunrise, [(HERE[0] + n / 2000, HERE[1]) for n in range(30)])
    first = nearest(now)
    for level in range(EVERYWHERE):
        reach._begin["repair", cell_of(*HERE, reach.REGION)] = level
        assert nearest(now) == first


def test_one_look_is_one_statement(now, django_assert_num_queries):
    sunrise = provider()
    crowd(sunrise, [(HERE[0] + n / 5000, HERE[1]) for n in range(30)])
    nearest(now)
    with django_assert_num_queries(1):
        nearest(now)
