"""Telephone numbers as people write them, and as we keep them: E.164."""

import re

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext as _

from elders.errors import ElderError

# Whole numbers only: one that can be dialled in its own district alone names nobody.
POSSIBLE = phonenumbers.ValidationResult.IS_POSSIBLE


def normalise(raw: str, *, field: str = "number") -> str:
    """`raw` as E.164 ("0571 8765 4321" -> "+8657187654321").

    A number without a country code belongs to `settings.PHONE_REGION`. Its length decides, not the
    list of ranges in use: that list ages, and a new number may call for help too. Raises
    ElderError("invalid_number") which names `field`.
    """
    try:
        parsed = phonenumbers.parse(raw, settings.PHONE_REGION)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or phonenumbers.is_possible_number_with_reason(parsed) != POSSIBLE:
        message = _("This is not a telephone number.")
        raise ElderError("invalid_number", 400, message, {field: message})
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def spaced(number: str, *, language: str) -> str:
    """E.164 in groups, for the eye: as it is dialled at home for who reads Chinese ("138 1234
    5678"), with its country for everybody else and of every other country; the rest as it is."""
    if not re.fullmatch(r"\+\d+", number):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    home = phonenumbers.country_code_for_region(settings.PHONE_REGION)
    at_home = language.startswith("zh") and parsed.country_code == home
    how = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, how.NATIONAL if at_home else how.INTERNATIONAL)
