"""The nth elder of a town: everything about her that chance decides. Pure, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from config.town import Address, Town, names, numbers
from config.town.extent import dice
from config.town.words import Name

SHARED_HOMES = 0.14  # of pairs of neighbours in the register: they are a couple
LANDLINES = 0.25
UNVERIFIED = 0.08
ALARM_KEYS = 0.03
WATCHES = 0.3
FAMILY_ACCOUNTS = 0.06
HEALTH_KNOWN = 0.55

DIALECTS = (
    "",
    "",
    "四川话 || Sichuanese",
    "客家话 || Hakka",
    "粤语 || Cantonese",
    "湖南话 || Hunanese",
)
HEALTH = (
    "高血压，每日服药 || High blood pressure, daily medication",
    "糖尿病，用胰岛素 || Diabetes, on insulin",
    "冠心病，心脏支架 || Coronary heart disease, stent",
    "慢性支气管炎 || Chronic bronchitis",
    "轻度认知障碍 || Mild cognitive impairment",
    "髋关节置换，行动缓慢 || Hip replacement, walks slowly",
    "帕金森病 || Parkinson's disease",
    "青光眼，视力差 || Glaucoma, poor sight",
    "服用抗凝药 || On anticoagulants",
)
ACCESS = (
    "敲门要大声 || Knock loudly",
    "电梯在左侧 || The lift is on the left",
    "家里有狗，已拴好 || There is a dog, on its lead",
    "走后门，前门台阶高 || Use the back door, the front steps are high",
    "请换鞋 || Please change your shoes",
    "门铃坏了，请打电话 || The bell is broken, please ring the phone",
)
RISKS = ("楼梯灯坏了 || The stair light is broken", "楼道堆有杂物 || The stairway is cluttered")
REQUIREMENTS = (("female_carer", 0.06), ("dementia_care", 0.01))
NEIGHBOURS = ("neighbour", "friend", "community")


@dataclass(frozen=True)
class Standby:
    """Somebody around an elder."""

    name: Name
    phone: str
    relation: str
    holds_key: bool
    agreed: bool
    language: str


@dataclass(frozen=True)
class Resident:
    """The nth elder. Odd ones may live with the elder before them."""

    town: Town = field(repr=False)
    n: int

    @cached_property
    def _chance(self) -> Random:
        return dice(self.town.seed, "elder", self.n)

    @cached_property
    def shares(self) -> bool:
        """Whether she shares home and landline with the other of her pair."""
        return dice(self.town.seed, "household", self.n // 2).random() < SHARED_HOMES

    @property
    def joins(self) -> bool:
        """Whether she is the second of a household."""
        return self.shares and self.n % 2 == 1

    @cached_property
    def address(self) -> Address:
        return self.town.address(self.n - 1 if self.joins else self.n)

    @cached_property
    def facts(self) -> Facts:
        return _facts(self)

    @property
    def mobile(self) -> str:
        return numbers.mobile(self.n)

    @cached_property
    def landline(self) -> str | None:
        """A second number: the household's, or her own."""
        first = self.n - 1 if self.joins else self.n
        has = self.shares or dice(self.town.seed, "landline", first).random() < LANDLINES
        return numbers.landline(first) if has else None


@dataclass(frozen=True)
class Facts:
    """What chance decided, in the words of the register's columns."""

    name: Name
    sex: str
    age: int
    birthday: int
    """Day of the year, 1 to 365."""
    language: str
    dialect: str
    status: str
    hearing: str
    has_lift: bool
    door_code: str
    access_notes: str
    address_risk: str
    health_summary: str
    requirements: list[str]
    serial: int
    """Four digits of identity and card numbers."""
    mobile_verified: bool
    landline_is_alarm_key: bool
    watch: bool
    battery: int
    ambulance: str
    sends_responder: bool
    circle: list[Standby]
    family_sees: list[str] | None
    """Scopes that the first of the circle, who has an account, may see; None: no account."""


def _facts(who: Resident) -> Facts:
    chance = who._chance
    pair_sex = ("female", "male")[who.n % 2] if who.shares else None
    sex = pair_sex or ("female" if chance.random() < 0.58 else "male")
    name = names.person(chance, sex=sex, age="elder")
    language = "en" if chance.random() < 0.08 else "zh-hans"
    circle = _circle(chance, who.n, name, language)
    sees = None
    if chance.random() < FAMILY_ACCOUNTS and circle[0].relation in ("child", "grandchild"):
        sees = ["requests", *(s for s in ("whereabouts", "health") if chance.random() < 0.5)]
    return Facts(
        name=name,
        sex=sex,
        age=min(101, 60 + int(chance.expovariate(1 / 13))),
        birthday=chance.randint(1, 365),
        language=language,
        dialect=chance.choice(DIALECTS) if language != "en" else "",
        status=chance.choices(
            ("present", "away", "in_hospital", "deceased"), (0.95, 0.03, 0.015, 0.005)
        )[0],
        hearing=chance.choices(("good", "hard", "deaf"), (0.74, 0.24, 0.02))[0],
        has_lift=chance.random() < 0.4,
        door_code=f"{chance.randrange(10_000):04}#" if chance.random() < 0.35 else "",
        access_notes=chance.choice(ACCESS) if chance.random() < 0.3 else "",
        address_risk=chance.choice(RISKS) if chance.random() < 0.02 else "",
        health_summary=chance.choice(HEALTH) if chance.random() < HEALTH_KNOWN else "",
        requirements=[code for code, share in REQUIREMENTS if chance.random() < share],
        serial=chance.randrange(10_000),
        mobile_verified=chance.random() >= UNVERIFIED,
        landline_is_alarm_key=not who.shares and chance.random() < ALARM_KEYS / LANDLINES,
        watch=chance.random() < WATCHES,
        battery=chance.randint(15, 100),
        ambulance=chance.choices(("no_voice", "on_advice", "always"), (0.7, 0.2, 0.1))[0],
        sends_responder=chance.random() < 0.95,
        circle=circle,
        family_sees=sees,
    )


def _circle(chance: Random, n: int, elder: Name, language: str) -> list[Standby]:
    """One to three people: a child first, where there is one, then those next door."""
    found = []
    for k in range(chance.choices((1, 2, 3), (0.35, 0.45, 0.2))[0]):
        child = k == 0 and chance.random() < 0.85
        sex = chance.choice(("female", "male"))
        family = names.family_of(elder) if child else None
        relation = (
            chance.choices(("child", "grandchild"), (0.9, 0.1))[0]
            if child
            else chance.choice(NEIGHBOURS)
        )
        found.append(
            Standby(
                name=names.person(
                    chance, sex=sex, age="adult" if child else "elder", family=family
                ),
                phone=numbers.contact(n, k),
                relation=relation,
                holds_key=chance.random() < (0.7 if k else 0.5),
                agreed=chance.random() < 0.9,
                language="en" if chance.random() < 0.15 else language,
            )
        )
    return found
