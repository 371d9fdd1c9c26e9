"""Keeping the nearness index: per worker and category, the cell and a copy of the terms.

The search reads this index and the workers, nothing else: gathering the terms for each search
took as long as all the rest of it.

A copy is worked out under a lock on the provider and the worker, from what is read after the
lock: two writers at once leave the terms of the later one, and a worker who moves meanwhile the
newer cell.
"""

import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction

from providers.cells import cell_of
from providers.hours import interval
from providers.terms import Terms

if TYPE_CHECKING:
    from providers.models import Category, Worker, WorkerCategory

CHUNK = 500
BINDINGS = ("services", "licences", "opening_hours", "service_areas")


def renew(providers: Collection[int], **which: Any) -> int:
    """Work out anew the rows of these providers' workers, or those of them that `which`
    filters; how many had been out of date."""
    changed = 0
    rows = apps.get_model("providers", "WorkerCategory")._default_manager
    for start in range(0, len(providers), CHUNK):
        ids = sorted(providers)[start : start + CHUNK]
        with transaction.atomic():
            _lock(ids)
            stale = _filled(list(rows.filter(worker__provider__in=ids, **which)))
            rows.bulk_update(stale, ["cell", "terms"], batch_size=100)
        changed += len(stale)
    return changed


def fill(rows: "Sequence[WorkerCategory]") -> None:
    """Set cell and terms of rows about to be stored in the same transaction."""
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        _lock(sorted({row.worker.provider_id for row in chunk}))
        _filled(chunk)


def _lock(providers: Sequence[int]) -> None:
    chosen = apps.get_model("providers", "Provider")._default_manager.filter(pk__in=providers)
    list(chosen.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _filled(rows: "Sequence[WorkerCategory]") -> "list[WorkerCategory]":
    """Set cell and terms from the register; the rows that had been out of date."""
    if not rows:
        return []
    workers = _workers({row.worker_id for row in rows})
    categories = apps.get_model("providers", "Category")._default_manager.in_bulk()
    stale = []
    for row in rows:
        before, worker = (row.cell, row.terms), workers[row.worker_id]
        row.cell = None if worker.place is None else cell_of(*worker.place)
        row.terms = json.dumps(terms_of(worker, categories[row.category_id]))
        if before != (row.cell, row.terms):
            stale.append(row)
    return stale


def _workers(ids: Collection[int]) -> "dict[int, Worker]":
    """Read anew, whatever the caller holds, with all that binds them."""
    workers = apps.get_model("providers", "Worker")._default_manager.filter(pk__in=ids)
    locked = workers.order_by("pk").select_for_update(no_key=True, of=("self",))
    provided = locked.select_related("provider").prefetch_related(
        "shifts", *(f"provider__{each}" for each in BINDINGS)
    )
    return {worker.pk: worker for worker in provided}


def terms_of(worker: "Worker", category: "Category") -> Terms:
    """What binds the worker in the category, from the register itself."""
    provider = worker.provider
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
            interval(each.weekday, each.starts, each.ends) for each in worker.shifts.all()
        ),
        areas=sorted(each.grid_prefix for each in provider.service_areas.all()),
        price=min(prices, key=lambda each: (each[0] - each[1], each), default=None),
        place=provider.place,
    )
