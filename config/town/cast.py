"""The people whom the demo knows by name, and the accounts it publishes.

Mei 梅 lives alone in the middle of town; her son Ka-Ming watches over her. Lan 兰 is of another
family, Rose is her daughter. Olive answers the calls, Sol leads the shift, Ping keeps the community
station, Agnes audits, Ada keeps the registers. Dawn runs Sunrise Kitchen, round the corner from
Mei; Wai carries its meals.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

from config.demo import DEMO_GROUP
from config.town import Address, Place, Town, along, length_m, numbers
from config.town.register import KNOWN_FOR, NO_PASSWORD, grid_cells
from config.town.roster import telephone
from elders import consent, roles
from elders.models import (
    Contact,
    Elder,
    FamilyLink,
    GridCell,
    Line,
    LineHolder,
    ResponsePlan,
    User,
)
from elders.roles import Role
from providers.models import Licence, Provider, Service, Worker, WorkerCategory
from tracking import devices
from tracking.models import Device

PHRASE = "one number demo"
HOMES_FROM = 200_000_000  # addresses beyond those of everybody else
APART_M = 1200.0  # from Mei's home to Lan's

# role → username; the first eight are those of the contract.
USERNAMES = {
    "operator": "olive",
    "supervisor": "sol",
    "provider": "dawn",
    "worker": "wai",
    "family": "ka-ming",
    "elder": "mei",
    "station": "ping",
    "auditor": "agnes",
    "administrator": "ada",
    "other_family": "rose",
}
MEI, LAN = numbers.cast(1), numbers.cast(3)
TOWN = "town"  # the account under which the town lives (`config.living`); nobody signs in with it
# Whoever sits before the demo answers these: Mei, Ka-Ming, Lan, Rose, the neighbour, Wai, Dawn.
LEFT_ALONE = frozenset(numbers.cast(n) for n in (1, 2, 3, 4, 5, 10, 11))
WATCHES = {MEI: "012345100000001", LAN: "012345100000003"}


def is_here() -> bool:
    return User.objects.filter(username=USERNAMES["operator"], groups__name=DEMO_GROUP).exists()


def arrive(town: Town, *, now: datetime) -> None:
    """Writes all of them, or none."""
    with transaction.atomic():
        before = now - KNOWN_FOR
        cells = grid_cells(town)
        mei_home, lan_home = _homes(town)
        people = _accounts(before)
        mei = _mei(mei_home, cells[town.cell_at((mei_home.lat, mei_home.lon))], people["mei"])
        lan = _lan(lan_home, cells[town.cell_at((lan_home.lat, lan_home.lon))])
        for elder, number in ((mei, MEI), (lan, LAN)):
            _reachable(elder, number, now=now)
            ResponsePlan.objects.create(elder=elder)
        scopes = consent.Scope
        _family(mei, people["ka-ming"], scopes.REQUESTS, scopes.WHEREABOUTS, now=before)
        _family(lan, people["rose"], *scopes, now=before)
        _neighbour(mei, before)
        township = cells[town.cell_at((mei_home.lat, mei_home.lon))]
        code = GridCell.objects.get(pk=township).code[:9]
        people["ping"].grids.add(GridCell.objects.get(code=code))
        way = town.route((mei_home.lat, mei_home.lon), (lan_home.lat, lan_home.lon))
        _sunrise_kitchen(way, people["dawn"], people["wai"], now=now)


def _homes(town: Town) -> tuple[Address, Address]:
    """Mei's: the most central of some; Lan's: the one whose way from Mei's is nearest APART_M."""
    some = [town.address(HOMES_FROM + n) for n in range(40)]
    mei = min(some, key=lambda home: length_m([town.extent.centre, (home.lat, home.lon)]))
    lan = min(
        (home for home in some if home.estate != mei.estate),
        key=lambda home: abs(APART_M - length_m([(mei.lat, mei.lon), (home.lat, home.lon)])),
    )
    return mei, lan


# --- accounts --------------------------------------------------------------------------------
def _accounts(before: datetime) -> dict[str, User]:
    """By username; they share one published password, hashed once because hashing is slow."""
    password = make_password(PHRASE)
    published, _ = Group.objects.get_or_create(name=DEMO_GROUP)
    people = {}
    for username, name, name_zh, number, role in (
        ("olive", "Olive Ma", "马奥丽", 21, Role.OPERATOR),
        ("sol", "Sol Tang", "唐索", 22, Role.SUPERVISOR),
        ("ping", "Gao Ping", "高萍", 23, Role.STATION),
        ("agnes", "Agnes Shen", "沈安", 24, Role.AUDITOR),
        ("ada", "Ada Lu", "陆艾达", 25, Role.ADMINISTRATOR),
        ("mei", "Chen Mei", "陈梅", 1, None),
        ("ka-ming", "Chen Ka-Ming", "陈家明", 2, None),
        ("rose", "Rose Zhou", "周玫", 4, None),
        ("dawn", "Dawn Lin", "林晓晨", 11, None),
        ("wai", "Ho Wai", "何伟", 10, None),
    ):
        person = User.objects.create(
            username=username,
            password=password,
            name=name,
            name_zh=name_zh,
            phone=numbers.cast(number),
            date_joined=before,
        )
        person.groups.add(published)
        if role:
            roles.grant(person, role)
        people[username] = person
    town = User.objects.create(
        username=TOWN, password=NO_PASSWORD, name="Living town", name_zh="小镇", date_joined=before
    )
    town.groups.add(published)
    roles.grant(town, Role.OPERATOR)
    return people


# --- elders ----------------------------------------------------------------------------------
def _mei(home: Address, grid: int, account: User) -> Elder:
    return Elder.objects.create(
        user=account,
        name=account.name,
        name_zh=account.name_zh,
        born=date(1943, 4, 18),
        sex=Elder.Sex.FEMALE,
        dialect="四川话 || Sichuanese",
        lives_alone=True,
        door_code="4711#",
        access_notes="三楼左门，电梯常坏 || Third floor, door on the left; the lift often fails",
        has_lift=True,
        hearing=Elder.Hearing.HARD,
        health_summary="糖尿病，心脏起搏器 || Diabetes, pacemaker",
        id_number="519901194304180024",
        card_number="YL00000010024",
        second_number=numbers.cast(2),
        **_lives_at(home, grid),
    )


def _lan(home: Address, grid: int) -> Elder:
    return Elder.objects.create(
        name="Zhou Lan",
        name_zh="周兰",
        born=date(1947, 10, 2),
        sex=Elder.Sex.FEMALE,
        lives_alone=True,
        health_summary="高血压 || High blood pressure",
        id_number="519901194710020045",
        card_number="YL00000030045",
        second_number=numbers.cast(4),
        **_lives_at(home, grid),
    )


def _lives_at(home: Address, grid: int) -> dict[str, object]:
    return {
        "address": home.text.en,
        "address_zh": home.text.zh,
        "lat": home.lat,
        "lon": home.lon,
        "grid_id": grid,
    }


def _reachable(elder: Elder, number: str, *, now: datetime) -> None:
    """A telephone of her own, verified today, and a watch."""
    line = Line.objects.create(number=number)
    LineHolder.objects.create(line=line, elder=elder, verified_at=now)
    watch = Device.objects.create(device_id=WATCHES[number], name=f"SOS-{number[-4:]}")
    devices.link(watch, elder=elder, now=now - KNOWN_FOR)


def _family(elder: Elder, relative: User, *scopes: consent.Scope, now: datetime) -> None:
    FamilyLink.objects.create(elder=elder, user=relative)
    Contact.objects.create(
        elder=elder,
        order=1,
        name=relative.name,
        name_zh=relative.name_zh,
        phone=relative.phone,
        relation="child",
        holds_key=True,
        agreed_at=now,
        user=relative,
    )
    for scope in scopes:
        consent.give(elder, relative, scope, now=now)


def _neighbour(mei: Elder, before: datetime) -> None:
    Contact.objects.create(
        elder=mei,
        order=2,
        name="Xu Guilan",
        name_zh="徐桂兰",
        phone=numbers.cast(5),
        relation="neighbour",
        holds_key=True,
        agreed_at=before,
    )


# --- Sunrise Kitchen -------------------------------------------------------------------------
def _sunrise_kitchen(way: list[Place], dawn: User, wai: User, *, now: datetime) -> None:
    """Open around the clock, for everybody, a few doors down the way from Mei's home."""
    lat, lon = along(way, 120)
    today = now.date()
    kitchen = Provider.objects.create(
        name="Sunrise Kitchen", name_zh="晨光厨房", phone=dawn.phone, lat=lat, lon=lon, rating=4.9
    )
    kitchen.staff.add(dawn)
    Service.objects.create(
        provider=kitchen,
        category_id="catering",
        name="Hot lunch at home",
        name_zh="送餐上门",
        price_cents=1500,
        subsidy_cents=800,
    )
    Licence.objects.create(
        provider=kitchen,
        category_id="catering",
        number="CA2024000001",
        valid_from=today - timedelta(days=400),
        valid_to=today + timedelta(days=3650),
    )
    _carrier(kitchen, wai.name, wai.name_zh, wai.phone, along(way, 60), now=now, user=wai)
    for n, name, name_zh in ((12, "Luo Bing", "罗冰"), (13, "Xie Hong", "谢红")):
        _carrier(kitchen, name, name_zh, numbers.cast(n), along(way, 40 * n), now=now)


def _carrier(
    kitchen: Provider,
    name: str,
    name_zh: str,
    phone: str,
    place: Place,
    *,
    now: datetime,
    user: User | None = None,
) -> None:
    """Somebody who carries meals, on duty, with a telephone that reports where they are."""
    worker = Worker.objects.create(
        user=user,
        provider=kitchen,
        name=name,
        name_zh=name_zh,
        phone=phone,
        sex="male" if user else "female",
        languages=["zh-hans", "en"],
        skills=["diabetic_diet", "soft_diet"],
        capacity=3,
        free=3,
        on_duty=True,
        duty_since=now,
        lat=place[0],
        lon=place[1],
        position_at=now,
        accuracy_m=8,
        rating=5.0 if user else 4.6,
    )
    WorkerCategory.objects.create(worker=worker, category_id="catering")
    device = telephone(worker, now=now)
    device.save()
    devices.link(device, worker=worker, now=now)
