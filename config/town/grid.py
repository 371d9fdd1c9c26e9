"""The four administrative levels of a town: county, township, community, grid.

A code begins with its parent's: six digits, then three more at each level, as in China. They
begin with 5199, which no place has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from config.town import words
from config.town.extent import Extent, Place
from config.town.words import Name

LEVELS = ("county", "township", "community", "grid")
SUFFIX = (("County", "县"), ("Town", "镇"), ("Community", "社区"))
FIRST_DIGITS = "5199"


@dataclass(frozen=True)
class Cell:
    """One cell: `level` 1 county to 4 grid, its middle as a place."""

    code: str
    level: int
    name: Name
    lat: float
    lon: float

    @property
    def parent(self) -> str:
        """The parent's code; empty for a county."""
        return self.code[:-3] if self.level > 1 else ""


class Grid:
    """Rectangles within rectangles: how many a side at each level grows with the town."""

    def __init__(self, extent: Extent, seed: int) -> None:
        self.extent, self.seed = extent, seed
        side_km = max(extent.width_m, extent.height_m) / 1000
        counties = max(1, min(4, round(side_km / 25)))
        townships = max(2, min(4, round(side_km / counties / 5)))
        self.splits = (counties, townships, 3, 2)

    def cells(self) -> Iterator[Cell]:
        """Every cell, parents before their children."""
        for level in range(1, 5):
            count = self._count(level)
            for row, column in product(range(count), repeat=2):
                yield self._cell(level, row, column)

    def code_at(self, place: Place) -> str:
        """The code of the grid cell a place lies in; a place outside belongs to the nearest."""
        lat, lon = place
        high = (lat - self.extent.south) / (self.extent.north - self.extent.south)
        wide = (lon - self.extent.west) / (self.extent.east - self.extent.west)
        count = self._count(4)
        row, column = (min(count - 1, max(0, int(part * count))) for part in (high, wide))
        return self._code(4, row, column)

    def _count(self, level: int) -> int:
        count = 1
        for split in self.splits[:level]:
            count *= split
        return count

    def _code(self, level: int, row: int, column: int) -> str:
        split = self.splits[level - 1]
        number = (row % split) * split + column % split + 1
        if level == 1:
            return f"{FIRST_DIGITS}{number:02}"
        return f"{self._code(level - 1, row // split, column // split)}{number:03}"

    def _name(self, level: int, row: int, column: int) -> Name:
        if level == 4:
            split = self.splits[3]
            parent = self._name(3, row // split, column // split)
            number = (row % split) * split + column % split + 1
            return Name(f"{parent.en}, grid {number}", f"{parent.zh}第{number}网格")
        before = sum(self._count(k) ** 2 for k in range(1, level))
        stem = words.place(self.seed + 2, before + row * self._count(level) + column)
        suffix, suffix_zh = SUFFIX[level - 1]
        return Name(f"{stem.en} {suffix}", stem.zh + suffix_zh)

    def _cell(self, level: int, row: int, column: int) -> Cell:
        count = self._count(level)
        extent = self.extent
        lat = extent.south + (row + 0.5) / count * (extent.north - extent.south)
        lon = extent.west + (column + 0.5) / count * (extent.east - extent.west)
        name = self._name(level, row, column)
        return Cell(self._code(level, row, column), level, name, round(lat, 6), round(lon, 6))
