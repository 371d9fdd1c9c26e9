"""What many silent devices have in common, and when that is more than chance."""

import random

import pytest

from dispatch import chance
from dispatch.chance import Lost

LEVELS = [6, 9, 12, 15]
WINDOW_S = 1800


def found(lost, crowd):
    sizes = crowd if callable(crowd) else lambda key: crowd
    return chance.reasons(lost, crowd=sizes, levels=LEVELS, window_s=WINDOW_S)


def grid(county=1, township=1, community=1, cell=1):
    return f"{330100 + county:06}{township:03}{community:03}{cell:03}"


@pytest.mark.parametrize(
    ("count", "crowd", "is_more"),
    [
        (3, 3, False),  # three are three
        (4, 40, True),
        (4, 2_000, False),  # in a community of two thousand that is any afternoon
        (9, 2_000, True),
        (200, 500_000, False),  # one in fifty a day, in half an hour
        (400, 500_000, True),
    ],
)
def test_more_than_chance_is_measured_by_how_many_there_are(count, crowd, is_more):
    assert chance.is_more_than_chance(count, crowd, WINDOW_S) is is_more


def test_one_community_is_one_reason_and_the_narrowest_that_explains_it():
    lost = [Lost(n, grid(community=7, cell=n % 9)) for n in range(400)]
    lost += [Lost(1000 + n, grid(county=n)) for n in range(3)]
    (reason,) = found(lost, 20_000)
    assert reason.key == ("grid", "330101001007")
    assert len(reason.lost) == 400


def test_a_hundred_communities_with_four_each_are_one_county():
    lost = [Lost(n, grid(township=n % 10, community=n // 40)) for n in range(400)]
    (reason,) = found(lost, 20_000)
    assert reason.key == ("grid", "330101")


def test_who_shares_a_cell_is_told_by_the_cell():
    lost = [Lost(n, grid(community=n % 2), "460-00-9345-4711") for n in range(20)]
    (reason,) = found(lost, 100)
    assert reason.key == ("cell", "460-00-9345-4711")


def test_a_network_that_fails_all_over_the_town_is_the_network():
    lost = [Lost(n, grid(county=n % 90), f"460-01-1-{n}") for n in range(400)]
    (reason,) = found(lost, 20_000)
    assert reason.key == ("carrier", "460-01")


def test_where_only_our_ear_is_in_common_it_is_said():
    lost = [Lost(n, grid(county=n % 90), protocol="sia") for n in range(400)]
    (reason,) = found(lost, 20_000)
    assert reason.key == ("protocol", "sia")


def test_two_reasons_at_once_are_two():
    lost = [Lost(n, grid(community=1)) for n in range(40)]
    lost += [Lost(100 + n, grid(county=2, community=2)) for n in range(30)]
    assert {reason.key[1] for reason in found(lost, 200)} == {"330101001001001", "330102001002001"}


def test_the_noise_of_a_whole_town_is_no_outage():
    seed = random.Random(20260310)
    lost = [
        Lost(n, grid(seed.randrange(10), seed.randrange(10), seed.randrange(50)))
        for n in range(208)  # as many as half a million have in half an hour
    ]
    sizes = {6: 50_000, 9: 5_000, 12: 100, 15: 100}
    assert found(lost, lambda key: sizes.get(len(key[1]), 500_000)) == []


def test_nobody_is_lost_or_counted_twice():
    seed = random.Random(1)
    for _ in range(200):
        lost = [
            Lost(n, grid(1, seed.randrange(3), seed.randrange(3)), seed.choice(["", "460-00-1-1"]))
            for n in range(seed.randrange(60))
        ]
        told = [one for reason in found(lost, seed.randrange(1, 500)) for one in reason.lost]
        assert len(told) == len(set(told))
        assert set(told) <= {one.id for one in lost}
