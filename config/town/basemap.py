"""The town as a GeoJSON base map: a few hundred kB for `js/map/base.js` to draw.

Properties: `kind` block, park, water, building, road or label; a road has `class` avenue, street
or lane; a label has `class` district, park, water, estate or road, and its words `en` and `zh`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise
from math import cos, hypot, pi, sin
from typing import Any

from config.town.extent import Point, dice
from config.town.grid import Grid
from config.town.plan import Block, Node, Plan
from config.town.streets import Streets
from config.town.words import Name, place

BLOCKS_MOST = 600
BUILDINGS_MOST = 2200
COUNTRY_STEP_M = 700.0
ESTATES_MOST = 240
STREETS_NAMED_MOST = 220

Feature = dict[str, Any]


class Basemap:
    """Draws a plan; the middle of a wide town in full, its outskirts by their streets."""

    def __init__(self, plan: Plan, streets: Streets, grid: Grid) -> None:
        self.plan, self.streets, self.grid = plan, streets, grid
        self.central = sorted(plan.blocks, key=self._far)

    def collection(self) -> Feature:
        """The FeatureCollection, in the order in which it is to be drawn."""
        features = [
            self._area("block", [self._ring(block, 4) for block in self.central[:BLOCKS_MOST]]),
            self._area("park", [self._ring(block, 6) for block in self.plan.parks]),
            self._area("water", self._water()),
            *self._buildings(),
            *self._roads(),
            *self._labels(),
        ]
        return {"type": "FeatureCollection", "features": features}

    # --- shapes -----------------------------------------------------------------------------
    def _far(self, block: Block) -> tuple[float, Block]:
        u0, v0, u1, v1 = self.plan.bounds(block)
        return round(hypot(u0 + u1, v0 + v1)), block

    def _lon_lat(self, point: Point, digits: int = 5) -> list[float]:
        lat, lon = self.plan.extent.place(*point)
        return [round(lon, digits), round(lat, digits)]

    def _bent(self, points: Iterable[Point], digits: int = 5) -> list[list[float]]:
        return [self._lon_lat(self.plan.bend(u, v), digits) for u, v in points]

    def _closed(self, points: list[Point], digits: int = 5) -> list[list[float]]:
        return self._bent([*points, points[0]], digits)

    def _area(self, kind: str, rings: list[list[list[float]]]) -> Feature:
        geometry = {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}
        return {"type": "Feature", "properties": {"kind": kind}, "geometry": geometry}

    def _ring(self, block: Block, kerb_m: float) -> list[list[float]]:
        u0, v0, u1, v1 = self.plan.bounds(block, kerb_m=kerb_m)
        u, v = (u0 + u1) / 2, (v0 + v1) / 2
        corners = [(u0, v0), (u, v0), (u1, v0), (u1, v), (u1, v1), (u, v1), (u0, v1), (u0, v)]
        return self._closed(corners)

    def _water(self) -> list[list[list[float]]]:
        plan = self.plan
        steps = 120
        along = [plan.reach_u * (2 * k / steps - 1) for k in range(steps + 1)]
        shores: list[list[Point]] = [[], []]
        for shore, side in zip(shores, (1, -1), strict=True):
            for u in along:
                slope = (plan.river(u + 1) - plan.river(u - 1)) / 2
                shore.append((u, plan.river(u) + side * plan.river_half_m * hypot(1, slope)))
        u, v, half_u, half_v = plan.lake
        lake: list[Point] = []
        for k in range(36):
            turn = 2 * pi * k / 36
            wobble = 0.93 + 0.07 * sin(3 * turn)
            lake.append((u + half_u * wobble * cos(turn), v + half_v * wobble * sin(turn)))
        return [self._closed([*shores[0], *reversed(shores[1])]), self._closed(lake)]

    def _buildings(self) -> list[Feature]:
        if self.plan.step_m > COUNTRY_STEP_M:
            return []  # blocks of that size are fields
        features, count = [], 0
        lanes = set(self.plan.lanes)
        for block in self.central:
            rings = self._houses(block, lane=block in lanes)
            count += len(rings)
            if count > BUILDINGS_MOST:
                break
            if rings:
                features.append(self._area("building", rings))
        return features

    def _houses(self, block: Block, *, lane: bool) -> list[list[list[float]]]:
        """Rows of slabs that face south, as estates have, some missing."""
        chance = dice(self.plan.seed, "houses", block)
        u0, v0, u1, v1 = self.plan.bounds(block, kerb_m=16)
        columns = chance.choice((3, 4, 4, 5))
        rows = 2 * chance.choice((2, 2, 3))
        width, height = (u1 - u0) / columns, (v1 - v0) / rows
        rings = []
        for row in range(rows):
            deep = min(20.0, height * chance.choice((0.17, 0.21, 0.27)))
            for column in range(columns):
                u, v = u0 + (column + 0.5) * width, v0 + (row + 0.5) * height
                wide = min(45.0, width * chance.uniform(0.3, 0.42))
                on_lane = lane and abs(v - (v0 + v1) / 2) < deep + 9
                if chance.random() < 0.14 or on_lane:
                    continue
                if self.plan.wet(u, v, margin_m=wide + 12):
                    continue
                west, east, south, north = u - wide, u + wide, v - deep, v + deep
                corners = [(west, south), (east, south), (east, north), (west, north)]
                rings.append(self._closed(corners))
        return rings

    def _roads(self) -> list[Feature]:
        """All streets of a class as one feature; outlying lanes are left out."""
        central = set(self.central[:BLOCKS_MOST])
        last_i, last_j = 2 * len(self.plan.ns) - 2, 2 * len(self.plan.ew) - 2
        runs = [[(2 * line.index, k) for k in range(last_j + 1)] for line in self.plan.ns]
        runs += [[(k, 2 * line.index) for k in range(last_i + 1)] for line in self.plan.ew]
        runs += [
            [(2 * i + k, 2 * j + 1) for k in range(3)]
            for i, j in self.plan.lanes
            if (i, j) in central
        ]
        lines: dict[str, list[list[list[float]]]] = {"lane": [], "street": [], "avenue": []}
        for run in runs:
            for kind, nodes in self._pieces(run):
                lines[kind].append([self._lon_lat(self.streets.point[node]) for node in nodes])
        return [
            {
                "type": "Feature",
                "properties": {"kind": "road", "class": kind},
                "geometry": {"type": "MultiLineString", "coordinates": coordinates},
            }
            for kind, coordinates in lines.items()
        ]

    @cached_property
    def _built(self) -> dict[frozenset[Node], str]:
        return {frozenset((a, b)): kind for a, b, kind in self.streets.edges}

    def _pieces(self, run: list[Node]) -> Iterator[tuple[str, list[Node]]]:
        """The unbroken pieces of a street: where a stretch is missing a new one begins."""
        piece, kind = [run[0]], ""
        for a, b in pairwise([*run, (-1, -1)]):
            if found := self._built.get(frozenset((a, b))):
                kind = found
                piece.append(b)
                continue
            if len(piece) > 1:
                yield kind, piece
            piece = [b]

    # --- words ------------------------------------------------------------------------------
    def _label(self, kind: str, name: Name, at: list[float]) -> Feature:
        properties = {"kind": "label", "class": kind, "en": name.en, "zh": name.zh}
        geometry = {"type": "Point", "coordinates": at}
        return {"type": "Feature", "properties": properties, "geometry": geometry}

    def _middle(self, block: Block) -> list[float]:
        u0, v0, u1, v1 = self.plan.bounds(block)
        return self._lon_lat(self.plan.bend((u0 + u1) / 2, (v0 + v1) / 2))

    def _labels(self) -> list[Feature]:
        plan = self.plan
        labels = [
            self._label("district", cell.name, [cell.lon, cell.lat])
            for cell in self.grid.cells()
            if cell.level == 2
        ]
        for n, block in enumerate(plan.parks):
            stem = place(plan.seed + 3, n)
            label = Name(f"{stem.en} Park", f"{stem.zh}公园")
            labels.append(self._label("park", label, self._middle(block)))
        stem = place(plan.seed + 4, 0)
        for part in (-0.35, 0.3):
            u = part * plan.extent.width_m
            at = self._lon_lat(plan.bend(u, plan.river(u)))
            labels.append(self._label("water", Name(f"{stem.en} River", f"{stem.zh}江"), at))
        labels += [
            self._label("estate", plan.estate(block), self._middle(block))
            for block in self.central[:ESTATES_MOST]
        ]
        return labels + self._street_labels()

    def _street_labels(self) -> list[Feature]:
        """A street's name half way along every other block, the central ones first."""
        spots = []
        for i, j in self.central:
            if (i + j) % 2 == 0:
                spots.append((self.plan.ew[j], (2 * i + 1, 2 * j)))
            else:
                spots.append((self.plan.ns[i], (2 * i, 2 * j + 1)))
        known = [(line, node) for line, node in spots if node in self.streets.near]
        return [
            self._label("road", line.name, self._lon_lat(self.streets.point[node]))
            for line, node in known[:STREETS_NAMED_MOST]
        ]
