"""Every way of writing what binds a worker renews the copy that the search reads."""

import json
from datetime import date, time
from typing import Any

import pytest

from providers import nearness
from providers.cells import cell_of
from providers.models import (
    Category,
    Licence,
    OpeningHours,
    Provider,
    Service,
    ServiceArea,
    Shift,
    Worker,
    WorkerCategory,
)
from tests.providers.roster import HERE, provider, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def sunrise():
    return provider()


@pytest.fixture
def wai(sunrise):
    return worker(sunrise)


def terms():
    return json.loads(WorkerCategory.objects.get().terms)


def row(model, sunrise, wai):
    """One row of each kind, not yet stored."""
    return {
        Service: lambda: Service(provider=sunrise, category_id="repair", name="Taps"),
        Licence: lambda: Licence(
            provider=sunrise, category_id="repair", number="1",
            valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31),
        ),
        OpeningHours: lambda: OpeningHours(
            provider=sunrise, weekday=0, opens=time(9), closes=time(18)
        ),
        ServiceArea: lambda: ServiceArea(provider=sunrise, grid_prefix="330106"),
        Shift: lambda: Shift(worker=wai, weekday=0, starts=time(9), ends=time(18)),
    }[model]()  # fmt: skip


CHANGES: dict[Any, dict[str, Any]] = {
    Service: {"active": False},
    Licence: {"valid_to": date(2026, 6, 30)},
    OpeningHours: {"opens": time(10)},
    ServiceArea: {"grid_prefix": "330107"},
    Shift: {"starts": time(10)},
}


@pytest.mark.parametrize("model", CHANGES)
@pytest.mark.parametrize("in_bulk", [False, True])
def test_a_row_written_changed_and_deleted_is_copied(model, in_bulk, sunrise, wai):
    Category.objects.get(code="repair").save()
    Category.objects.filter(code="repair").update(needs_licence=True)
    Category.objects.get(code="repair").save()
    seen = [terms()]
    one = row(model, sunrise, wai)
    if in_bulk:
        model.objects.bulk_create([one])
    else:
        one.save()
    seen.append(terms())
    if in_bulk:
        model.objects.filter(pk=one.pk).update(**CHANGES[model])
    else:
        for name, value in CHANGES[model].items():
            setattr(one, name, value)
        one.save()
    seen.append(terms())
    if in_bulk:
        model.objects.filter(pk=one.pk).delete()
    else:
        one.delete()
    assert terms() == seen[0]
    assert seen[0] != seen[1] != seen[2] != seen[0]


def test_a_row_handed_to_another_provider_frees_the_first(sunrise, wai):
    area = ServiceArea.objects.create(provider=sunrise, grid_prefix="330107")
    other = provider("Evening")
    hers = worker(other)
    area.provider = other
    area.save()
    assert json.loads(wai.categories.get().terms)["areas"] == []
    assert json.loads(hers.categories.get().terms)["areas"] == ["330107"]
    ServiceArea.objects.update(provider=sunrise)
    assert json.loads(wai.categories.get().terms)["areas"] == ["330107"]
    assert json.loads(hers.categories.get().terms)["areas"] == []


def test_a_category_that_begins_to_need_a_licence_is_copied(wai):
    assert terms()["licences"] is None
    repair = Category.objects.get(code="repair")
    repair.needs_licence = True
    repair.save()
    assert terms()["licences"] == []


def test_a_provider_that_moves_takes_along_who_has_no_position(sunrise):
    there = (30.3, 120.2)
    waiting = worker(sunrise, lat=None, lon=None)
    sunrise.lat, sunrise.lon = there
    sunrise.save()
    assert waiting.categories.get().cell == cell_of(*there)
    assert json.loads(waiting.categories.get().terms)["place"] == list(there)


def test_a_worker_who_changes_the_provider_takes_on_its_terms(wai):
    evening = provider("Evening", active=False)
    wai.provider = evening
    wai.save()
    assert terms()["active"] is False


def test_a_row_added_later_knows_what_was_written_since_the_worker_was_read(sunrise):
    wai = Worker.objects.create(provider=sunrise, name="Wai", phone="+8613800000010", sex="male")
    WorkerCategory.objects.create(worker=wai, category_id="repair")
    ServiceArea.objects.create(provider=Provider.objects.get(), grid_prefix="330106")
    WorkerCategory.objects.create(worker=wai, category_id="learning")
    rows = WorkerCategory.objects.all()
    assert {tuple(json.loads(each.terms)["areas"]) for each in rows} == {("330106",)}
    assert {each.cell for each in rows} == {cell_of(*HERE)}


def test_the_index_can_be_worked_out_anew_and_says_what_was_wrong(sunrise, wai):
    assert nearness.renew([sunrise.pk]) == 0
    WorkerCategory.objects.update(terms="{}", cell=1)
    assert nearness.renew([sunrise.pk]) == 1
    assert WorkerCategory.objects.get().cell == cell_of(*HERE)
    assert terms()["active"] is True


def test_the_cheapest_to_the_elder_is_the_price(sunrise, wai):
    for price, subsidy in [(9000, 0), (12000, 6000), (8000, 1000)]:
        Service.objects.create(
            provider=sunrise, category_id="repair", name="Taps",
            price_cents=price, subsidy_cents=subsidy,
        )  # fmt: skip
    assert terms()["price"] == [12000, 6000]
