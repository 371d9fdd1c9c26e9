"""The gazetteer of a town: houses with their street and community, by which a place is told."""

from __future__ import annotations

from config.town import Town
from tracking.models import Landmark

MOST = 20_000
FROM = 10_000_000  # numbers of addresses that nobody lives at
BATCH = 2000


def write(town: Town, many: int) -> None:
    """So many, spread as the homes are; nothing where there are some."""
    if Landmark.objects.exists():
        return
    communities = {cell.code: cell.name for cell in town.cells() if cell.level == 3}
    found: list[Landmark] = []
    served: set[str] = set()  # communities with a station: their first place
    for n in range(min(many, MOST)):
        address = town.address(FROM + n)
        code = town.cell_at((address.lat, address.lon))[:-3]
        area = communities[code]
        found.append(
            Landmark(
                name=address.shop.en,
                name_zh=address.shop.zh,
                area=area.en,
                area_zh=area.zh,
                lat=address.lat,
                lon=address.lon,
                station=code not in served,
            )
        )
        served.add(code)
    Landmark.objects.bulk_create(found, batch_size=BATCH)
