"""Addresses: the nth home of a town, with its street, estate and place; any number of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import exp, hypot
from random import Random

from config.town.extent import dice
from config.town.plan import Block, Line, Node, Plan
from config.town.streets import Streets
from config.town.words import Name


@dataclass(frozen=True)
class Address:
    """A home. `text` is the whole address as it is written in each language."""

    street: Name
    number: int
    estate: Name
    home: str
    """Building, unit and room, as "3-2-402"."""
    lat: float
    lon: float

    @property
    def text(self) -> Name:
        building, unit, room = self.home.split("-")
        return Name(
            f"{self.number} {self.street.en}, {self.estate.en} {self.home}",
            f"{self.street.zh}{self.number}号{self.estate.zh}{building}栋{unit}单元{room}",
        )

    @property
    def shop(self) -> Name:
        """The address of a shop front: street and number alone."""
        return Name(f"{self.number} {self.street.en}", f"{self.street.zh}{self.number}号")


class Addresses:
    """Homes stand closer together towards the middle of the town."""

    def __init__(self, plan: Plan, streets: Streets) -> None:
        self.plan, self.streets = plan, streets
        built = {frozenset((a, b)) for a, b, _ in streets.edges}
        self.sides = {block: sides for block in plan.blocks if (sides := self._sides(block, built))}

    def _sides(self, block: Block, built: set[frozenset[Node]]) -> list[str]:
        i, j = block
        west, south, east, north = 2 * i, 2 * j, 2 * i + 2, 2 * j + 2
        corners = {
            "south": ((west, south), (east, south)),
            "north": ((west, north), (east, north)),
            "west": ((west, south), (west, north)),
            "east": ((east, south), (east, north)),
        }
        return [side for side, (a, b) in corners.items() if self._whole(a, b, built)]

    @staticmethod
    def _whole(a: Node, b: Node, built: set[frozenset[Node]]) -> bool:
        """Whether both halves of a side are there: at water a street may end half way."""
        middle = ((a[0] + b[0]) // 2, (a[1] + b[1]) // 2)
        return frozenset((a, middle)) in built and frozenset((middle, b)) in built

    @cached_property
    def _weights(self) -> list[float]:
        reach = hypot(self.plan.reach_u, self.plan.reach_v)
        weights = []
        for block in self.sides:
            u0, v0, u1, v1 = self.plan.bounds(block)
            far = hypot((u0 + u1) / 2, (v0 + v1) / 2) / reach
            weights.append((u1 - u0) * (v1 - v0) * exp(-3 * far * far))
        return list(accumulate(weights))

    def nth(self, n: int) -> Address:
        """The nth address; the same for the same town and n."""
        chance = dice(self.plan.seed, "address", n)
        while True:
            block = chance.choices(list(self.sides), cum_weights=self._weights)[0]
            side = chance.choice(self.sides[block])
            u, v = self._point(block, side, chance)
            if not self.plan.wet(u, v, margin_m=12):
                return self._address(block, side, u, v, chance)

    def _point(self, block: Block, side: str, chance: Random) -> tuple[float, float]:
        u0, v0, u1, v1 = self.plan.bounds(block, kerb_m=14)
        deep = chance.uniform(0, min(45.0, 0.4 * min(u1 - u0, v1 - v0)))
        if side in ("south", "north"):
            return chance.uniform(u0, u1), v0 + deep if side == "south" else v1 - deep
        return u0 + deep if side == "west" else u1 - deep, chance.uniform(v0, v1)

    def _address(self, block: Block, side: str, u: float, v: float, chance: Random) -> Address:
        line = self._line(block, side)
        along = u + self.plan.reach_u if line.runs == "ew" else v + self.plan.reach_v
        far_side = side in ("north", "east")
        home = f"{chance.randint(1, 12)}-{chance.randint(1, 4)}-{self._room(chance)}"
        lat, lon = self.plan.extent.place(*self.plan.bend(u, v))
        return Address(
            street=line.name,
            number=2 * int(along / 18) + (1 if far_side else 2),
            estate=self.plan.estate(block),
            home=home,
            lat=round(lat, 6),
            lon=round(lon, 6),
        )

    def _line(self, block: Block, side: str) -> Line:
        i, j = block
        lines = {"south": self.plan.ew[j], "west": self.plan.ns[i]}
        if side == "north":
            return self.plan.ew[j + 1]
        return lines[side] if side in lines else self.plan.ns[i + 1]

    @staticmethod
    def _room(chance: Random) -> str:
        return f"{chance.randint(1, 7)}0{chance.randint(1, 4)}"
