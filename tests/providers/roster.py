"""Workers by the dozen for the searches."""

from collections.abc import Sequence
from typing import Any

from providers import categories
from providers.models import Category, Provider, Worker, WorkerCategory

HERE = (30.2741, 120.1551)  # Mei's door


def provider(name: str = "Sunrise Kitchen", **changes: Any) -> Provider:
    categories.ensure()
    return Provider.objects.create(name=name, **{"lat": HERE[0], "lon": HERE[1], **changes})


def worker(
    provider: Provider, north_m: float = 0, *, category: str = "repair", **changes: Any
) -> Worker:
    """On duty and free, so many metres north of Mei's door."""
    facts: dict[str, Any] = {
        "name": f"Wai {north_m:g}",
        "phone": "+8613800000010",
        "sex": "female",
        "on_duty": True,
        "lat": HERE[0] + north_m / 110_850,
        "lon": HERE[1],
        **changes,
    }
    made = Worker.objects.create(provider=provider, **facts)
    WorkerCategory.objects.create(worker=made, category_id=category)
    return made


def crowd(
    provider: Provider, places: Sequence[tuple[float, float]], **changes: Any
) -> list[Worker]:
    """A worker at each place, by two statements."""
    workers = Worker.objects.bulk_create(
        Worker(
            provider=provider,
            name=f"Wai {n}",
            phone="+8613800000010",
            sex="female",
            on_duty=True,
            lat=lat,
            lon=lon,
            **changes,
        )
        for n, (lat, lon) in enumerate(places)
    )
    repair = Category.objects.get(code="repair")
    WorkerCategory.objects.bulk_create(
        WorkerCategory(worker=each, category=repair) for each in workers
    )
    return workers
