"""What all decoders make of raw numbers: instants, places, percents and alarms. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tracking.geo import is_nowhere, is_on_earth
from tracking.messages import Fix, Kind, Message, in_order
from tracking.words import printable

KMH_MPS = 1 / 3.6
KNOT_MPS = 0.514444
MAX_FRAME_TEXT = 4096  # characters of a frame that are kept beside its alarm

Said = tuple[Kind, str]  # an alarm, and its word


def instant(numbers: Iterable[int | str], *, ahead_s: int = 0) -> datetime | None:
    """A UTC instant from year (of this century), month, day, hour, minute, second.

    `ahead_s`: by how much the device's clock is ahead of UTC. None where there is no such time.
    """
    try:
        year, month, day, hour, minute, second = map(int, numbers)
        said = datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC)
        return said - timedelta(seconds=ahead_s)
    except (ValueError, OverflowError):
        return None


def instant_1970(seconds: int) -> datetime | None:
    """A UTC instant from seconds since 1970; 0 is a clock that was never set."""
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 2**32 else None


def pairs(text: str) -> list[str]:
    """`210304` as 21, 03, 04."""
    return [text[at : at + 2] for at in range(0, len(text), 2)]


def percent(value: int | None) -> int | None:
    return value if value is not None and 0 <= value <= 100 else None


def place(
    message: Message,
    lat: float,
    lon: float,
    *,
    valid: bool,
    speed_mps: float | None = None,
    course: float | None = None,
    altitude_m: float | None = None,
    accuracy_m: float | None = None,
) -> None:
    """Give the message the fix that it names, at its own time; what is no place becomes a warning.

    Measures that cannot be are left out; a fix that the device doubts is kept and says so.
    """
    if not is_on_earth(lat, lon):
        message.warnings["position"] = "lies outside of the earth"
        return
    if is_nowhere(lat, lon):
        message.warnings["position"] = "(0, 0) is not a place"
        return
    message.fix = Fix(
        lat,
        lon,
        fixed_at=message.sent_at,
        valid=valid,
        speed_mps=_within(speed_mps, 0, 1_000),
        course=None if course is None or not 0 <= course <= 360 else course % 360,
        altitude_m=_within(altitude_m, -12_000, 100_000),
        accuracy_m=_within(accuracy_m, 0, 1e7),
    )


def _within(value: float | None, low: float, high: float) -> float | None:
    return value if value is not None and low <= value <= high else None


def cry(message: Message, said: Iterable[Said], frame: bytes) -> None:
    """Make the message an alarm of all that is said, the gravest first, with the frame beside it.

    Said nothing, it stays as it is.
    """
    words = [*said]
    if not words:
        return
    message.kinds = in_order([*message.kinds, *(kind for kind, _ in words)])
    told = ", ".join(dict.fromkeys(word for _, word in words))
    message.alarm_text = f"{told}: {as_text(frame)}"


def cry_raw(message: Message, why: str, frame: bytes) -> None:
    """Make the message an alarm of which nobody knows what it says."""
    cry(message, [(Kind.RAW, why)], frame)


def as_text(frame: bytes) -> str:
    """The frame as it was sent: its characters where it is text, else hexadecimal."""
    if all(0x20 <= byte < 0x7F for byte in frame.strip(b"\r\n")):
        return printable(frame.decode("ascii"), MAX_FRAME_TEXT)
    return frame.hex()[:MAX_FRAME_TEXT]
