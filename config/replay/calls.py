"""Reading a CSV of real calls. A bad row is named and left out; the others are played. Pure."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from zoneinfo import ZoneInfo

COLUMNS = ("called_at", "lat", "lon", "nature", "township")

# What the call-taker typed → how it is played. A pendant is a device, not a telephone.
DEVICE = frozenset({"MEDICAL ALERT ALARM"})
EMERGENCY = frozenset(
    {
        "ALLERGIC REACTION",
        "ALTERED MENTAL STATUS",
        "CARBON MONOXIDE DETECTOR",
        "CARDIAC ARREST",
        "CARDIAC EMERGENCY",
        "CHOKING",
        "CVA/STROKE",
        "DIABETIC EMERGENCY",
        "DROWNING",
        "ELECTROCUTION",
        "HEMORRHAGING",
        "OVERDOSE",
        "POISONING",
        "RESPIRATORY EMERGENCY",
        "SEIZURES",
        "SHOOTING",
        "STABBING",
        "UNCONSCIOUS SUBJECT",
        "UNRESPONSIVE SUBJECT",
    }
)


@dataclass(frozen=True, slots=True)
class RealCall:
    """One row: when (town time made an instant), where (WGS-84), and about what."""

    called_at: datetime
    lat: float
    lon: float
    nature: str
    township: str

    @property
    def by_device(self) -> bool:
        return self.nature in DEVICE

    @property
    def priority(self) -> str:
        return "emergency" if self.nature in EMERGENCY else "urgent"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read: its line in the file, the column and the reason."""

    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.field}: {self.reason}"


class BadFile(Exception):
    """The file is not such a CSV at all."""


def read(lines: Iterable[str], *, zone: ZoneInfo) -> tuple[list[RealCall], list[BadRow]]:
    """The calls in the order of their time, and the rows that could not be read.

    Raises BadFile when the header lacks a column.
    """
    numbered = enumerate(lines, start=1)
    header = _header(next(numbered, (0, ""))[1])
    calls: list[RealCall] = []
    bad: list[BadRow] = []
    for number, line in numbered:
        if not line.strip():
            continue
        try:
            calls.append(_call(dict(zip(header, _cells(line), strict=False)), zone))
        except _Unreadable as reason:
            bad.append(BadRow(number, reason.field, reason.reason))
    return sorted(calls, key=lambda call: call.called_at), bad


class _Unreadable(Exception):
    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason


def _header(line: str) -> list[str]:
    try:
        header = _cells(line)
    except _Unreadable:
        header = []
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise BadFile(f"the header lacks {', '.join(missing)}; it must name {','.join(COLUMNS)}")
    return header


def _cells(line: str) -> list[str]:
    """One line at a time, so that a stray quote spoils its own row and no other."""
    try:
        return next(csv.reader([line.strip("\r\n")]), [])
    except csv.Error as reason:
        raise _Unreadable("row", str(reason)) from None


def _call(row: dict[str, str], zone: ZoneInfo) -> RealCall:
    lat, lon = _degrees(row, "lat", 90), _degrees(row, "lon", 180)
    if (lat, lon) == (0, 0):
        raise _Unreadable("lat", "0, 0 is not a place")
    nature, township = _word(row, "nature"), _word(row, "township")
    if not nature:
        raise _Unreadable("nature", "is empty")
    return RealCall(_instant(row, zone), lat, lon, nature.upper(), township)


def _instant(row: dict[str, str], zone: ZoneInfo) -> datetime:
    text = row.get("called_at", "")
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        raise _Unreadable("called_at", f"{text[:40]!r} is not ISO 8601") from None


def _degrees(row: dict[str, str], field: str, most: int) -> float:
    text = row.get(field, "")
    try:
        value = float(text)
    except ValueError:
        raise _Unreadable(field, f"{text[:40]!r} is not a number") from None
    if not isfinite(value) or abs(value) > most:
        raise _Unreadable(field, f"{text[:40]!r} is not within ±{most}")
    return value


def _word(row: dict[str, str], field: str) -> str:
    text = row.get(field, "").strip()
    if "\0" in text or len(text) > 100:
        raise _Unreadable(field, "is not a short text")
    return text
