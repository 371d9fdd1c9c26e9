"""The nearest workers who may be sent, and why the others near by may not.

Exact: disks of cells are widened until the k-th distance proves that nobody nearer was left
out. Distances are geodesics on WGS-84.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import ceil, floor, log
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings

from providers import nearby
from providers.cells import EVERYWHERE, GROWTH, Disk, cell_of, disk_around, distances_m
from providers.nearby import Nearby
from providers.need import Candidate, Code, Exclusion, Need, Reach
from providers.terms import Terms, barred

SEX_FOR = {"female_carer": "female", "male_carer": "male"}
EXPLAINED = 50  # exclusions kept; once as many are seen, wider disks are read for the free only
ELBOW_ROOM = 1.15  # of the distance to the last candidate, where the next search begins
FIRST = 7  # level of the first disk in a region nothing is known of
REGION = 6  # H3 resolution, cells of about 36 km²: where the crowd is taken to be alike
REMEMBERED = 20_000  # regions


class Found(NamedTuple):
    distance_m: float
    place: tuple[float, float]
    worker: Nearby


class Refusal(NamedTuple):
    code: Code
    params: dict[str, str] = {}


Refused = dict[int, tuple[Found, Refusal]]
Region = tuple[str, int]  # a category in a coarse cell
_begin: dict[Region, int] = {}


def nearest(need: Need, *, k: int, now: datetime) -> Reach:
    """The `k` nearest workers who pass every hard filter, or all there are if they are fewer.

    Exclusions are those nearer than the last candidate, at most `EXPLAINED`.
    """
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    region = need.category, cell_of(need.lat, need.lon, REGION)
    refused: Refused = {}
    level = _begin.get(region, FIRST)
    while True:
        disk = disk_around(need.lat, need.lon, level)
        free_only = level == EVERYWHERE or len(refused) >= EXPLAINED
        near = _measured(need, disk, nearby.workers(need.category, disk, free_only=free_only))
        candidates = _fit(need, near, refused, k=k, local=local)
        if len(candidates) == k or level == EVERYWHERE:
            break
        level = _wider(level, wanted=k, got=len(candidates))
    _remember(region, disk, candidates)
    return Reach(candidates, _explained(refused, candidates, k=k))


def _wider(level: int, *, wanted: int, got: int) -> int:
    """The level that should do if the crowd is as dense further out."""
    steps = ceil(log(wanted / max(got, 0.5), GROWTH))
    return min(level + max(1, steps), EVERYWHERE)


def _remember(region: Region, disk: Disk, candidates: Sequence[Candidate]) -> None:
    """Begin where it is likely to end, next time. A wrong guess costs time and nothing else."""
    if len(_begin) >= REMEMBERED:
        _begin.clear()
    level = min(disk.level, EVERYWHERE - 1)
    if candidates and disk.level < EVERYWHERE:
        spare = disk.sure_m / max(candidates[-1].distance_m * ELBOW_ROOM, 1)
        level -= max(0, floor(log(spare * spare, GROWTH)))
    _begin[region] = max(0, level)


def _measured(need: Need, disk: Disk, workers: Sequence[Nearby]) -> list[Found]:
    """Those of whom the disk is sure, nearest first."""
    if not workers:
        return []
    places = [_place(worker) for worker in workers]
    distances = distances_m((need.lat, need.lon), np.array(places)).tolist()
    found = [each for each in map(Found, distances, places, workers) if each[0] <= disk.sure_m]
    return sorted(found, key=lambda each: (each.distance_m, each.worker.worker_id))


def _place(worker: Nearby) -> tuple[float, float]:
    """Their own position, else the provider's place: without either there is no cell."""
    if worker.lat is None or worker.lon is None:
        lat, lon = json.loads(worker.terms)["place"]
        return lat, lon
    return worker.lat, worker.lon


def _fit(
    need: Need, near: Iterable[Found], refused: Refused, *, k: int, local: datetime
) -> list[Candidate]:
    """The first `k` who may be sent; those before them who may not go to `refused`."""
    candidates: list[Candidate] = []
    for found in near:
        if refusal := _unfit(need, found.worker):
            refused[found.worker.worker_id] = found, refusal
            continue
        terms: Terms = json.loads(found.worker.terms)
        if code := barred(terms, grid=need.grid, local=local):
            refused[found.worker.worker_id] = found, Refusal(code)
            continue
        candidates.append(_candidate(found, terms))
        if len(candidates) == k:
            break
    return candidates


def _unfit(need: Need, worker: Nearby) -> Refusal | None:
    """What in the worker's row, set against the need, keeps the worker away."""
    if not worker.on_duty:
        return Refusal(Code.OFF_DUTY)
    if worker.free < 1:
        return Refusal(Code.BUSY)
    if worker.worker_id in need.tried:
        return Refusal(Code.TRIED)
    if worker.worker_id in need.blocked_workers:
        return Refusal(Code.BLOCKED_WORKER)
    if worker.provider_id in need.blocked_providers:
        return Refusal(Code.BLOCKED_PROVIDER)
    if need.requirements or need.skills:
        return _lacking(need, worker)
    return None


def _lacking(need: Need, worker: Nearby) -> Refusal | None:
    """The requirement or the skill that the worker does not meet."""
    skills = json.loads(worker.skills)
    for requirement in need.requirements:
        sex = SEX_FOR.get(requirement)
        if not (worker.sex == sex if sex else requirement in skills):
            return Refusal(Code.REQUIREMENT, {"requirement": requirement})
    for skill in need.skills:
        if skill not in skills:
            return Refusal(Code.SKILL, {"skill": skill})
    return None


def _candidate(found: Found, terms: Terms) -> Candidate:
    worker = found.worker
    price, subsidy = terms["price"] or (None, 0)
    return Candidate(
        worker_id=worker.worker_id,
        provider_id=worker.provider_id,
        name=worker.name,
        name_zh=worker.name_zh,
        phone=worker.phone,
        reach_by=worker.reach_by,
        mode=worker.mode,
        lat=found.place[0],
        lon=found.place[1],
        position_at=_instant(worker.position_at),
        distance_m=found.distance_m,
        languages=tuple(json.loads(worker.languages)),
        rating=worker.rating,
        price_cents=price,
        subsidy_cents=subsidy,
    )


def _explained(refused: Refused, candidates: Sequence[Candidate], *, k: int) -> list[Exclusion]:
    """Every refusal nearer than the last of `k` candidates, the nearest first."""
    limit = candidates[-1].distance_m if len(candidates) == k else float("inf")
    nearer = [each for each in refused.values() if each[0].distance_m <= limit]
    nearer.sort(key=lambda each: (each[0].distance_m, each[0].worker.worker_id))
    return [
        Exclusion(
            worker_id=found.worker.worker_id,
            name=found.worker.name,
            name_zh=found.worker.name_zh,
            code=refusal.code,
            distance_m=found.distance_m,
            params=refusal.params,
        )
        for found, refusal in nearer[:EXPLAINED]
    ]


def _instant(stored: str | None) -> datetime | None:
    if stored is None:
        return None
    instant = datetime.fromisoformat(stored)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
