"""The console's search: whom an operator may mean who heard half a number, or a name wrongly.

Beside what `selectors.find` knows, four digits or more are looked for at the end of a telephone
number, then anywhere in it, then in her second one and those of her contacts; and each word may be
any of a Latin name. Where nothing is found at all, one letter may be wrong.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice, takewhile

import phonenumbers
from django.conf import settings
from django.db.models import Q, QuerySet

from elders.models import Contact, Elder, LineHolder, User
from elders.selectors import elders_for, find

PART = 4  # fewer digits, or letters, may be anybody's


def search(user: User, text: str, *, most: int, now: datetime | None = None) -> list[Elder]:
    """The elders `user` may see whom `text` may mean, likeliest first, `most` at most."""
    seen = elders_for(user, now=now)
    found = list(find(user, text, now=now)[:most])
    for match in _ways(text):
        others = seen.filter(match).exclude(pk__in=[elder.pk for elder in found])
        found += others.order_by("name", "pk")[: most - len(found)]
    return found or _slips(seen, text, most)


def one_off(typed: str, meant: str) -> bool:
    """Whether they differ by one letter at most: another, one too many or few, or two swapped."""
    pairs = zip(typed, meant, strict=False)
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    typed, meant = typed[same:], meant[same:]
    swapped = typed[1::-1] + typed[2:]
    return typed[1:] == meant[1:] or typed[1:] == meant or typed == meant[1:] or swapped == meant


def _ways(text: str) -> Iterator[Q]:
    """What `text` may be a part of, likeliest first."""
    if re.fullmatch(r"[\d\s()+-]+", text):
        digits = re.sub(r"\D", "", text)
        if len(digits) >= PART:
            yield _at_number(Q(line__number__endswith=digits))
            yield _at_number(_part_of("line__number", digits))
            around = Contact.objects.filter(_part_of("phone", digits))
            yield _part_of("second_number", digits) | Q(pk__in=around.values("elder"))
    elif words := text.split():
        match = Q()
        for word in words:
            match &= Q(name__istartswith=word) | Q(name__icontains=f" {word}")
        yield Q(pk__in=Elder.objects.filter(match).values("pk"))


def _part_of(column: str, digits: str) -> Q:
    """The digits anywhere in the number, or at its beginning as it is dialled at home."""
    code = phonenumbers.country_code_for_region(settings.PHONE_REGION)
    at_home = f"+{code}{digits.removeprefix('0')}"
    return Q((f"{column}__contains", digits)) | Q((f"{column}__startswith", at_home))


def _at_number(match: Q) -> Q:
    return Q(pk__in=LineHolder.objects.filter(match).values("elder"))


def _slips(seen: QuerySet[Elder], text: str, most: int) -> list[Elder]:
    """Those whose pinyin, or a word of whose Latin name, is one letter off."""
    words = re.findall(r"[a-z0-9]+", text.lower()) if text.isascii() else []
    whole, longest = "".join(words), max(words, key=len, default="")
    if len(whole) < PART or whole.isdigit():
        return []
    spelled = _like(seen, "spelled", whole, lambda one: one_off(whole, one))
    names = _like(seen, "name", longest, lambda one: _means(words, one.lower().split()))
    meant = Q(spelled__in=islice(spelled, most)) | Q(name__in=islice(names, most))
    return list(seen.filter(meant).order_by("name", "pk")[:most])


def _like(
    seen: QuerySet[Elder], column: str, word: str, is_meant: Callable[[str], bool]
) -> Iterator[str]:
    """Of one letter that is wrong, either what stands before it or what follows is half the word
    and right: the database looks for that, in one narrow column."""
    half = (len(word) - 1) // 2
    match = Q()
    for right in filter(None, (word[:half], word[half + 1 :])):
        match |= Q((f"{column}__icontains", right))
    kept = seen.filter(match).order_by(column).values_list(column, flat=True).distinct()
    return filter(is_meant, kept.iterator())


def _means(words: list[str], name: list[str]) -> bool:
    """Every word begins one of the name's, but for one that is one letter off."""
    odd = [word for word in words if not any(one.startswith(word) for one in name)]
    return len(odd) == 1 and any(one_off(odd[0], one) for one in name)
