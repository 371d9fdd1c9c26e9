"""Reads of the register. What a user may see is a queryset; nothing else reaches a view."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from elders import consent, grids, pinyin, roles
from elders.errors import ElderError
from elders.fields import search_hashes
from elders.models import (
    AccessEntry,
    Consent,
    Contact,
    Elder,
    FamilyLink,
    GridCell,
    LineHolder,
    ResponsePlan,
    User,
)
from elders.numbers import normalise
from elders.roles import Role

NEAR_DEGREES = 0.02  # some 2 km


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may be calling. `verified`: the number was checked lately enough to act on."""

    elder: Elder
    verified: bool
    alarm_key: bool


def elders_for(user: User | AnonymousUser, *, now: datetime | None = None) -> QuerySet[Elder]:
    """The elders `user` may see at all; `consent.may_see` says how much of each.

    Operators and supervisors see their grid cells, or the whole town when they have none; auditors
    and administrators everybody; station staff their cells only; an elder herself; family who hold
    any running consent. `now` judges consents (None: the database's clock).
    """
    held = roles.of(user)
    if not isinstance(user, User) or not held:
        return Elder.objects.none()
    if held & {Role.AUDITOR, Role.ADMINISTRATOR}:
        return Elder.objects.all()
    seen = Q(user=user)
    if Role.FAMILY in held:
        seen |= Q(_link(user)) & Q(_consented(user, now))
    area = grids.within(user)
    if held & {Role.OPERATOR, Role.SUPERVISOR}:
        return Elder.objects.filter(seen | area) if area else Elder.objects.all()
    if Role.STATION in held and area:
        seen |= area & Q(grid__isnull=False)
    return Elder.objects.filter(seen)


def elder_of(user: User | AnonymousUser) -> Elder | None:
    """The elder whose account this is."""
    return Elder.objects.filter(user=user).first() if isinstance(user, User) else None


def find(user: User | AnonymousUser, text: str, *, now: datetime | None = None) -> QuerySet[Elder]:
    """The elders `user` may see whose name, number, identity or card number is `text`.

    Names match from their beginning, Chinese ones by their pinyin or its initials too, numbers as
    a whole but in any spelling.
    """
    text = text.strip().replace("\0", "")
    if not text:
        return Elder.objects.none()
    match = _with_number(text) if any(map(str.isdigit, text)) else _named(text)
    return elders_for(user, now=now).filter(match).order_by("name", "pk")


def callers(number: str, *, now: datetime) -> list[Caller]:
    """Who may be calling from `number`, likeliest first; nobody for an unknown or withheld one.

    The deceased stay on the list, last: their number may still be ringing for help.
    """
    e164 = _number_or_none(number)
    if e164 is None:
        return []
    fresh = now - timedelta(days=settings.NUMBER_VERIFIED_DAYS)
    holders = LineHolder.objects.filter(line__number=e164).select_related("elder")
    found = [
        Caller(
            holder.elder, bool(holder.verified_at and holder.verified_at >= fresh), holder.alarm_key
        )
        for holder in holders.order_by("rank", "id")
    ]
    return sorted(found, key=lambda caller: caller.elder.status == Elder.Status.DECEASED)


def numbers_of(elder: Elder) -> list[str]:
    """Her numbers in the order to ring them, the second number last."""
    numbers = list(elder.holdings.order_by("rank", "id").values_list("line__number", flat=True))
    second = elder.second_number
    return [*numbers, second] if second and second not in numbers else numbers


def contacts(elder: Elder) -> list[Contact]:
    """Everybody around her, in order, as an operator sees them."""
    return list(elder.contacts.order_by("order", "id"))


def contacts_to_ring(elder: Elder) -> list[Contact]:
    """Those a machine may ring or text: they agreed to it, and no safeguarding bars them."""
    return [contact for contact in contacts(elder) if contact.agreed_at and not contact.barred]


def contacts_at(number: str) -> list[Contact]:
    """As whose contact somebody may be calling from `number`: of those who agreed to be rung.

    Nobody whom safeguarding bars, under whatever entry, and nobody of an elder whom somebody near
    may harm. That the number is theirs it does not prove.
    """
    at_it = Contact.objects.filter(phone=number)
    links = FamilyLink.objects.filter(elder=OuterRef("elder"), user=OuterRef("user"), barred=True)
    found = at_it.filter(agreed_at__isnull=False, elder__safeguarding=False)
    found = found.exclude(elder__in=at_it.filter(barred=True).values("elder"))
    return list(found.exclude(Exists(links)).select_related("elder", "user"))


def key_holders(elder: Elder) -> list[Contact]:
    """Those of `contacts_to_ring` who can open the door."""
    return [contact for contact in contacts_to_ring(elder) if contact.holds_key]


def plan_of(elder: Elder) -> ResponsePlan:
    """Her response plan; the common one when none was agreed."""
    return ResponsePlan.objects.filter(elder=elder).first() or ResponsePlan(elder=elder)


def public_services(elder: Elder | None) -> dict[str, str]:
    """The numbers of "ambulance", "police" and "fire" where she lives.

    Her cell's own, else those of the nearest cell above it that names one, else the settings'.
    """
    return _services_of(elder.grid if elder else None)


def services_near(lat: float, lon: float) -> dict[str, str]:
    """The same for a place: that of the cell in which the nearest elder lives, NEAR_DEGREES at
    most away; cells have no borders of their own in the register."""
    near = Elder.objects.filter(
        grid__isnull=False,
        lat__range=(lat - NEAR_DEGREES, lat + NEAR_DEGREES),
        lon__range=(lon - NEAR_DEGREES, lon + NEAR_DEGREES),
    )
    away = (F("lat") - lat) * (F("lat") - lat) + (F("lon") - lon) * (F("lon") - lon)
    nearest = near.select_related("grid").order_by(away, "pk").first()
    return public_services(nearest)


def _services_of(own: GridCell | None) -> dict[str, str]:
    numbers = dict(settings.PUBLIC_SERVICES)
    if own is None:
        return numbers
    codes = [own.code[:length] for length in range(1, len(own.code))]
    above = [] if _names_all(own) else GridCell.objects.filter(code__in=codes)
    for cell in [*sorted(above, key=lambda one: len(one.code)), own]:  # the nearest has the word
        numbers |= {name: getattr(cell, name) for name in numbers if getattr(cell, name)}
    return numbers


def housemates(elder: Elder) -> QuerySet[Elder]:
    """The other elders of her household."""
    if elder.household_id is None:
        return Elder.objects.none()
    return Elder.objects.filter(household=elder.household_id).exclude(pk=elder.pk)


def accesses_for(
    user: User | AnonymousUser, elder: Elder, *, now: datetime
) -> QuerySet[AccessEntry]:
    """Who looked at `elder`, newest first, as far as `user` may know it.

    Sealed entries (safeguarding) are for supervisors and auditors: whoever she must be protected
    from may be holding her telephone.
    """
    entries = AccessEntry.objects.filter(elder=elder).select_related("actor").order_by("-at", "-id")
    if not any(consent.may_see(user, elder, scope, now=now) for scope in consent.Scope):
        return entries.none()
    if roles.of(user) & {Role.SUPERVISOR, Role.AUDITOR}:
        return entries
    return entries.filter(sealed=False)


def _names_all(cell: GridCell) -> bool:
    return bool(cell.ambulance and cell.police and cell.fire)


def _link(user: User) -> Exists:
    return Exists(FamilyLink.objects.filter(elder=OuterRef("pk"), user=user))


def _consented(user: User, now: datetime | None) -> Exists:
    return Exists(Consent.objects.filter(consent.running(now), elder=OuterRef("pk"), grantee=user))


def _named(text: str) -> Q:
    """Each column by itself: an index is read in a fifth of the time that the rows take."""
    ways = [Q(name__istartswith=text), Q(name_zh__startswith=text)]
    if letters := pinyin.typed(text):
        ways += [Q(spelled__startswith=letters), Q(initials__startswith=letters)]
    match = Q()
    for way in ways:
        match |= Q(pk__in=Elder.objects.filter(way).values("pk"))
    return match


def _with_number(text: str) -> Q:
    """By exact values alone, and keys fetched first, so that each has its index."""
    hashes = search_hashes(text)
    match = Q(id_number_hash__in=hashes) | Q(card_number_hash__in=hashes)
    number = _number_or_none(text)
    if number:
        holders = LineHolder.objects.filter(line__number=number)
        match |= Q(pk__in=list(holders.values_list("elder_id", flat=True)))
    return match


def _number_or_none(raw: str) -> str | None:
    try:
        return normalise(raw)
    except ElderError:
        return None
