"""The nth provider and the nth worker of a town: what chance decides about them. Pure, no clock.

Providers come in rounds of one of each kind. Those of the first `ALWAYS_ROUNDS` rounds never close
and serve everywhere, and their workers keep no shifts: at every hour every category has somebody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from functools import cached_property
from random import Random

from config.town import Address, Place, Town, names, numbers
from config.town.extent import dice
from config.town.words import Name

ALWAYS_ROUNDS = 2
SHOPS_FROM = 100_000_000  # addresses beyond those where elders live
STROLL_M = 500.0  # how far from their provider's door workers are when the town is made
EVERY_DAY = range(7)
WORKING_WEEK = range(5)


@dataclass(frozen=True)
class Offer:
    """One service: category, its two names, price a visit and the town's share of it in cents."""

    category: str
    name: Name
    price_cents: int
    subsidy_cents: int


@dataclass(frozen=True)
class Kind:
    """A kind of organisation: what it offers (main category first), how and with which skills."""

    offers: tuple[Offer, ...]
    opens: time
    closes: time
    skills: tuple[str, ...]
    mode: str
    capacity: int = 1


def _offer(category: str, en: str, zh: str, price: int, subsidy: int = 0) -> Offer:
    return Offer(category, Name(en, zh), price * 100, subsidy * 100)


KINDS = (
    Kind(
        (
            _offer("catering", "Hot lunch at home", "送餐上门", 18, 6),
            _offer("catering", "Soft meal", "软食套餐", 22, 8),
        ),
        time(6, 30),
        time(20, 0),
        ("soft_diet", "diabetic_diet"),
        "ebike",
        capacity=3,
    ),
    Kind(
        (
            _offer("housekeeping", "Cleaning, two hours", "保洁两小时", 80, 20),
            _offer("personal_care", "Help with washing", "协助洗漱", 60, 20),
        ),
        time(7, 30),
        time(20, 0),
        ("laundry", "deep_cleaning"),
        "ebike",
    ),
    Kind(
        (
            _offer("medical", "Nurse at home", "上门护理", 120, 60),
            _offer("medical", "Blood pressure and glucose", "血压血糖检测", 30, 30),
        ),
        time(8, 0),
        time(20, 0),
        ("nursing", "first_aid", "dementia_care"),
        "car",
    ),
    Kind(
        (
            _offer("personal_care", "Assisted bath", "上门助浴", 150, 70),
            _offer("medical", "Care after hospital", "出院照护", 140, 60),
        ),
        time(7, 0),
        time(21, 0),
        ("lifting", "dementia_care", "bathing"),
        "car",
    ),
    Kind(
        (_offer("repair", "Water, power and locks", "水电开锁维修", 50, 10),),
        time(8, 0),
        time(21, 0),
        ("electrician", "plumber", "locksmith"),
        "ebike",
    ),
    Kind(
        (
            _offer("escort", "To the hospital and back", "陪同就医", 90, 40),
            _offer("companionship", "A walk together", "陪伴散步", 40, 20),
        ),
        time(7, 0),
        time(19, 0),
        ("wheelchair", "first_aid"),
        "car",
    ),
    Kind(
        (
            _offer("companionship", "A visit and a talk", "上门陪聊", 0),
            _offer("escort", "Shopping together", "陪同购物", 20, 20),
        ),
        time(8, 0),
        time(21, 0),
        ("dementia_care", "chess"),
        "foot",
    ),
    Kind(
        (
            _offer("learning", "Smartphone lesson", "手机课堂", 20, 15),
            _offer("learning", "Calligraphy at home", "书法上门", 40, 20),
        ),
        time(8, 30),
        time(20, 30),
        ("calligraphy", "smartphone"),
        "foot",
    ),
)


@dataclass(frozen=True)
class Firm:
    """The nth provider."""

    town: Town
    n: int

    @property
    def kind(self) -> Kind:
        return KINDS[self.n % len(KINDS)]

    @property
    def always(self) -> bool:
        """Whether it works around the clock and everywhere."""
        return self.n // len(KINDS) < ALWAYS_ROUNDS

    @cached_property
    def name(self) -> Name:
        return names.provider(self.town.seed, self.n, self.categories[0])

    @cached_property
    def address(self) -> Address:
        return self.town.address(SHOPS_FROM + self.n)

    @property
    def phone(self) -> str:
        return numbers.provider(self.n)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Its kind's services at its own prices, whole yuan."""
        chance = dice(self.town.seed, "prices", self.n)
        return tuple(
            Offer(
                offer.category,
                offer.name,
                max(offer.subsidy_cents, round(offer.price_cents * factor / 100) * 100),
                offer.subsidy_cents,
            )
            for offer in self.kind.offers
            for factor in (chance.uniform(0.85, 1.25),)
        )

    @property
    def categories(self) -> list[str]:
        """Main category first, each once."""
        return list(dict.fromkeys(offer.category for offer in self.kind.offers))


@dataclass(frozen=True)
class Hand:
    """The nth worker; workers are dealt out to the providers in turn."""

    town: Town
    n: int
    firm: Firm

    @cached_property
    def facts(self) -> HandFacts:
        return _facts(self)

    @property
    def phone(self) -> str:
        return numbers.worker(self.n)


@dataclass(frozen=True)
class HandFacts:
    """What chance decided about a worker, in the words of the register's columns."""

    name: Name
    sex: str
    languages: list[str]
    skills: list[str]
    categories: list[str]
    mode: str
    rating: float
    reach_by: str
    on_duty: bool
    place: Place
    accuracy_m: int
    shift: tuple[time, time, range] | None
    """Starts, ends, weekdays; None: the duty flag alone decides."""


# Early, day, late and night.
SHIFTS = ((6, 14), (8, 17), (9, 18), (13, 21), (21, 6))


def _facts(hand: Hand) -> HandFacts:
    chance = dice(hand.town.seed, "worker", hand.n)
    kind, always = hand.firm.kind, hand.firm.always
    sex = "male" if chance.random() < (0.75 if kind.mode == "ebike" else 0.35) else "female"
    starts, ends = chance.choice(SHIFTS)
    days = WORKING_WEEK if chance.random() < 0.5 else EVERY_DAY
    main, *others = hand.firm.categories
    return HandFacts(
        name=names.person(chance, sex=sex),
        sex=sex,
        languages=["zh-hans", "en"] if chance.random() < 0.3 else ["zh-hans"],
        skills=sorted(skill for skill in kind.skills if chance.random() < 0.6),
        categories=[main, *(other for other in others if chance.random() < 0.6)],
        mode=kind.mode if chance.random() < 0.8 else "ebike",
        rating=round(min(5.0, chance.gauss(4.5, 0.3)), 1),
        reach_by=chance.choices(("text", "call"), (0.9, 0.1))[0],
        on_duty=always or chance.random() < 0.9,
        place=_near(hand.town, hand.firm.address, chance),
        accuracy_m=chance.randint(5, 40),
        shift=None if always or chance.random() < 0.2 else (time(starts), time(ends), days),
    )


def _near(town: Town, door: Address, chance: Random) -> Place:
    """A place on a street not far from a door."""
    x, y = town.extent.metres(door.lat, door.lon)
    aside = town.extent.place(x + chance.gauss(0, STROLL_M), y + chance.gauss(0, STROLL_M))
    lat, lon = town.extent.place(*town.streets.nearest(*aside).point)
    return round(lat, 6), round(lon, 6)
