"""Reading the nearness index around a place: one statement, on SQLite and on PostgreSQL.

It carries no rules, which take longer to plan than to run; `reach.py` judges what it returns.
"""

from typing import Any, NamedTuple

from django.db import connection

from providers.cells import Disk


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
    lat: float | None
    lon: float | None
    position_at: str | None  # ISO, UTC; SQLite does not say so
    mode: str
    rating: float | None
    reach_by: str
    terms: str  # JSON


_COLUMNS = """
SELECT w.id, w.provider_id, w.name, w.name_zh, w.phone, w.sex, CAST(w.languages AS text),
       CAST(w.skills AS text), w.free, w.on_duty, w.lat, w.lon, CAST(w.position_at AS text),
       w.mode, w.rating, w.reach_by, wc.terms"""
_IN_CATEGORY = """
FROM providers_workercategory wc JOIN providers_worker w ON w.id = wc.worker_id
WHERE wc.category_id = %(category)s AND wc.cell IS NOT NULL"""
# PostgreSQL takes as long to weigh a list of ranges as to read them. OFFSET 0 keeps the steps in
# this order, so there is little left to plan: half the time, and no bad day with old statistics.
_IN_RANGES = """
FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS ring(first, last)
CROSS JOIN LATERAL (SELECT worker_id, terms FROM providers_workercategory
    WHERE category_id = %(category)s AND cell BETWEEN ring.first AND ring.last OFFSET 0) wc
CROSS JOIN LATERAL (SELECT * FROM providers_worker WHERE id = wc.worker_id OFFSET 0) w
WHERE true"""
_FREE = " AND w.on_duty AND w.free > 0"


def workers(category: str, disk: Disk, *, free_only: bool) -> list[Nearby]:
    """Everybody of a category in a disk; with `free_only`, those on duty with room for more."""
    params: dict[str, Any] = {"category": category}
    if disk.ranges is None:
        where = _IN_CATEGORY
    elif connection.vendor == "postgresql":
        where = _IN_RANGES
        # As text: psycopg looks every element of a list over.
        params["firsts"] = f"{{{','.join(str(first) for first, _ in disk.ranges)}}}"
        params["lasts"] = f"{{{','.join(str(last) for _, last in disk.ranges)}}}"
    else:
        either = " OR ".join(f"wc.cell BETWEEN {first} AND {last}" for first, last in disk.ranges)
        where = f"{_IN_CATEGORY} AND ({either})"
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS + where + (_FREE if free_only else ""), params)
        return [Nearby._make(row) for row in cursor.fetchall()]
