"""Days of birth as people write them: the year first, then month and day, in figures."""

import re
import unicodedata
from datetime import date

from django.utils.translation import gettext as _

from elders.errors import ElderError

# 19430418, or three numbers with a sign between them: 1943-04-18, 1943/4/18, 1943年4月18日.
WRITTEN = re.compile(
    r"(\d{4})(\d\d)(\d\d)|(\d{4}) ?[-–./年 ] ?(\d{1,2}) ?[-–./月 ] ?(\d{1,2}) ?[日号]?", re.ASCII
)
OLDEST = 130  # years; nobody has been older


def read(written: str, *, today: date, field: str = "born") -> date:
    """The day that `written` means. Full-width figures and signs count as plain ones.

    The day or the month first is refused, and so is a year of two figures: a guess would make
    somebody thirty years younger. Raises ElderError("invalid_date") which names `field`.
    """
    plain = " ".join(unicodedata.normalize("NFKC", written).split())
    found = WRITTEN.fullmatch(plain)
    if found is None:
        raise _wrong(_("Write year, month and day in figures, as in 1943-04-18."), field)
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        born = date(year, month, day)
    except ValueError as wrong:
        raise _wrong(_("There is no such day in the calendar."), field) from wrong
    if born > today:
        raise _wrong(_("This day has not come yet. Look at the year again."), field)
    if today.year - born.year > OLDEST:
        raise _wrong(_("Nobody is as old as that. Look at the year again."), field)
    return born


def _wrong(message: str, field: str) -> ElderError:
    return ElderError("invalid_date", 400, message, {field: message})
