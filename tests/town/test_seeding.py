"""Seeding: the same seed the same people, bounded, never over somebody's head."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.forms.models import model_to_dict

from config.town import Town
from config.town.seeding import Scale, settle
from elders.models import Elder, GridCell, LineHolder
from elders.selectors import callers
from providers.models import Provider, Worker
from tracking.models import Device, DeviceLink

SMALL = Scale(elders=60, providers=16, workers=48)


@pytest.fixture
def town():
    return Town(width_m=4000, height_m=4000, seed=3)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def people() -> list[dict[str, object]]:
    """Everybody, without the keys that a database gives."""
    rows: list[dict[str, object]] = []
    for model in (Elder, Provider, Worker):
        shown = model.objects.order_by("pk")
        rows += [
            model_to_dict(row, exclude=["id", "grid", "household", "provider"]) for row in shown
        ]
    return rows


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_town_and_another_seed_another(town, now):
    first = settled(town, now)
    assert settled(Town(width_m=4000, height_m=4000, seed=3), now) == first
    assert settled(Town(width_m=4000, height_m=4000, seed=4), now) != first


def settled(town, now) -> list[dict[str, object]]:
    """The people of a town that is gone again afterwards."""
    with transaction.atomic():
        settle(SMALL, town, now=now)
        found = people()
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
def test_elders_are_whole_people(town, now):
    settle(SMALL, town, now=now)
    assert Elder.objects.count() == 60
    for elder in Elder.objects.select_related("grid", "plan"):
        assert elder.name
        assert elder.name_zh
        assert elder.address_zh.startswith(tuple(line.name.zh for line in lines(town)))
        assert town.extent.contains(elder.lat, elder.lon)
        grid = GridCell.objects.get(elders=elder)
        assert grid.level == GridCell.Level.GRID
        assert GridCell.objects.filter(code=grid.code[:9], level=2).exists()
        assert elder.contacts.exists()
        assert elder.plan.notes == ""
        number = elder.holdings.get(rank=1).line.number
        assert elder in [caller.elder for caller in callers(number, now=now)]
    assert Elder.objects.exclude(household=None).exists()
    assert LineHolder.objects.filter(verified_at=None).exists()
    assert DeviceLink.objects.filter(elder__isnull=False).exists()
    assert all(elder.id_number.startswith("519901") for elder in Elder.objects.all())


def lines(town):
    return [*town.plan.ns, *town.plan.ew]


@pytest.mark.django_db
def test_workers_stand_in_the_town_with_a_telephone_that_says_so(town, now):
    settle(SMALL, town, now=now)
    assert Worker.objects.count() == 48
    for worker in Worker.objects.all():
        device = Device.objects.get(links__worker=worker)
        assert device.device_id == worker.phone[1:]
        assert (device.lat, device.lon) == (worker.lat, worker.lon)
        assert worker.categories.exclude(cell=None).exists()


@pytest.mark.django_db
def test_nobody_is_written_over_unless_told(now):
    seed = ["--elders", "9", "--providers", "2", "--workers", "3", "--extent-m", "3000x3000"]
    said = StringIO()
    call_command("seed_town", *seed, stdout=said)
    assert "9 elders, 2 providers and 3 workers" in said.getvalue()
    assert "Next:" in said.getvalue()
    with pytest.raises(CommandError, match="Somebody lives here already"):
        call_command("seed_town", *seed)
    assert Elder.objects.count() == 9
    call_command("seed_town", *seed, "--add", verbosity=0)
    assert (Elder.objects.count(), Provider.objects.count()) == (18, 4)
    assert Worker.objects.count() == 6


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("option", "value", "named"),
    [
        ("--elders", "-1", "--elders"),
        ("--elders", "many", "--elders"),
        ("--workers", "9999999999", "--workers"),
        ("--seed", "x", "--seed"),
        ("--anchor", "31.4", "--anchor"),
        ("--anchor", "99,10", "--anchor"),
        ("--anchor", "nan,10", "--anchor"),
        ("--extent-m", "6000", "--extent-m"),
        ("--extent-m", "5x5", "--extent-m"),
    ],
)
def test_a_wrong_argument_is_named_and_nothing_is_written(option, value, named):
    with pytest.raises(CommandError, match=named):
        call_command("seed_town", f"{option}={value}")
    assert not Elder.objects.exists()


@pytest.mark.django_db
def test_a_town_may_lie_elsewhere(now):
    call_command(
        "seed_town",
        "--elders=10",
        "--providers=1",
        "--workers=1",
        "--anchor=40.2,-75.3",
        "--extent-m=3000x3000",
        verbosity=0,
    )
    homes = list(Elder.objects.values_list("lat", "lon"))
    assert homes == [pytest.approx((40.2, -75.3), abs=0.03)] * 10


def test_a_bigger_town_has_more_room():
    assert Scale(elders=2000).size_m == (6000, 5000)
    width_m, height_m = Scale(elders=500_000).size_m
    assert pytest.approx(500_000 / (width_m * height_m / 1e6), rel=0.01) == 2000 / 30
