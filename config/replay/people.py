"""The people of a replay: an elder at every call's address, providers and workers over the area."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.replay.calls import RealCall
from config.town import Extent, Town, names, numbers
from config.town.extent import dice
from config.town.seeding import Scale, settle
from elders import roles
from elders.models import Elder, Line, LineHolder, User
from elders.roles import Role
from tracking.models import Device, DeviceLink

MARGIN_DEG = 0.02


@dataclass(frozen=True, slots=True)
class People:
    """`callers` are (elder id, number, device id) in the order of the calls."""

    callers: list[tuple[int, str, str]]
    operators: list[User]


def settle_town(
    calls: Sequence[RealCall],
    *,
    workers: int,
    providers: int,
    operators: int,
    seed: int,
    now: datetime,
) -> People:
    """Seeds a town over the extent of the calls. The same arguments write the same rows."""
    lats, lons = [call.lat for call in calls], [call.lon for call in calls]
    extent = Extent(
        min(lats) - MARGIN_DEG,
        min(lons) - MARGIN_DEG,
        max(lats) + MARGIN_DEG,
        max(lons) + MARGIN_DEG,
    )
    settle(Scale(0, providers, workers), Town(extent=extent, seed=seed), now=now)
    return People(
        [_caller(n, call, seed=seed, now=now) for n, call in enumerate(calls)],
        [_operator(n) for n in range(operators)],
    )


def _caller(n: int, call: RealCall, *, seed: int, now: datetime) -> tuple[int, str, str]:
    chance = dice(seed, "caller", n)
    sex = chance.choice(["female", "male"])
    name = names.person(chance, sex=sex, age="elder")
    elder = Elder.objects.create(
        name=name.en,
        name_zh=name.zh,
        sex=sex,
        language="en",
        address=call.township,
        lat=call.lat,
        lon=call.lon,
    )
    number = numbers.mobile(n)
    line = Line.objects.create(number=number)
    LineHolder.objects.create(line=line, elder=elder, verified_at=now)
    device = Device.objects.create(device_id=f"replay-{n}", registered=True)
    DeviceLink.objects.create(device=device, elder=elder, since=now - timedelta(days=1))
    return elder.pk, number, device.device_id


def _operator(n: int) -> User:
    user = User.objects.create_user(f"operator-{n}", name=f"Operator {n}", language="en")
    roles.grant(user, Role.OPERATOR)
    return user
