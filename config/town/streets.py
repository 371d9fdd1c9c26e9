"""The streets as a graph: the nearest street to a place, and the way along streets between two."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import count, pairwise
from math import hypot

from config.town.extent import Place, Point
from config.town.plan import Node, Plan

# People keep to wide streets: a metre of lane counts as this many metres of avenue.
WEIGHT = {"avenue": 1.0, "street": 1.12, "lane": 1.35}


@dataclass(frozen=True)
class Spot:
    """A point on a street, between nodes `a` and `b`, `off_m` metres from the place asked for."""

    a: Node
    b: Node
    weight: float
    point: Point
    off_m: float


class Streets:
    """All of it is one piece: stretches that no street joins to the rest are left out."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        edges = plan.edges()
        nodes = {node for a, b, _ in edges for node in (a, b)}
        self.point: dict[Node, Point] = {node: plan.bend(*plan.on_plan(node)) for node in nodes}
        joined = self._largest(edges)
        self.edges = [(a, b, kind) for a, b, kind in edges if a in joined]
        self.near: dict[Node, list[tuple[Node, float]]] = defaultdict(list)
        for a, b, kind in self.edges:
            length = self._between(self.point[a], self.point[b]) * WEIGHT[kind]
            self.near[a].append((b, length))
            self.near[b].append((a, length))

    @staticmethod
    def _largest(edges: list[tuple[Node, Node, str]]) -> set[Node]:
        beside: dict[Node, list[Node]] = defaultdict(list)
        for a, b, _ in edges:
            beside[a].append(b)
            beside[b].append(a)
        best: set[Node] = set()
        unseen = set(beside)
        while unseen:
            piece, todo = set(), [min(unseen)]
            while todo:
                node = todo.pop()
                if node not in piece:
                    piece.add(node)
                    todo += beside[node]
            unseen -= piece
            best = max(best, piece, key=len)
        return best

    @staticmethod
    def _between(a: Point, b: Point) -> float:
        return hypot(a[0] - b[0], a[1] - b[1])

    # --- the nearest street -----------------------------------------------------------------
    @cached_property
    def _squares(self) -> dict[tuple[int, int], list[tuple[Node, Node, str]]]:
        found = defaultdict(list)
        for edge in self.edges:
            for square in {self._square(self.point[edge[0]]), self._square(self.point[edge[1]])}:
                found[square].append(edge)
        return found

    def _square(self, point: Point) -> tuple[int, int]:
        return round(point[0] / self.plan.step_m), round(point[1] / self.plan.step_m)

    def nearest(self, lat: float, lon: float) -> Spot:
        """The nearest point on a street to a place, inside the town or out."""
        point = self.plan.extent.metres(lat, lon)
        middle = self._square(point)
        reach = 1
        while True:
            around = [
                edge
                for i in range(middle[0] - reach, middle[0] + reach + 1)
                for j in range(middle[1] - reach, middle[1] + reach + 1)
                for edge in self._squares.get((i, j), ())
            ]
            spot = min((self._spot(edge, point) for edge in around), key=_by_distance, default=None)
            # An edge is at most a step long: what lies beyond the ring is farther than this.
            if spot is not None and spot.off_m <= (reach - 1) * self.plan.step_m:
                return spot
            if reach > 8:
                return min((self._spot(edge, point) for edge in self.edges), key=_by_distance)
            reach += 1

    def _spot(self, edge: tuple[Node, Node, str], point: Point) -> Spot:
        (ax, ay), (bx, by) = self.point[edge[0]], self.point[edge[1]]
        dx, dy = bx - ax, by - ay
        part = ((point[0] - ax) * dx + (point[1] - ay) * dy) / (dx * dx + dy * dy)
        part = min(1.0, max(0.0, part))
        on = (ax + part * dx, ay + part * dy)
        return Spot(edge[0], edge[1], WEIGHT[edge[2]], on, self._between(on, point))

    # --- the way ----------------------------------------------------------------------------
    def route(self, start: Place, end: Place) -> list[Place]:
        """The way from door to door along streets, as places; begins and ends as asked."""
        here, there = self.nearest(*start), self.nearest(*end)
        direct = (here.a, here.b) == (there.a, there.b)
        nodes = [] if direct else self._path(here, there)
        points = [here.point, *(self.point[node] for node in nodes), there.point]
        way = [start, *(self.plan.extent.place(*point) for point in points), end]
        return [way[0], *(b for a, b in pairwise(way) if a != b)]

    def _path(self, here: Spot, there: Spot) -> list[Node]:
        """A*: the nodes from one spot to another; a straight line is never longer than streets."""
        goal = there.point
        ends = {n: self._between(self.point[n], goal) * there.weight for n in (there.a, there.b)}
        cost: dict[Node, float] = {}
        came: dict[Node, Node | None] = {}
        turn = count()  # ties go in the order of finding
        queue: list[tuple[float, int, float, Node, Node | None, bool]] = []
        for node in (here.a, here.b):
            run = self._between(here.point, self.point[node]) * here.weight
            ahead = self._between(self.point[node], goal)
            heappush(queue, (run + ahead, next(turn), run, node, None, False))
        while queue:
            _, _, run, node, before, arrived = heappop(queue)
            if arrived:
                return self._back(node, came)
            if node in cost:
                continue
            cost[node], came[node] = run, before
            if node in ends:
                heappush(queue, (run + ends[node], next(turn), run, node, before, True))
            for other, length in self.near[node]:
                if other not in cost:
                    ahead = self._between(self.point[other], goal)
                    far = run + length
                    heappush(queue, (far + ahead, next(turn), far, other, node, False))
        raise AssertionError("the streets are one piece")

    @staticmethod
    def _back(node: Node | None, came: dict[Node, Node | None]) -> list[Node]:
        path = []
        while node is not None:
            path.append(node)
            node = came[node]
        return path[::-1]


def _by_distance(spot: Spot) -> tuple[float, Node, Node]:
    return spot.off_m, spot.a, spot.b
