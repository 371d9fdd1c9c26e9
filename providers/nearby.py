"""Reading the register around a place: two plain statements, the same on SQLite and PostgreSQL.

The first finds the workers of a category in a disk of cells, the second what binds the few of
them who might be sent. They carry no rules: planning a statement that did took longer than
running it. `reach.py` judges.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from providers.cells import Disk
from providers.hours import Interval


class Nearby(NamedTuple):
    """A worker of the category inside a disk; the fields are `_COLUMNS`."""

    worker_id: int
    provider_id: int
    name: str
    name_zh: str
    phone: str
    sex: str
    languages: str  # JSON
    skills: str  # JSON
    free: int
    on_duty: bool
    provider_active: bool
    lat: float
    lon: float
    position_at: str | None  # ISO, UTC; SQLite does not say so
    mode: str
    rating: float | None
    reach_by: str


_COLUMNS = """
SELECT w.id, w.provider_id, w.name, w.name_zh, w.phone, w.sex, CAST(w.languages AS text),
       CAST(w.skills AS text), w.free, w.on_duty, p.active, COALESCE(w.lat, p.lat),
       COALESCE(w.lon, p.lon), CAST(w.position_at AS text), w.mode, w.rating, w.reach_by"""
_IN_CATEGORY = """
FROM providers_workercategory wc
JOIN providers_worker w ON w.id = wc.worker_id
JOIN providers_provider p ON p.id = w.provider_id
WHERE wc.category_id = %(category)s AND wc.cell IS NOT NULL"""
# PostgreSQL takes as long to weigh a list of ranges as to read them. OFFSET 0 keeps the steps in
# this order, so there is little left to plan: half the time, and no bad day with old statistics.
_IN_RANGES = """
FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS ring(first, last)
CROSS JOIN LATERAL (SELECT worker_id FROM providers_workercategory
    WHERE category_id = %(category)s AND cell BETWEEN ring.first AND ring.last OFFSET 0) wc
CROSS JOIN LATERAL (SELECT * FROM providers_worker WHERE id = wc.worker_id OFFSET 0) w
CROSS JOIN LATERAL (SELECT * FROM providers_provider WHERE id = w.provider_id OFFSET 0) p
WHERE true"""
_FREE = " AND w.on_duty AND w.free > 0 AND p.active"


def workers(category: str, disk: Disk, *, free_only: bool) -> list[Nearby]:
    """Everybody of a category in a disk; with `free_only`, those on duty with room for more."""
    params: dict[str, Any] = {"category": category}
    if disk.ranges is None:
        where = _IN_CATEGORY
    elif connection.vendor == "postgresql":
        where = _IN_RANGES
        params["firsts"], params["lasts"] = map(list, zip(*disk.ranges, strict=True))
    else:
        either = " OR ".join(f"wc.cell BETWEEN {first} AND {last}" for first, last in disk.ranges)
        where = f"{_IN_CATEGORY} AND ({either})"
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS + where + (_FREE if free_only else ""), params)
        return [Nearby._make(row) for row in cursor.fetchall()]


@dataclass(slots=True)
class Terms:
    """What binds some workers and their providers, by id, for one category on one day.

    Absent from `hours`, `shifts` or `areas` means unbound. `offered` is whether any service is
    on, `price` the cheapest one to the elder as (price, subsidy) in cents.
    """

    needs_licence: bool = False
    licensed: set[int] = field(default_factory=set)
    hours: dict[int, list[Interval]] = field(default_factory=dict)
    shifts: dict[int, list[Interval]] = field(default_factory=dict)
    areas: dict[int, list[str]] = field(default_factory=dict)
    offered: dict[int, bool] = field(default_factory=dict)
    price: dict[int, tuple[int, int]] = field(default_factory=dict)


_TERMS = """
SELECT 'category', 0, CASE WHEN needs_licence THEN 1 ELSE 0 END, '', ''
FROM providers_category WHERE code = %(category)s
UNION ALL SELECT 'licence', provider_id, 0, '', '' FROM providers_licence
WHERE provider_id IN ({providers}) AND category_id = %(category)s
  AND valid_from <= %(today)s AND valid_to >= %(today)s
UNION ALL SELECT 'hours', provider_id, weekday, CAST(opens AS text), CAST(closes AS text)
FROM providers_openinghours WHERE provider_id IN ({providers})
UNION ALL SELECT 'shift', worker_id, weekday, CAST(starts AS text), CAST(ends AS text)
FROM providers_shift WHERE worker_id IN ({workers})
UNION ALL SELECT 'area', provider_id, 0, grid_prefix, ''
FROM providers_servicearea WHERE provider_id IN ({providers})
UNION ALL SELECT 'service', provider_id, CASE WHEN active THEN 1 ELSE 0 END,
       CAST(price_cents AS text), CAST(subsidy_cents AS text)
FROM providers_service WHERE provider_id IN ({providers}) AND category_id = %(category)s"""


def terms(category: str, near: Collection[Nearby], *, today: date) -> Terms:
    """What binds these workers; `today` is the town's date."""
    found = Terms()
    if not near:
        return found
    sql = _TERMS.format(
        providers=",".join({str(one.provider_id) for one in near}),
        workers=",".join(str(one.worker_id) for one in near),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"category": category, "today": today.isoformat()})
        for row in cursor.fetchall():
            _note(found, *row)
    return found


def _note(found: Terms, kind: str, owner: int, number: int, first: str, second: str) -> None:
    match kind:
        case "category":
            found.needs_licence = bool(number)
        case "licence":
            found.licensed.add(owner)
        case "hours":
            found.hours.setdefault(owner, []).append(Interval(number, first, second))
        case "shift":
            found.shifts.setdefault(owner, []).append(Interval(number, first, second))
        case "area":
            found.areas.setdefault(owner, []).append(first)
        case "service":
            found.offered[owner] = found.offered.get(owner, False) or bool(number)
            if number:
                offer = int(first), int(second)
                best = found.price.get(owner, offer)
                found.price[owner] = min(best, offer, key=lambda each: (each[0] - each[1], each))
