"""What a simulated phone sends, read strictly: every refusal names the field and the reason."""

import json
import re
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _

from elders.numbers import normalise
from telephony.errors import CallError
from telephony.events import Stamp

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_DIGITS = re.compile(r"[0-9*#]{0,20}", re.ASCII)
_SHORT_CODE = re.compile(r"\+?[0-9]{2,15}", re.ASCII)
_CURSOR = re.compile(r"[0-9]{1,9}", re.ASCII)


def refuse(field: str, reason: str) -> CallError:
    return CallError("bad_request", reason, http_status=400, fields={field: reason})


def read_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of the body; an empty body is an empty object."""
    try:
        raw = request.body
    except RequestDataTooBig:
        raise refuse("body", _("This is too long.")) from None
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise refuse("body", _("This is not JSON.")) from None
    if not isinstance(body, dict):
        raise refuse("body", _("This is not a JSON object."))
    return body


def text_of(body: dict[str, Any], field: str, *, longest: int = 1000, default: Any = None) -> str:
    """A string without control characters, `default` when it is missing; or 400."""
    value = body.get(field, default)
    if value is None:
        raise refuse(field, _("This is missing."))
    if not isinstance(value, str):
        raise refuse(field, _("This is not a text."))
    if len(value) > longest:
        raise refuse(field, _("This is too long."))
    if _CONTROL.search(value) or not _is_unicode(value):
        raise refuse(field, _("This holds characters that are not text."))
    return value


def _is_unicode(value: str) -> bool:
    """No half of a surrogate pair: JSON can spell one, no database can keep it."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def digits_of(body: dict[str, Any]) -> str:
    """Keys of a telephone; "" is silence."""
    digits = text_of(body, "digits")
    if not _DIGITS.fullmatch(digits):
        raise refuse("digits", _("Keys are 0 to 9, * and #, at most 20 of them."))
    return digits


def speech_of(body: dict[str, Any]) -> str:
    text = text_of(body, "text").strip()
    if not text:
        raise refuse("text", _("This is empty."))
    return text


def stamp_of(body: dict[str, Any]) -> Stamp:
    """The `reference` of an event that may be repeated; none: every event is new."""
    return Stamp(text_of(body, "reference", longest=100, default=""))


def number_of(raw: str, field: str) -> str:
    """E.164. A + that a query string turned into a space is put back."""
    return normalise("+" + raw.strip() if raw.startswith(" ") else raw.strip(), field=field)


def dialled_of(body: dict[str, Any], *, default: str) -> str:
    """The number that was dialled; a short one like 12349 is as good as a long one."""
    dialled = text_of(body, "to", longest=32, default=default).strip()
    if not _SHORT_CODE.fullmatch(dialled):
        raise refuse("to", _("This is not a telephone number."))
    return dialled


def cursor_of(request: HttpRequest) -> int | None:
    """`?after=`, the instructions already heard; None when it is not given."""
    raw = request.GET.get("after")
    if raw is None:
        return None
    if not _CURSOR.fullmatch(raw):
        raise refuse("after", _("This is not a cursor."))
    return int(raw)
