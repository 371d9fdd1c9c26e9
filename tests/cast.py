"""The people of the stories. Each function makes one of them and answers with the person.

Mei 梅 lives alone and her son Ka-Ming watches over her; Bo 波 is her housemate in some stories.
Lan 兰 is another elder and Rose her daughter, who sees nothing of Mei. Olive answers the calls, Sol
leads the shift, Agnes audits, Ping keeps the community station, Ada keeps the registers. Wai works
for Sunrise Kitchen.
"""

from datetime import UTC, date, datetime

from elders import consent, roles
from elders.models import (
    Contact,
    Elder,
    FamilyLink,
    GridCell,
    Household,
    Line,
    LineHolder,
    User,
)
from elders.roles import Role
from providers.models import Category, Licence, Provider, Worker, WorkerCategory
from tracking import devices
from tracking.models import Device

PASSWORD = "correct horse 42"
MEI_NUMBER = "+8613800000001"
KA_MING_NUMBER = "+8613800000002"
LAN_NUMBER = "+8613800000003"
BO_NUMBER = "+8613800000004"
WAI_NUMBER = "+8613800000010"
WATCH_ID = "861001000719969"
# When the older facts of a story came to be: links, consents, verified numbers.
BEFORE = datetime(2026, 3, 1, tzinfo=UTC)


def account(username: str, *held: Role, name: str = "", name_zh: str = "", phone: str = "") -> User:
    """Anybody who signs in, with PASSWORD; pages speak English to them."""
    user = User.objects.create_user(
        username, password=PASSWORD, name=name, name_zh=name_zh, phone=phone, language="en"
    )
    for role in held:
        roles.grant(user, role)
    return user


def willow_lane() -> GridCell:
    """The grid where Mei and Lan live, with the three levels above it."""
    levels = [
        ("330106", "Lakeside County", "湖滨县"),
        ("330106001", "Willow Township", "柳镇"),
        ("330106001002", "Willow Community", "柳社区"),
        ("330106001002003", "Willow Lane", "柳巷网格"),
    ]
    for level, (code, name, name_zh) in enumerate(levels, start=1):
        cell, _ = GridCell.objects.get_or_create(
            code=code, defaults={"name": name, "name_zh": name_zh, "level": level}
        )
    return cell


def mei(**changes: object) -> Elder:
    """Mei Chen, 82, with a verified number of her own."""
    facts = {
        "name": "Mei Chen",
        "name_zh": "陈梅",
        "sex": Elder.Sex.FEMALE,
        "address": "12 Willow Lane",
        "address_zh": "柳巷12号",
        "lat": 30.2741,
        "lon": 120.1551,
        "grid": willow_lane(),
        "lives_alone": True,
        "door_code": "4711#",
        "health_summary": "diabetes, pacemaker",
        **changes,
    }
    elder = Elder.objects.create(**facts)
    line(elder, MEI_NUMBER)
    return elder


def lan() -> Elder:
    """Lan Zhou, another family's elder, some streets away, with a number of her own."""
    elder = Elder.objects.create(
        name="Lan Zhou", name_zh="周兰", lat=30.2801, lon=120.1622, grid=willow_lane()
    )
    line(elder, LAN_NUMBER)
    return elder


def bo(mei: Elder) -> Elder:
    """Bo Chen, who shares Mei's home and has a number of his own."""
    mei.household = Household.objects.create(address=mei.address, address_zh=mei.address_zh)
    mei.lives_alone = False
    mei.save()
    elder = Elder.objects.create(
        name="Bo Chen",
        name_zh="陈波",
        sex=Elder.Sex.MALE,
        lat=mei.lat,
        lon=mei.lon,
        grid=mei.grid,
        household=mei.household,
    )
    line(elder, BO_NUMBER)
    return elder


def line(
    elder: Elder,
    number: str,
    *,
    verified_at: datetime | None = BEFORE,
    alarm_key: bool = False,
    rank: int = 1,
) -> LineHolder:
    """`elder` may be calling from `number`, alone or beside others."""
    phone, _ = Line.objects.get_or_create(number=number)
    return LineHolder.objects.create(
        line=phone, elder=elder, verified_at=verified_at, alarm_key=alarm_key, rank=rank
    )


def ka_ming(
    mei: Elder,
    *scopes: consent.Scope,
    now: datetime = BEFORE,
) -> User:
    """Mei's son: first contact, holds a key, and sees `scopes` (none given: requests)."""
    son = account("ka-ming", name="Ka-Ming Chen", name_zh="陈家明", phone=KA_MING_NUMBER)
    FamilyLink.objects.create(elder=mei, user=son)
    Contact.objects.create(
        elder=mei,
        name=son.name,
        name_zh=son.name_zh,
        phone=son.phone,
        relation="child",
        holds_key=True,
        agreed_at=now,
        user=son,
    )
    for scope in scopes or [consent.Scope.REQUESTS]:
        consent.give(mei, son, scope, now=now)
    return son


def rose(lan: Elder) -> User:
    """Lan's daughter, who may see all of Lan and nothing of Mei."""
    daughter = account("rose", name="Rose Zhou", name_zh="周玫")
    FamilyLink.objects.create(elder=lan, user=daughter)
    for scope in consent.Scope:
        consent.give(lan, daughter, scope, now=BEFORE)
    return daughter


def signed_in(elder: Elder) -> User:
    """The account of an elder herself."""
    elder.user = account(elder.name.split()[0].lower(), name=elder.name, name_zh=elder.name_zh)
    elder.save()
    return elder.user


def olive() -> User:
    return account("olive", Role.OPERATOR, name="Olive", name_zh="奥丽")


def sol() -> User:
    return account("sol", Role.SUPERVISOR, name="Sol", name_zh="索儿")


def agnes() -> User:
    return account("agnes", Role.AUDITOR, name="Agnes", name_zh="安妮")


def ada() -> User:
    return account("ada", Role.ADMINISTRATOR, name="Ada", name_zh="艾达")


def ping() -> User:
    """Keeps the community station of Willow Township."""
    keeper = account("ping", Role.STATION, name="Ping", name_zh="萍")
    willow_lane()
    keeper.grids.add(GridCell.objects.get(code="330106001"))
    return keeper


def sunrise_kitchen() -> Provider:
    """Licensed to cook, and with whatever else it is asked for."""
    kitchen = Provider.objects.create(
        name="Sunrise Kitchen", name_zh="晨光厨房", lat=30.2755, lon=120.1570
    )
    for category in Category.objects.filter(needs_licence=True):
        Licence.objects.create(
            provider=kitchen,
            category=category,
            number=f"L-{category.pk}",
            valid_from=date(2020, 1, 1),
            valid_to=date(2099, 12, 31),
        )
    return kitchen


def wai(sunrise: Provider, *categories: str) -> Worker:
    """On duty near Mei, for `categories` (none given: catering), with an account."""
    worker = Worker.objects.create(
        user=account("wai", name="Wai Ho", name_zh="何伟", phone=WAI_NUMBER),
        provider=sunrise,
        name="Wai Ho",
        name_zh="何伟",
        phone=WAI_NUMBER,
        sex="male",
        on_duty=True,
        lat=30.2760,
        lon=120.1560,
        position_at=BEFORE,
    )
    for category in categories or ["catering"]:
        WorkerCategory.objects.create(worker=worker, category_id=category)
    return worker


def watch(elder: Elder, device_id: str = WATCH_ID) -> Device:
    """The watch `elder` has been wearing since BEFORE; it has told nothing yet."""
    device = Device.objects.create(device_id=device_id, name=f"watch of {elder.name}")
    devices.link(device, elder=elder, now=BEFORE)
    return device
