"""Writes the people of a town into the register of elders, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from config.town import Town, numbers
from config.town.people import Resident
from elders.models import (
    Consent,
    Contact,
    Elder,
    FamilyLink,
    GridCell,
    Household,
    Line,
    LineHolder,
    ResponsePlan,
    User,
)
from tracking.models import Device, DeviceLink

# Even: the two of a household are never apart. Big enough for SQL, small enough for memory.
BATCH = 1000
KNOWN_FOR = timedelta(days=30)  # facts of the register are this old: links, consents, numbers
NO_PASSWORD = "!"  # noqa: S105 — an account that nobody can sign in with


class Register:
    """Writes elders and all that belongs to them; `now` is when the town came to be."""

    def __init__(self, town: Town, *, now: datetime) -> None:
        self.town, self.now = town, now
        self.before = now - KNOWN_FOR
        self.today = timezone.localdate(now)
        self.grids = grid_cells(town)

    def write(self, batch: Sequence[int]) -> None:
        """The elders of these numbers; begins with an even one, so that couples are whole."""
        people = [Resident(self.town, n) for n in batch]
        households = self._households(people)
        elders = [self._elder(who, households.get(who.n // 2)) for who in people]
        Elder.objects.bulk_create(elders)
        pairs = list(zip(people, elders, strict=True))
        self._lines(pairs)
        self._circles(pairs)
        self._watches(pairs)
        ResponsePlan.objects.bulk_create(
            ResponsePlan(
                elder=elder,
                call_ambulance=who.facts.ambulance,
                send_responder=who.facts.sends_responder,
            )
            for who, elder in pairs
        )

    def _households(self, people: Iterable[Resident]) -> dict[int, Household]:
        """By pair, those who live together."""
        homes = {
            who.n // 2: Household(address=who.address.text.en, address_zh=who.address.text.zh)
            for who in people
            if who.shares
        }
        Household.objects.bulk_create(homes.values())
        return homes

    def _elder(self, who: Resident, household: Household | None) -> Elder:
        facts, home = who.facts, who.address
        born = self.today.replace(month=1, day=1, year=self.today.year - facts.age)
        born += timedelta(days=facts.birthday - 1)
        return Elder(
            name=facts.name.en,
            name_zh=facts.name.zh,
            born=born,
            sex=facts.sex,
            language=facts.language,
            dialect=facts.dialect,
            status=facts.status,
            address=home.text.en,
            address_zh=home.text.zh,
            lat=home.lat,
            lon=home.lon,
            grid_id=self.grids[self.town.cell_at((home.lat, home.lon))],
            household=household,
            door_code=facts.door_code,
            access_notes=facts.access_notes,
            has_lift=facts.has_lift,
            hearing=facts.hearing,
            lives_alone=household is None,
            requirements=facts.requirements,
            address_risk=facts.address_risk,
            health_summary=facts.health_summary,
            id_number=f"519901{born:%Y%m%d}{facts.serial:04}",
            card_number=f"YL{who.n:07}{facts.serial:04}",
            second_number=facts.circle[0].phone if facts.circle[0].agreed else "",
        )

    def _lines(self, pairs: list[tuple[Resident, Elder]]) -> None:
        known = {number for who, _ in pairs for number in (who.mobile, who.landline) if number}
        lines = {number: Line(number=number) for number in sorted(known)}
        Line.objects.bulk_create(lines.values())
        holders = []
        for who, elder in pairs:
            verified_at = self.before if who.facts.mobile_verified else None
            holders.append(LineHolder(line=lines[who.mobile], elder=elder, verified_at=verified_at))
            if who.landline:
                holders.append(
                    LineHolder(
                        line=lines[who.landline],
                        elder=elder,
                        rank=2,
                        verified_at=self.before,
                        alarm_key=who.facts.landline_is_alarm_key,
                    )
                )
        LineHolder.objects.bulk_create(holders)

    def _circles(self, pairs: list[tuple[Resident, Elder]]) -> None:
        users = {
            who.n: User(
                username=f"family-{who.n}",
                password=NO_PASSWORD,
                date_joined=self.before,
                phone=who.facts.circle[0].phone,
                language=who.facts.circle[0].language,
                name=who.facts.circle[0].name.en,
                name_zh=who.facts.circle[0].name.zh,
            )
            for who, _ in pairs
            if who.facts.family_sees is not None
        }
        User.objects.bulk_create(users.values())
        Contact.objects.bulk_create(
            Contact(
                elder=elder,
                order=order,
                phone=one.phone,
                relation=one.relation,
                holds_key=one.holds_key,
                agreed_at=self.before if one.agreed else None,
                user=users.get(who.n) if order == 1 else None,
                name=one.name.en,
                name_zh=one.name.zh,
            )
            for who, elder in pairs
            for order, one in enumerate(who.facts.circle, start=1)
        )
        seen = [(who.facts, elder, users[who.n]) for who, elder in pairs if who.n in users]
        FamilyLink.objects.bulk_create(
            FamilyLink(elder=elder, user=user, relation=facts.circle[0].relation)
            for facts, elder, user in seen
        )
        Consent.objects.bulk_create(
            Consent(elder=elder, grantee=user, scope=scope, since=self.before)
            for facts, elder, user in seen
            for scope in facts.family_sees or ()
        )

    def _watches(self, pairs: list[tuple[Resident, Elder]]) -> None:
        wearers = [(who, elder) for who, elder in pairs if who.facts.watch]
        devices = [
            Device(
                device_id=numbers.watch(who.n),
                name=f"Watch {numbers.watch(who.n)[-4:]}",
                registered=True,
                battery=who.facts.battery,
                last_heard_at=self.now,
                source="osmand",
            )
            for who, _ in wearers
        ]
        Device.objects.bulk_create(devices)
        DeviceLink.objects.bulk_create(
            DeviceLink(device=device, elder=elder, since=self.before)
            for device, (_, elder) in zip(devices, wearers, strict=True)
        )


def grid_cells(town: Town) -> dict[str, int]:
    """The ids of the town's cells by code, made where they are missing."""
    cells = [
        GridCell(code=cell.code, level=cell.level, name=cell.name.en, name_zh=cell.name.zh)
        for cell in town.cells()
    ]
    GridCell.objects.bulk_create(cells, ignore_conflicts=True)
    codes = {cell.code for cell in cells}
    found = GridCell.objects.values_list("code", "pk")
    return {code: pk for code, pk in found if code in codes}
