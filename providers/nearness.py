"""Keeping the nearness index: per worker and category, the cell and a copy of the terms.

The search reads this index and the workers, nothing else: gathering the terms for each search
took as long as all the rest of it.
"""

import json
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import QuerySet, prefetch_related_objects

from providers.cells import cell_of
from providers.hours import interval
from providers.terms import Terms

if TYPE_CHECKING:
    from providers.models import WorkerCategory

CHUNK = 1000


BINDINGS = ("services", "licences", "opening_hours", "service_areas")
READ = ("category", "worker__shifts", *(f"worker__provider__{each}" for each in BINDINGS))


def fill(rows: "Sequence[WorkerCategory]") -> "list[WorkerCategory]":
    """Set cell and terms of rows, stored or not; those of them that had been out of date."""
    prefetch_related_objects(rows, *READ)
    stale = []
    for row in rows:
        before = row.cell, row.terms
        place = row.worker.place
        row.cell = None if place is None else cell_of(*place)
        row.terms = json.dumps(terms_of(row))
        if before != (row.cell, row.terms):
            stale.append(row)
    return stale


def refresh(rows: "QuerySet[WorkerCategory]") -> int:
    """Work out cell and terms of stored rows anew; how many had been out of date."""
    changed = 0
    stored = rows.select_related("worker__provider").iterator(chunk_size=CHUNK)
    while chunk := list(islice(stored, CHUNK)):
        stale = fill(chunk)
        rows.model._default_manager.bulk_update(stale, ["cell", "terms"], batch_size=100)
        changed += len(stale)
    return changed


def terms_of(row: "WorkerCategory") -> Terms:
    """What binds the worker in the row's category, from the register itself."""
    provider, category = row.worker.provider, row.category
    services = [each for each in provider.services.all() if each.category_id == category.pk]
    on = [each for each in services if each.active]
    prices = [(each.price_cents, each.subsidy_cents) for each in on]
    licences = [
        (each.valid_from.isoformat(), each.valid_to.isoformat())
        for each in provider.licences.all()
        if each.category_id == category.pk
    ]
    return Terms(
        active=provider.active,
        offered=bool(on) or not services,
        licences=sorted(licences) if category.needs_licence else None,
        hours=sorted(
            interval(each.weekday, each.opens, each.closes) for each in provider.opening_hours.all()
        ),
        shifts=sorted(
            interval(each.weekday, each.starts, each.ends) for each in row.worker.shifts.all()
        ),
        areas=sorted(each.grid_prefix for each in provider.service_areas.all()),
        price=min(prices, key=lambda each: (each[0] - each[1], each), default=None),
        place=provider.place,
    )
