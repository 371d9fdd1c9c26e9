"""What an event of an alarm panel means, in our kinds. Pure.

Sources: Contact ID is SIA DC-05 (qualifier, three digits, group, zone), the two letters are SIA
DC-03 appendix A. A restored alarm, an opening, a test is news and no alarm; a trouble with no word
of ours is TAMPER: somebody must look at the thing.
"""

import re

from tracking.messages import Kind, in_order

Kinds = tuple[Kind, ...]

_CONTACT_ID = re.compile(r"\s*([136])\s*(\d{3})(?:\s+([0-9A-Fa-f]{2})(?:\s+([0-9A-Fa-f]{3}))?)?")
_BLOCK = re.compile(r"[A-Z]{2}")
_MODIFIER = re.compile(r"[a-z]{2}[\d:.,-]*/?")

_BATTERY = (302, 309, 311, 338, 384)
_TAMPERED = (137, 144, 145, 316, 341, 383)
_UNHEARD = (*range(350, 360), 381, 382)
_BY_NUMBER: dict[int, Kinds] = {
    **dict.fromkeys((100, 101, *range(120, 126)), (Kind.SOS,)),  # medical, pendant, panic, duress
    # She did not report in, or did not stir in her home: somebody must look after her.
    **dict.fromkeys((102, 641, 654), (Kind.SILENT, Kind.OTHER)),
    **dict.fromkeys(_TAMPERED, (Kind.TAMPER,)),
    **dict.fromkeys(_BATTERY, (Kind.LOW_BATTERY,)),
    **dict.fromkeys(_UNHEARD, (Kind.SILENT,)),
    301: (Kind.POWER_LOST,),
}
_RESTORED: dict[int, Kinds] = {
    301: (Kind.POWER_BACK,),
    **dict.fromkeys(_BATTERY, (Kind.BATTERY_OK,)),
}

_BY_LETTERS: dict[str, Kinds] = {
    **dict.fromkeys("MA PA HA QA".split(), (Kind.SOS,)),
    "NA": (Kind.SILENT, Kind.OTHER),  # no activity in her home
    **dict.fromkeys("TA ES JA".split(), (Kind.TAMPER,)),
    **dict.fromkeys("YT XT YM YP".split(), (Kind.LOW_BATTERY,)),
    **dict.fromkeys("YR XR".split(), (Kind.BATTERY_OK,)),
    **dict.fromkeys("BZ EM UZ YC YS LT".split(), (Kind.SILENT,)),
    "AT": (Kind.POWER_LOST,),
    "AR": (Kind.POWER_BACK,),
}
_ALARMED = "BFGHKMPQSUWZ"  # burglary, fire, gas, hold-up, heat, medical, panic … freeze


def contact_id(data: str) -> Kinds | None:
    """The kinds of `QEEE GG ZZZ`; () is news, None is not Contact ID at all."""
    found = _CONTACT_ID.match(data)
    if not found:
        return None
    qualifier, number = found[1], int(found[2])
    if qualifier == "3":
        return _RESTORED.get(number, ())
    if number in _BY_NUMBER:
        return _BY_NUMBER[number]
    if 200 <= number < 400:
        return (Kind.TAMPER,)
    if 400 <= number < 700:
        return ()  # openings, bypasses, tests
    return (Kind.OTHER,)


def sia_block(data: str) -> Kinds | None:
    """The kinds of all events in a block as `Nri1/MA01/YT`; () is news, None names no event."""
    events = [code for part in _unwrapped(data).split("/") if (code := _code(part))]
    return in_order(kind for code in events for kind in _meaning(code)) if events else None


def _unwrapped(data: str) -> str:
    """Without the leading N (new) or O (old), and without text between ^ and ^."""
    plain = re.sub(r"\^[^^]*\^?", "", data).strip()
    return plain[1:] if re.match(r"[NO](?:[a-z/]|[A-Z]{2})", plain) else plain


def _code(part: str) -> str:
    found = _BLOCK.match(_MODIFIER.sub("", part).lstrip())
    return found[0] if found else ""


def _meaning(code: str) -> Kinds:
    if code in _BY_LETTERS:
        return _BY_LETTERS[code]
    if code[0] in _ALARMED and code[1] in "AMV":
        return (Kind.OTHER,)
    return (Kind.TAMPER,) if code[0] in _ALARMED + "EIRX" and code[1] == "T" else ()
