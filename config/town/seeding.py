"""Fills an empty house with a town: elders, providers, workers, in one transaction.

    settle(Scale(elders=2000, providers=60, workers=240), Town(seed=7), now=now)

The same scale, town and `now` write the same rows. Memory stays bounded: what is read of the town
is read a batch at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from django.db import transaction

from config.town import Town, landmarks, register, roster
from elders.models import Elder
from providers import categories
from providers.models import Provider, Worker

# The demo's own town: 2,000 elders on 6 by 5 kilometres; a bigger one is as densely peopled.
DEMO_WIDTH_M, DEMO_HEIGHT_M, DEMO_ELDERS = 6000.0, 5000.0, 2000

Progress = Callable[[int], object]


@dataclass(frozen=True)
class Scale:
    """How many people a town has."""

    elders: int = 2000
    providers: int = 60
    workers: int = 240

    @property
    def people(self) -> int:
        """Rows that a progress bar counts."""
        return self.elders + self.providers + self.workers

    @property
    def size_m(self) -> tuple[float, float]:
        """Width and height of a town for so many, at least the demo's and at most 190 km."""
        factor = max(1.0, sqrt(self.elders / DEMO_ELDERS))
        width = min(190_000.0, DEMO_WIDTH_M * factor)
        return width, width * DEMO_HEIGHT_M / DEMO_WIDTH_M


def is_empty() -> bool:
    """Whether nobody lives here yet."""
    return not (Elder.objects.exists() or Provider.objects.exists())


def settle(
    scale: Scale, town: Town, *, now: datetime, progress: Progress = lambda done: None
) -> None:
    """Writes everybody, or nobody; beside those who live there already, if any.

    `progress` is told how many more are done, now and then.
    """
    with transaction.atomic():
        categories.ensure()
        landmarks.write(town, scale.elders)
        people = register.Register(town, now=now)
        there = Elder.objects.count()
        for batch in _batches(there + there % 2, scale.elders, register.BATCH):
            people.write(batch)
            progress(len(batch))
        trade = roster.Roster(town, now=now)
        for batch in _batches(Provider.objects.count(), scale.providers, roster.BATCH):
            trade.write_providers(batch)
            progress(len(batch))
        for batch in _batches(Worker.objects.count(), scale.workers, roster.BATCH):
            trade.write_workers(batch)
            progress(len(batch))


def _batches(first: int, many: int, size: int) -> Iterator[range]:
    for start in range(first, first + many, size):
        yield range(start, min(first + many, start + size))
