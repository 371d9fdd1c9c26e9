"""The town's plan: lines of streets, a river, a lake and parks, on squared paper, then bent.

On the plan (u, v) streets are straight; `Plan.bend` turns and warps it so that the town looks
grown. Half steps of the lattice are points too: node (2i, 2j) is a crossing, an odd index lies
half way between two lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import ceil, cos, hypot, pi, radians, sin

from config.town import words
from config.town.extent import Extent, Point, dice

STREET_M = 460.0
LINES_MOST = 56
HALF_WIDTH_M = {"avenue": 17.0, "street": 11.0, "lane": 6.0}

Node = tuple[int, int]
Block = tuple[int, int]


@dataclass(frozen=True)
class Line:
    """One street from edge to edge: `runs` ns or ew, at `at` metres of the plan."""

    index: int
    runs: str
    kind: str
    at: float
    name: words.Name


class Plan:
    """Everything that is drawn before anybody lives there; the same for the same seed."""

    def __init__(self, extent: Extent, seed: int) -> None:
        self.extent, self.seed = extent, seed
        chance = dice(seed, "plan")
        self.turn = radians(chance.uniform(5, 11))
        wide, tall = extent.width_m / 2, extent.height_m / 2
        self.reach_u = wide * cos(self.turn) + tall * sin(self.turn) + STREET_M
        self.reach_v = tall * cos(self.turn) + wide * sin(self.turn) + STREET_M
        self.step_m = max(STREET_M, 2 * max(self.reach_u, self.reach_v) / LINES_MOST)
        self.sway = [(chance.uniform(0.14, 0.2), chance.uniform(0, 2 * pi)) for _ in range(2)]
        self.ns = self._lines("ns", self.reach_u)
        self.ew = self._lines("ew", self.reach_v)
        self.river_half_m = min(150.0, 0.13 * self.step_m)
        self.river_at = chance.choice((-1, 1)) * chance.uniform(0.18, 0.3) * extent.height_m
        self.river_phase = chance.uniform(0, 2 * pi)

    def _lines(self, runs: str, reach: float) -> list[Line]:
        chance = dice(self.seed, "lines", runs)
        count = ceil(2 * reach / self.step_m)
        middle = count // 2
        order = sorted(range(count), key=lambda i: (abs(i - middle), i))
        first = 0 if runs == "ew" else 1
        lines = []
        for i in range(count):
            kind = "avenue" if (i - middle) % 4 == 0 else "street"
            at = -reach + (i + 0.5 + chance.uniform(-0.16, 0.16)) * self.step_m
            name = words.street(self.seed, 2 * order.index(i) + first, kind, runs)
            lines.append(Line(i, runs, kind, at, name))
        return lines

    # --- geometry ---------------------------------------------------------------------------
    def bend(self, u: float, v: float) -> Point:
        """Metres from the centre of a point of the plan: swayed, then turned."""
        (size_u, phase_u), (size_v, phase_v) = self.sway
        swayed_u = u + size_u * self.step_m * sin(v / (1.7 * self.step_m) + phase_u)
        swayed_v = v + size_v * self.step_m * sin(u / (2.1 * self.step_m) + phase_v)
        turn_cos, turn_sin = cos(self.turn), sin(self.turn)
        return swayed_u * turn_cos - swayed_v * turn_sin, swayed_u * turn_sin + swayed_v * turn_cos

    def inside(self, u: float, v: float) -> bool:
        """Whether a point of the plan falls within the extent, once bent."""
        x, y = self.bend(u, v)
        return abs(x) <= 0.497 * self.extent.width_m and abs(y) <= 0.497 * self.extent.height_m

    def on_plan(self, node: Node) -> Point:
        """(u, v) of a lattice node."""
        return self._at(self.ns, node[0]), self._at(self.ew, node[1])

    @staticmethod
    def _at(lines: list[Line], doubled: int) -> float:
        low = lines[doubled // 2].at
        return low if doubled % 2 == 0 else (low + lines[doubled // 2 + 1].at) / 2

    # --- water and green --------------------------------------------------------------------
    def river(self, u: float) -> float:
        """v of the river's middle at u."""
        swing = 0.5 * self.step_m * sin(u / (2.6 * self.step_m) + self.river_phase)
        return self.river_at + 0.12 * u + swing

    def wet(self, u: float, v: float, *, margin_m: float = 0.0) -> bool:
        """Whether a point lies in the river, the lake, or within a margin of them."""
        slope = (self.river(u + 1) - self.river(u - 1)) / 2
        if abs(v - self.river(u)) / hypot(1, slope) < self.river_half_m + margin_m:
            return True
        lake_u, lake_v, half_u, half_v = self.lake
        return hypot((u - lake_u) / (half_u + margin_m), (v - lake_v) / (half_v + margin_m)) < 1

    @cached_property
    def parks(self) -> list[Block]:
        """Blocks that are green, the first with the lake in it; one in eighteen, off the river."""
        chance = dice(self.seed, "parks")
        i, j = len(self.ns) // 2, len(self.ew) // 2
        near = sorted(self._all_blocks(), key=lambda b: (hypot(b[0] - i, b[1] - j), b))
        dry = [b for b in near if self._off_river(b)]
        close = dry[2 : max(4, len(dry) // 4)]
        first = chance.sample(close, min(2, len(close)))
        rest = [b for b in dry if b not in first]
        return first + chance.sample(rest, min(len(rest), len(near) // 18))

    @cached_property
    def lake(self) -> tuple[float, float, float, float]:
        """(u, v) of its middle and its half width and height, inside the first park."""
        if not self.parks:
            return 0.0, 10 * self.reach_v, 1.0, 1.0
        u0, v0, u1, v1 = self.bounds(self.parks[0])
        return (u0 + u1) / 2, (v0 + v1) / 2, 0.3 * (u1 - u0), 0.26 * (v1 - v0)

    def _off_river(self, block: Block) -> bool:
        u0, v0, u1, v1 = self.bounds(block)
        u, half = (u0 + u1) / 2, (v1 - v0) / 2
        return abs((v0 + v1) / 2 - self.river(u)) > self.river_half_m + half + 0.3 * self.step_m

    # --- blocks -----------------------------------------------------------------------------
    def _all_blocks(self) -> list[Block]:
        return [
            (i, j)
            for i in range(len(self.ns) - 1)
            for j in range(len(self.ew) - 1)
            if all(
                self.inside(u, v)
                for u in (self.ns[i].at, self.ns[i + 1].at)
                for v in (self.ew[j].at, self.ew[j + 1].at)
            )
        ]

    @cached_property
    def blocks(self) -> list[Block]:
        """Blocks with homes: wholly inside, not green, and dry in their middle."""
        green = set(self.parks)
        return [b for b in self._all_blocks() if b not in green and not self._mid_wet(b)]

    def _mid_wet(self, block: Block) -> bool:
        u0, v0, u1, v1 = self.bounds(block)
        return self.wet((u0 + u1) / 2, (v0 + v1) / 2, margin_m=0.2 * self.step_m)

    def bounds(self, block: Block, *, kerb_m: float = 0.0) -> tuple[float, float, float, float]:
        """(u0, v0, u1, v1) of a block, from the kerbs of its streets plus `kerb_m` inwards."""
        i, j = block
        sides = (self.ns[i], self.ew[j], self.ns[i + 1], self.ew[j + 1])
        inset = [HALF_WIDTH_M[line.kind] + kerb_m if kerb_m else 0.0 for line in sides]
        return (
            sides[0].at + inset[0],
            sides[1].at + inset[1],
            sides[2].at - inset[2],
            sides[3].at - inset[3],
        )

    def estate(self, block: Block) -> words.Name:
        """What the homes of a block are called."""
        return words.estate(self.seed, block[0] * len(self.ew) + block[1])

    @cached_property
    def lanes(self) -> list[Block]:
        """Blocks that a lane cuts in two."""
        return [b for b in self.blocks if dice(self.seed, "lane", b).random() < 0.55]

    def edges(self) -> list[tuple[Node, Node, str]]:
        """Every stretch of street as (node, node, kind): inside, and over water only by bridge."""
        last_i, last_j = 2 * len(self.ns) - 2, 2 * len(self.ew) - 2
        found = []
        for line in self.ns:
            for j, k in pairwise(range(last_j + 1)):
                found.append(((2 * line.index, j), (2 * line.index, k), line.kind, "ns"))
        for line in self.ew:
            for i, k in pairwise(range(last_i + 1)):
                found.append(((i, 2 * line.index), (k, 2 * line.index), line.kind, "ew"))
        for i, j in self.lanes:
            west, middle, east = ((2 * i + k, 2 * j + 1) for k in range(3))
            found += [(west, middle, "lane", "ew"), (middle, east, "lane", "ew")]
        return [(a, b, kind) for a, b, kind, runs in found if self._buildable(a, b, kind, runs)]

    def _buildable(self, a: Node, b: Node, kind: str, runs: str) -> bool:
        (ua, va), (ub, vb) = self.on_plan(a), self.on_plan(b)
        if not (self.inside(ua, va) and self.inside(ub, vb)):
            return False
        if kind == "avenue" and runs == "ns":
            return True
        parts = (k / 8 for k in range(9))
        return not any(self.wet(ua + (ub - ua) * t, va + (vb - va) * t, margin_m=14) for t in parts)
