"""Writes the providers of a town and their workers into the register, a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from config.town import Town, numbers
from config.town.extent import dice
from config.town.trades import EVERY_DAY, Firm, Hand
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
from tracking.models import Device, DeviceLink

BATCH = 1000
LAPSED_LICENCES = 0.03
LOCAL_ONLY = 0.3  # of providers: they serve their own county (in a small town: township) alone
SUNDAYS_OFF = 0.3


class Roster:
    """`now` is when the town came to be; positions are of that moment."""

    def __init__(self, town: Town, *, now: datetime) -> None:
        self.town, self.now = town, now
        self.today = timezone.localdate(now)
        self.licensed = set(
            Category.objects.filter(needs_licence=True).values_list("code", flat=True)
        )
        self.firms: list[tuple[Firm, int]] = []
        """Every provider written, with its id."""

    def write_providers(self, batch: Sequence[int]) -> None:
        firms = [Firm(self.town, n) for n in batch]
        providers = [
            Provider(
                name=firm.name.en,
                name_zh=firm.name.zh,
                phone=firm.phone,
                lat=firm.address.lat,
                lon=firm.address.lon,
                rating=round(dice(self.town.seed, "rating", firm.n).uniform(3.8, 5.0), 1),
            )
            for firm in firms
        ]
        Provider.objects.bulk_create(providers)
        pairs = list(zip(firms, providers, strict=True))
        self.firms += [(firm, provider.pk) for firm, provider in pairs]
        Service.objects.bulk_create(
            Service(
                provider=provider,
                category_id=offer.category,
                name=offer.name.en,
                name_zh=offer.name.zh,
                price_cents=offer.price_cents,
                subsidy_cents=offer.subsidy_cents,
            )
            for firm, provider in pairs
            for offer in firm.offers
        )
        self._licences(pairs)
        OpeningHours.objects.bulk_create(
            OpeningHours(
                provider=provider, weekday=day, opens=firm.kind.opens, closes=firm.kind.closes
            )
            for firm, provider in pairs
            if not firm.always
            for day in EVERY_DAY
            if day < 6 or dice(self.town.seed, "sunday", firm.n).random() >= SUNDAYS_OFF
        )
        ServiceArea.objects.bulk_create(
            ServiceArea(provider=provider, grid_prefix=self._home_area(firm))
            for firm, provider in pairs
            if not firm.always and dice(self.town.seed, "area", firm.n).random() < LOCAL_ONLY
        )

    def _licences(self, pairs: list[tuple[Firm, Provider]]) -> None:
        Licence.objects.bulk_create(
            Licence(
                provider=provider,
                category_id=category,
                number=f"{category[:2].upper()}{self.today.year - 1}{firm.n:06}",
                valid_from=self.today - timedelta(days=400),
                valid_to=self.today + timedelta(days=-20 if self._lapsed(firm) else 3 * 365),
            )
            for firm, provider in pairs
            for category in firm.categories
            if category in self.licensed
        )

    def _lapsed(self, firm: Firm) -> bool:
        return not firm.always and dice(self.town.seed, "lapsed", firm.n).random() < LAPSED_LICENCES

    def _home_area(self, firm: Firm) -> str:
        """Its county, or its township where the whole town is one county."""
        code = self.town.cell_at((firm.address.lat, firm.address.lon))
        return code[:6] if self.town.grid.splits[0] > 1 else code[:9]

    def write_workers(self, batch: Sequence[int]) -> None:
        """Dealt out in turn to the providers written before."""
        hands, workers = [], []
        for n in batch:
            firm, provider_id = self.firms[n % len(self.firms)]
            hands.append(Hand(self.town, n, firm))
            workers.append(self._worker(hands[-1], provider_id))
        Worker.objects.bulk_create(workers)
        pairs = list(zip(hands, workers, strict=True))
        Shift.objects.bulk_create(
            Shift(worker=worker, weekday=day, starts=starts, ends=ends)
            for hand, worker in pairs
            if hand.facts.shift
            for starts, ends, days in (hand.facts.shift,)
            for day in days
        )
        # After all that binds them: each row takes a copy of it into the nearness index.
        WorkerCategory.objects.bulk_create(
            WorkerCategory(worker=worker, category_id=category)
            for hand, worker in pairs
            for category in hand.facts.categories
        )
        self._telephones(workers)

    def _worker(self, hand: Hand, provider_id: int) -> Worker:
        facts, capacity = hand.facts, hand.firm.kind.capacity
        return Worker(
            provider_id=provider_id,
            name=facts.name.en,
            name_zh=facts.name.zh,
            phone=hand.phone,
            sex=facts.sex,
            languages=facts.languages,
            skills=facts.skills,
            capacity=capacity,
            free=capacity,
            on_duty=facts.on_duty,
            duty_since=self.now,
            lat=facts.place[0],
            lon=facts.place[1],
            position_at=self.now,
            accuracy_m=facts.accuracy_m,
            mode=facts.mode,
            rating=facts.rating,
            reach_by=facts.reach_by,
        )

    def _telephones(self, workers: list[Worker]) -> None:
        """What reports where the workers are."""
        devices = [telephone(worker, now=self.now) for worker in workers]
        Device.objects.bulk_create(devices)
        DeviceLink.objects.bulk_create(
            DeviceLink(device=device, worker=worker, since=self.now)
            for device, worker in zip(devices, workers, strict=True)
        )


def telephone(worker: Worker, *, now: datetime) -> Device:
    """The device of a worker's telephone, not yet saved, where the worker stands."""
    return Device(
        device_id=numbers.device_of(worker.phone),
        name=f"Phone of {worker.name}",
        registered=True,
        last_heard_at=now,
        lat=worker.lat,
        lon=worker.lon,
        accuracy_m=worker.accuracy_m,
        fixed_at=now,
        received_at=now,
        source="osmand",
    )
