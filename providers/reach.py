"""The nearest workers who may be sent, and why the others near by may not.

Exact: disks of cells are widened until the k-th distance proves that nobody nearer was left
out. Distances are geodesics on WGS-84.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import ceil, log2
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from providers import nearby
from providers.cells import EVERYWHERE, Disk, cell_of, disk_around, distances_m
from providers.nearby import Nearby
from providers.need import Candidate, Code, Exclusion, Need, Reach
from providers.terms import Terms, barred

SEX_FOR = {"female_carer": "female", "male_carer": "male"}
EXPLAINED = 50  # exclusions kept; once as many are seen, wider disks are read for the free only
FIRST = 3  # level of the first disk in a region nothing is known of
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
    refused: Refused = {}
    candidates: list[Candidate] = []
    region = need.category, cell_of(need.lat, need.lon, REGION)
    level, explained = _begin.get(region, FIRST), False
    while True:
        disk = disk_around(need.lat, need.lon, level)
        fit = _fit(need, disk, refused, free_only=explained or level == EVERYWHERE)
        sure = _within(disk, fit)
        if sure >= k or level == EVERYWHERE:
            candidates = _bound(need, fit, refused, k=k, now=now)
            sure = sum(each.distance_m <= disk.sure_m for each in candidates)
        if sure >= k or level == EVERYWHERE:
            break
        explained = _within(disk, (found for found, _ in refused.values())) >= EXPLAINED
        level = _wider(level, wanted=k, got=sure)
    _remember(region, disk, candidates)
    return Reach(candidates, _explained(refused, candidates, k=k))


def _wider(level: int, *, wanted: int, got: int) -> int:
    """The level that should do if the crowd thins out evenly: each has twice the area."""
    return min(level + max(1, ceil(log2(wanted / max(got, 0.5)))), EVERYWHERE)


def _within(disk: Disk, found: Iterable[Found]) -> int:
    return sum(each.distance_m <= disk.sure_m for each in found)


def _remember(region: Region, disk: Disk, candidates: Sequence[Candidate]) -> None:
    """Begin where it is likely to end, next time. A wrong guess costs time and nothing else."""
    if len(_begin) >= REMEMBERED:
        _begin.clear()
    roomy = bool(candidates) and candidates[-1].distance_m < disk.sure_m * 0.6
    _begin[region] = max(0, min(disk.level, EVERYWHERE - 1) - roomy)


def _fit(need: Need, disk: Disk, refused: Refused, *, free_only: bool) -> list[Found]:
    """Whom nothing in their own row keeps away, nearest first; the others go to `refused`."""
    fit = []
    for found in _measured(need, nearby.workers(need.category, disk, free_only=free_only)):
        if refusal := _unfit(need, found.worker):
            refused[found.worker.worker_id] = found, refusal
        else:
            fit.append(found)
    return fit


def _measured(need: Need, workers: Sequence[Nearby]) -> list[Found]:
    if not workers:
        return []
    places = [_place(worker) for worker in workers]
    distances = distances_m((need.lat, need.lon), places).tolist()
    found = map(Found, distances, places, workers)
    return sorted(found, key=lambda each: (each.distance_m, each.worker.worker_id))


def _place(worker: Nearby) -> tuple[float, float]:
    """Their own position, else the provider's place: without either there is no cell."""
    if worker.lat is None or worker.lon is None:
        lat, lon = json.loads(worker.terms)["place"]
        return lat, lon
    return worker.lat, worker.lon


def _unfit(need: Need, worker: Nearby) -> Refusal | None:
    """What in the worker's row, set against the need, keeps the worker away."""
    plain = (
        (Code.OFF_DUTY, not worker.on_duty),
        (Code.BUSY, worker.free < 1),
        (Code.TRIED, worker.worker_id in need.tried),
        (Code.BLOCKED_WORKER, worker.worker_id in need.blocked_workers),
        (Code.BLOCKED_PROVIDER, worker.provider_id in need.blocked_providers),
    )
    for code, holds in plain:
        if holds:
            return Refusal(code)
    if not (need.requirements or need.skills):
        return None
    skills = json.loads(worker.skills)
    for requirement in need.requirements:
        sex = SEX_FOR.get(requirement)
        if not (worker.sex == sex if sex else requirement in skills):
            return Refusal(Code.REQUIREMENT, {"requirement": requirement})
    for skill in need.skills:
        if skill not in skills:
            return Refusal(Code.SKILL, {"skill": skill})
    return None


def _bound(
    need: Need, fit: Iterable[Found], refused: Refused, *, k: int, now: datetime
) -> list[Candidate]:
    """The first `k` whose terms allow it; those before them whose terms do not are `refused`."""
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    candidates: list[Candidate] = []
    for found in fit:
        terms: Terms = json.loads(found.worker.terms)
        if code := barred(terms, grid=need.grid, local=local):
            refused[found.worker.worker_id] = found, Refusal(code)
            continue
        candidates.append(_candidate(found, terms))
        if len(candidates) == k:
            break
    return candidates


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
