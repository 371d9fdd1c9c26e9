"""`python -m bench.match`: the nearest five able workers among 60,000, ours against PostGIS.

Ours is `reach.nearest`: every hard filter, with the exclusions near by explained. The peer is
`<->` on geography with an exact re-rank by `ST_Distance`, the same filters and columns, in the
same PostgreSQL, and with the best index for it that we know: GiST on (category, place). It runs as
PostgreSQL plans it and once more held to nested loops, which few would think of. All three take
turns at each place, and all must name the same five.
"""

import argparse
import os
import random
from datetime import UTC, date, datetime, time
from time import perf_counter
from typing import Any

from bench.figures import row
from tests.infra.postgres import Postgres

NOW = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)  # a Tuesday, 09:30 in Shanghai
GRID = "330106001"
K = 5
SLACK = 10  # `<->` measures on a sphere: so many more are fetched for the exact order

PEER = """
SELECT * FROM (
  SELECT w.id, w.provider_id, w.name, w.name_zh, w.phone, w.languages, w.lat, w.lon, w.position_at,
         w.mode, w.rating, w.reach_by, wc.place,
         (SELECT min(s.price_cents - s.subsidy_cents) FROM providers_service s
          WHERE s.provider_id = p.id AND s.category_id = c.code AND s.active) AS price
  FROM providers_workercategory wc
  JOIN providers_worker w ON w.id = wc.worker_id
  JOIN providers_provider p ON p.id = w.provider_id
  JOIN providers_category c ON c.code = wc.category_id
  WHERE wc.category_id = %(category)s AND p.active AND w.on_duty AND w.free > 0
    AND (NOT c.needs_licence OR EXISTS (
      SELECT 1 FROM providers_licence l WHERE l.provider_id = p.id AND l.category_id = c.code
      AND %(today)s BETWEEN l.valid_from AND l.valid_to))
    AND (NOT EXISTS (SELECT 1 FROM providers_openinghours h WHERE h.provider_id = p.id)
      OR EXISTS (SELECT 1 FROM providers_openinghours h WHERE h.provider_id = p.id
        AND h.weekday = %(weekday)s AND %(clock)s >= h.opens AND %(clock)s < h.closes))
    AND (NOT EXISTS (SELECT 1 FROM providers_shift h WHERE h.worker_id = w.id)
      OR EXISTS (SELECT 1 FROM providers_shift h WHERE h.worker_id = w.id
        AND h.weekday = %(weekday)s AND %(clock)s >= h.starts AND %(clock)s < h.ends))
    AND (NOT EXISTS (SELECT 1 FROM providers_servicearea a WHERE a.provider_id = p.id)
      OR EXISTS (SELECT 1 FROM providers_servicearea a WHERE a.provider_id = p.id
        AND starts_with(%(grid)s, a.grid_prefix)))
  ORDER BY wc.place <-> ST_Point(%(lon)s, %(lat)s)::geography LIMIT %(fetched)s
) near ORDER BY ST_Distance(place, ST_Point(%(lon)s, %(lat)s)::geography), id LIMIT %(k)s"""
NESTED = "SET enable_hashjoin = {0}; SET enable_mergejoin = {0}; SET enable_seqscan = {0}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workers", type=int, default=60_000)
    options.add_argument("--rounds", type=int, default=300)
    chosen = options.parse_args()
    with Postgres() as postgres:
        _set_up(postgres.database("bench"))
        settle(chosen.workers)
        times, differences = race(chosen.rounds)
    _report(times, differences, chosen.rounds)


def _set_up(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)


def settle(workers: int) -> None:
    """A prefecture of 25 towns and the country between them; three workers a provider, each in
    two categories; six in ten on duty, a good part of those with their hands full."""
    from django.db import connection, transaction

    from providers.models import Category

    dice = random.Random(1)
    towns = [
        (34.3 + 0.8 * dice.random(), 113.1 + dice.random(), dice.uniform(0.01, 0.05))
        for _ in range(25)
    ]
    with transaction.atomic():
        firms = _firms(dice, towns, list(Category.objects.all()), workers // 3)
        _hands(dice, towns, firms, workers)
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION postgis; CREATE EXTENSION btree_gist")
        cursor.execute("ALTER TABLE providers_workercategory ADD place geography(Point, 4326)")
        cursor.execute(
            "UPDATE providers_workercategory wc SET place = ST_Point(w.lon, w.lat)::geography "
            "FROM providers_worker w WHERE w.id = wc.worker_id"
        )
        cursor.execute("CREATE INDEX ON providers_workercategory USING gist (category_id, place)")
        cursor.execute("VACUUM FULL ANALYZE")


Towns = list[tuple[float, float, float]]


def _place(dice: random.Random, towns: Towns) -> dict[str, float]:
    if dice.random() < 0.3:
        return {"lat": 34.3 + 0.8 * dice.random(), "lon": 113.1 + dice.random()}
    lat, lon, spread = dice.choice(towns)
    return {"lat": dice.gauss(lat, spread), "lon": dice.gauss(lon, spread)}


def _firms(dice: random.Random, towns: Towns, categories: list[Any], count: int) -> Any:
    """(provider, its three categories), with what binds them."""
    from providers.models import Licence, OpeningHours, Provider, Service, ServiceArea

    providers = Provider.objects.bulk_create(
        Provider(name=f"P{n}", active=dice.random() < 0.97, **_place(dice, towns))
        for n in range(count)
    )
    firms = [(provider, dice.sample(categories, 3)) for provider in providers]
    pairs = [(provider, category) for provider, chosen in firms for category in chosen]
    Service.objects.bulk_create(
        Service(provider=provider, category=category, name="visit", price_cents=5000)
        for provider, category in pairs
    )
    Licence.objects.bulk_create(
        Licence(
            provider=provider,
            category=category,
            number="1",
            valid_from=date(2025, 1, 1),
            valid_to=date(2027 if dice.random() < 0.9 else 2026, 1, 1),
        )
        for provider, category in pairs
        if category.needs_licence
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(provider=provider, weekday=day, opens=time(8 + n % 3), closes=time(18))
        for n, provider in enumerate(providers)
        for day in range(7)
        if n % 10 < 3
    )
    ServiceArea.objects.bulk_create(
        ServiceArea(provider=provider, grid_prefix=dice.choice(["3301", "330106", "330107"]))
        for provider in providers
        if dice.random() < 0.3
    )
    return firms


def _hands(dice: random.Random, towns: Towns, firms: Any, count: int) -> None:
    from providers.models import Shift, Worker, WorkerCategory

    employed = [dice.choice(firms) for _ in range(count)]
    workers = Worker.objects.bulk_create(
        Worker(
            provider=provider,
            name=f"W{n}",
            phone="+8613800000010",
            sex="female",
            languages=["zh-hans"],
            skills=["first_aid"],
            capacity=2,
            free=dice.choice([0, 1, 1, 2]),
            on_duty=dice.random() < 0.6,
            position_at=NOW,
            **_place(dice, towns),
        )
        for n, (provider, _) in enumerate(employed)
    )
    Shift.objects.bulk_create(
        Shift(worker=worker, weekday=day, starts=time(6 + n % 6), ends=time(12 + n % 8))
        for n, worker in enumerate(workers)
        for day in range(7)
        if n % 10 < 3
    )
    WorkerCategory.objects.bulk_create(
        WorkerCategory(worker=worker, category=category)
        for worker, (_, chosen) in zip(workers, employed, strict=True)
        for category in dice.sample(chosen, 2)
    )


def race(rounds: int) -> tuple[dict[str, list[float]], int]:
    """Seconds of each contender, place by place; how often the five were not the same."""
    from django.db import connection

    from providers import reach
    from providers.models import Category, Worker
    from providers.need import Need

    dice = random.Random(2)
    categories = list(Category.objects.values_list("code", flat=True))
    known = Worker.objects.values_list("lat", "lon")
    places = [(lat, lon) for lat, lon in known if lat is not None and lon is not None]
    homes = dice.sample(places, rounds)
    times: dict[str, list[float]] = {"ours": [], "peer as planned": [], "peer nested": []}
    differences = 0
    with connection.cursor() as cursor:

        def peer(asked: dict[str, Any]) -> list[int]:
            cursor.execute(PEER, asked)
            return [row[0] for row in cursor.fetchall()]

        for warm in (False, True):
            for n, (lat, lon) in enumerate(homes):
                need = Need(category=categories[n % 8], lat=lat + 0.001, lon=lon, grid=GRID)
                asked = {
                    "category": need.category, "lat": need.lat, "lon": need.lon, "grid": GRID,
                    "today": "2026-03-10", "weekday": 1, "clock": "09:30:00",
                    "k": K, "fetched": K + SLACK,
                }  # fmt: skip
                start = perf_counter()
                reached = reach.nearest(need, k=K, now=NOW)
                laps = [perf_counter() - start]
                answers = [[each.worker_id for each in reached.candidates]]
                for held in ("on", "off"):
                    cursor.execute(NESTED.format(held))
                    start = perf_counter()
                    answers.append(peer(asked))
                    laps.append(perf_counter() - start)
                cursor.execute(NESTED.format("on"))
                differences += answers[0] != answers[1] or answers[0] != answers[2]
                if warm:
                    for name, lap in zip(times, laps, strict=True):
                        times[name].append(lap)
    connection.close()
    return times, differences


def _report(times: dict[str, list[float]], differences: int, rounds: int) -> None:
    ours = [lap * 1000 for lap in times["ours"]]
    for peer in ("peer as planned", "peer nested"):
        print(row(f"nearest {K}, PostGIS {peer[5:]}", ours, [lap * 1000 for lap in times[peer]]))
    print(f"{differences} of {2 * rounds} answers differed; the goal is a ratio of 0.50")


if __name__ == "__main__":
    main()
