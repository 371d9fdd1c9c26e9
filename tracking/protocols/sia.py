"""SIA DC-09: what alarm panels and pendants' base stations say over TCP and UDP. Pure.

Source: SIA DC-09-2013. Tokens `ADM-CID` (Contact ID), `SIA-DCS` (two letters) and `NULL` (still
here), each with a star where it is encrypted. Answers: ACK (kept), NAK (send it again; carries our
time), DUH (kept, or not, but not understood). A panel that is not answered sends again.

What we do with a frame that is not as it should be: an alarm in it is kept all the same.

* The CRC is wrong: NAK, and what could be read is kept.
* Only the length is wrong: as if it were right; panels are known that count it in decimal.
* It cannot be decrypted, or an event in it not be read: an alarm of kind RAW, and DUH.
* An encrypted one outside the time window (40 s old to 20 s ahead) may be a recording: kept, but
  not verified, and NAK, whose time stamp sets the panel's clock.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tracking.messages import Kind, Message
from tracking.protocols import readings, sia_codes
from tracking.protocols.dialect import Heard, Session
from tracking.protocols.sia_frames import Envelope, crc16, frame, unlock
from tracking.words import printable

OLDEST, NEWEST = timedelta(seconds=40), timedelta(seconds=20)

_LINE_END = re.compile(rb"[\r\n]")
_OUTSIDE = re.compile(
    r'(?:([0-9A-Fa-f]{4})([0-9A-Fa-f]{4}))?"(\*?)([A-Z0-9-]{2,16})"(\d{4})?'
    r"(R[0-9A-Fa-f]{1,6})?(L[0-9A-Fa-f]{1,6})?(?:#([0-9A-Za-z]{1,16}))?\[(.*)",
    re.DOTALL,
)
_ACCOUNT = re.compile(r"#([0-9A-Za-z]{1,16})\|")
_EXTENDED = re.compile(r"\[([A-Z])([^\]]{0,256})\]")
_STAMP = re.compile(r"_(\d\d:\d\d:\d\d,\d\d-\d\d-\d{4})")
_SUPERVISION = re.compile(r"S(R\d{4})(L\d{4})\s{1,8}([0-9A-Za-z]{3,16})\s{1,8}\[ID\w{8}\]")
_DEGREES = re.compile(r"0{0,3}(\d{1,3})([NSEW])(\d{1,2}(?:\.\d{1,6})?)")

Keys = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class _Outside:
    """A frame before its data is looked at."""

    envelope: Envelope
    word: str
    starred: bool
    intact: bool
    rest: str


class Sia:
    """`keys` gives the key of an account, or None."""

    name = "sia"
    max_frame = 4096

    def __init__(self, keys: Keys = lambda account: None) -> None:
        self._keys = keys

    def open(self) -> Session:
        return Session()

    def split(self, stream: bytes) -> tuple[bytes | None, int]:
        start = 0
        while end := _LINE_END.search(stream, start):
            if end.start() > start:
                return stream[start : end.start()], end.end()
            start = end.end()
        return None, start

    def read(self, frame: bytes, session: Session, *, now: datetime) -> Heard:
        text = frame.decode("latin-1")
        if supervised := _SUPERVISION.search(text):
            session.device_id = supervised[3].upper()
            return Heard((Message(device_id=session.device_id),), reply=b'"ACK"')
        outside = _outside(text)
        if outside is None:
            return Heard((Message(errors={"frame": "must be SIA DC-09"}),), refusal=_nak(now))
        session.device_id = outside.envelope.account or session.device_id
        return self._read(outside, text, now)

    def takes(self, order: str, argument: str) -> bool:
        return False  # DC-09 knows no orders

    def command(self, order: str, argument: str, session: Session) -> bytes:
        return b""

    def _read(self, outside: _Outside, text: str, now: datetime) -> Heard:
        envelope, key = outside.envelope, None
        inside: str | None = outside.rest
        if outside.starred:
            key = self._keys(envelope.account)
            inside = unlock(outside.rest, key) if key else None
        if inside is None:
            return _sealed(outside, text, now)
        data, _, tail = inside.partition("]")
        said_at = _said_at(tail)
        message = Message(envelope.account, sent_at=said_at, alarm_text=printable(text))
        if not message.device_id and (account := _ACCOUNT.search(data)):
            message.device_id = account[1].upper()
        kinds = _kinds(outside.word, data.rpartition("|")[2])
        message.kinds = (Kind.RAW,) if kinds is None else kinds
        _place(message, dict(_EXTENDED.findall(tail)))
        fresh = said_at is not None and -OLDEST <= said_at - now <= NEWEST
        if key and fresh:
            message.token = key.hex()
        if key:
            message.alarm_text = printable(f"{outside.word} {data.rpartition('|')[2]}")
        refusal = _nak(now)
        if not outside.intact:
            message.warnings["crc"] = "does not match"
        if not outside.intact or (key and not fresh):
            return Heard((message,), reply=refusal, refusal=refusal)
        word = "DUH" if kinds is None else "ACK"
        return Heard((message,), frame(word, envelope, key=key, at=now if key else None), refusal)


def _outside(text: str) -> _Outside | None:
    found = _OUTSIDE.search(text)
    if not found:
        return None
    crc, _, star, word, sequence, receiver, line, account, rest = found.groups()
    content = text[text.index('"', found.start()) :].encode("latin-1")
    envelope = Envelope(sequence or "0000", receiver or "", line or "L0", (account or "").upper())
    intact = crc is not None and int(crc, 16) == crc16(content)
    return _Outside(envelope, word, bool(star), intact, rest)


def _sealed(outside: _Outside, text: str, now: datetime) -> Heard:
    """Encrypted with a key that we do not have: somebody may be crying for help in it."""
    answer = frame("DUH", outside.envelope)
    if outside.word == "NULL":
        wrong = Message(outside.envelope.account, errors={"key": "is not known here"})
        return Heard((wrong,), refusal=answer)
    message = Message(
        outside.envelope.account,
        kinds=(Kind.RAW,),
        alarm_text=printable(text),
        warnings={"key": "is not known here"},
    )
    return Heard((message,), answer if outside.intact else _nak(now), _nak(now))


def _kinds(word: str, data: str) -> tuple[Kind, ...] | None:
    """What the data says; None where nobody can tell."""
    if word == "NULL":
        return ()
    if word == "ADM-CID":
        return sia_codes.contact_id(data)
    return sia_codes.sia_block(data) if word == "SIA-DCS" else None


def _said_at(tail: str) -> datetime | None:
    found = _STAMP.search(tail)
    if not found:
        return None
    try:
        return datetime.strptime(found[1], "%H:%M:%S,%m-%d-%Y").replace(tzinfo=UTC)
    except ValueError:
        return None


def _place(message: Message, extended: dict[str, str]) -> None:
    """Takes the text (I), the place in the home (L, R) and the position (X, Y) along."""
    told = [extended[letter] for letter in "ILR" if extended.get(letter)]
    if told:
        message.alarm_text = printable(" ".join([message.alarm_text, *told]))
    lat, lon = _degrees(extended.get("Y", "")), _degrees(extended.get("X", ""))
    if lat is not None and lon is not None:
        readings.place(message, lat, lon, valid=True)


def _degrees(text: str) -> float | None:
    """`093W23.456`: degrees, hemisphere, minutes."""
    found = _DEGREES.fullmatch(text.strip())
    if not found:
        return None
    value = int(found[1]) + float(found[3]) / 60
    return -value if found[2] in "SW" else value


def _nak(now: datetime) -> bytes:
    return frame("NAK", Envelope(receiver="R0", line="L0A0"), at=now)
