"""The other side: what a device of each protocol would send. For tests, the conformance kit, and
the canary. Written from the protocols' descriptions, and sharing with the decoders nothing but the
checksums.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from tracking.protocols.octets import crc_x25, xor

Place = tuple[float, float]  # latitude, longitude


class Speaker(Protocol):
    """One device. Each call makes the next frame, with the next serial where there are any."""

    name: str
    device_id: str

    def login(self) -> bytes:
        """What comes first on a new connection; b"" where nothing has to."""

    def heartbeat(self) -> bytes: ...

    def fix(self, place: Place, *, at: datetime) -> bytes: ...

    def sos(self, place: Place | None, *, at: datetime) -> bytes:
        """The button; with the place, or without one."""

    def is_answer(self, sent: bytes, reply: bytes) -> bool:
        """Whether the reply says that this frame was received."""


class Obedient(Speaker, Protocol):
    """One that takes orders, too."""

    def obey(self, told: bytes, place: Place, *, at: datetime) -> bytes:
        """What it says when it has done what the frame tells it."""


def _hemisphere(value: float, letters: str) -> str:
    return letters[value < 0]


@dataclass
class SpeakingWatch:
    device_id: str = "8800000015"
    vendor: str = "3G"
    battery: int = 76
    name: str = "watch"

    def login(self) -> bytes:
        return self.heartbeat()

    def heartbeat(self) -> bytes:
        return self._frame(f"LK,50,100,{self.battery}")

    def fix(self, place: Place, *, at: datetime) -> bytes:
        return self._report("UD", place, at, state=0)

    def sos(self, place: Place | None, *, at: datetime) -> bytes:
        return self._report("AL", place, at, state=1 << 16)

    def is_answer(self, sent: bytes, reply: bytes) -> bool:
        word = sent.rsplit(b"*", 1)[1].partition(b",")[0].rstrip(b"]")
        return reply == self._frame(word[:2].decode())

    def obey(self, told: bytes, place: Place, *, at: datetime) -> bytes:
        return self._frame(told.rsplit(b"*", 1)[1].partition(b",")[0].rstrip(b"]").decode())

    def _report(self, word: str, place: Place | None, at: datetime, *, state: int) -> bytes:
        lat, lon = place or (0.0, 0.0)
        return self._frame(
            f"{word},{at:%d%m%y,%H%M%S},{'A' if place else 'V'},"
            f"{abs(lat):.6f},{_hemisphere(lat, 'NS')},{abs(lon):.6f},{_hemisphere(lon, 'EW')},"
            f"3.60,152.0,90.0,7,60,{self.battery},1000,50,{state:08X},"
            "1,1,460,0,9360,4082,131,1,home,c8:3a:35:00:11:22,-61,12.5"
        )

    def _frame(self, content: str) -> bytes:
        return f"[{self.vendor}*{self.device_id}*{len(content):04X}*{content}]".encode()


@dataclass
class SpeakingGt06:
    device_id: str = "352887071911998"
    name: str = "gt06"
    serial: int = 0

    def login(self) -> bytes:
        return self._frame(0x01, bytes.fromhex(self.device_id.rjust(16, "0")))

    def heartbeat(self) -> bytes:
        return self._frame(0x13, b"\x44\x05\x04\x00\x02")

    def fix(self, place: Place, *, at: datetime) -> bytes:
        return self._frame(0x12, self._gps(place, at) + b"\x01\xcc\x00\x24\x90\x00\x0f\xf2")

    def sos(self, place: Place | None, *, at: datetime) -> bytes:
        cell = b"\x09\x01\xcc\x00\x24\x90\x00\x0f\xf2"
        return self._frame(0x16, self._gps(place, at) + cell + b"\x60\x05\x04\x01\x02")

    def is_answer(self, sent: bytes, reply: bytes) -> bool:
        checked = b"\x05" + sent[3:4] + sent[-6:-4]
        return reply == b"xx" + checked + crc_x25(checked).to_bytes(2) + b"\r\n"

    def obey(self, told: bytes, place: Place, *, at: datetime) -> bytes:
        return self._frame(0x15, b"\x07" + told[5:9] + b"OK!" + b"\0\2")

    def _gps(self, place: Place | None, at: datetime) -> bytes:
        lat, lon = place or (0.0, 0.0)
        flags = 152 | (place is not None) << 12 | (lon < 0) << 11 | (lat >= 0) << 10
        clock = bytes([at.year - 2000, at.month, at.day, at.hour, at.minute, at.second])
        degrees = (round(abs(lat) * 1_800_000), round(abs(lon) * 1_800_000))
        return (
            clock
            + b"\xc7"
            + b"".join(value.to_bytes(4) for value in degrees)
            + b"\x04"
            + flags.to_bytes(2)
        )

    def _frame(self, kind: int, content: bytes) -> bytes:
        self.serial = self.serial % 0xFFFF + 1
        checked = bytes([len(content) + 5, kind]) + content + self.serial.to_bytes(2)
        return b"xx" + checked + crc_x25(checked).to_bytes(2) + b"\r\n"


@dataclass
class SpeakingJt808:
    """2013's edition by default; `version` 1 is 2019's."""

    device_id: str = "13512345678"
    name: str = "jt808"
    version: int | None = None
    result: int = 0  # what it says became of an order: 0 is done
    serial: int = field(default=0)

    def login(self) -> bytes:
        plate = bytes(4) + b"70111" + b"ELDER-1".ljust(20, b"\0") + b"0000001" + b"\0"
        return self._frame(0x0100, plate)

    def heartbeat(self) -> bytes:
        return self._frame(0x0002, b"")

    def fix(self, place: Place, *, at: datetime) -> bytes:
        return self._frame(0x0200, self.report(place, at))

    def sos(self, place: Place | None, *, at: datetime) -> bytes:
        return self._frame(0x0200, self.report(place, at, alarms=1))

    def batch(self, reports: list[bytes]) -> bytes:
        """Reports kept while there was no network."""
        items = b"".join(len(report).to_bytes(2) + report for report in reports)
        return self._frame(0x0704, len(reports).to_bytes(2) + b"\x01" + items)

    def is_answer(self, sent: bytes, reply: bytes) -> bool:
        plain, said = _unescaped(sent), _unescaped(reply)
        if xor(said):
            return False
        serial_at = 10 if self.version is None else 15
        serial, kind, body = plain[serial_at:][:2], plain[:2], said[serial_at + 2 : -1]
        if kind == b"\x01\x00":
            return said[:2] == b"\x81\x00" and body[:3] == serial + b"\0"
        return said[:2] == b"\x80\x01" and body == serial + kind + b"\0"

    def obey(self, told: bytes, place: Place, *, at: datetime) -> bytes:
        plain = _unescaped(told)
        kind, serial = plain[:2], plain[10 if self.version is None else 15 :][:2]
        if kind == b"\x82\x01":
            return self._frame(0x0201, serial + self.report(place, at))
        return self._frame(0x0001, serial + kind + bytes([self.result]))

    def report(self, place: Place | None, at: datetime, *, alarms: int = 0) -> bytes:
        lat, lon = place or (0.0, 0.0)
        state = 1 | (place is not None) << 1 | (lat < 0) << 2 | (lon < 0) << 3
        beijing = at + timedelta(hours=8)
        return b"".join(
            [
                alarms.to_bytes(4),
                state.to_bytes(4),
                round(abs(lat) * 1e6).to_bytes(4),
                round(abs(lon) * 1e6).to_bytes(4),
                (512).to_bytes(2),
                (36).to_bytes(2),
                (152).to_bytes(2),
                bytes.fromhex(f"{beijing:%y%m%d%H%M%S}"),
                b"\x30\x01\x1f\x31\x01\x09\xd4\x01\x4c",
            ]
        )

    def _frame(self, kind: int, body: bytes) -> bytes:
        self.serial = self.serial % 0xFFFF + 1
        old = self.version is None
        attributes = len(body) | (0 if old else 0x4000)
        terminal = bytes.fromhex(self.device_id.rjust(12 if old else 20, "0"))
        edition = b"" if self.version is None else bytes([self.version])
        head = kind.to_bytes(2) + attributes.to_bytes(2) + edition + terminal
        core = head + self.serial.to_bytes(2) + body
        core += bytes([xor(core)])
        return b"\x7e" + core.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02") + b"\x7e"


@dataclass
class SpeakingH02:
    device_id: str = "4109198974"
    name: str = "h02"

    def login(self) -> bytes:
        return b""

    def heartbeat(self) -> bytes:
        return f"*HQ,{self.device_id},HTBT,76#".encode()

    def fix(self, place: Place, *, at: datetime) -> bytes:
        return self._report(place, at, state=0xFFFFFBFF)

    def sos(self, place: Place | None, *, at: datetime) -> bytes:
        return self._report(place, at, state=0xFFFFFBFD)

    def is_answer(self, sent: bytes, reply: bytes) -> bool:
        head, word = sent.split(b",")[:2], sent.split(b",")[2]
        if word == b"HTBT":
            return reply == b",".join([*head, word]) + b"#"
        return reply.startswith(b",".join([*head, b"V4", word, b""])) and reply.endswith(b"#")

    def obey(self, told: bytes, place: Place, *, at: datetime) -> bytes:
        _, _, word, clock, *what = told.rstrip(b"#").split(b",")
        answer = b",".join([b"", b"V4", word, *what, clock, b""])
        return self._report(place, at, state=0xFFFFFBFF).replace(b",V1,", answer)

    def _report(self, place: Place | None, at: datetime, *, state: int) -> bytes:
        lat, lon = place or (0.0, 0.0)
        degrees = f"{_minutes(lat, 2)},{_hemisphere(lat, 'NS')},"
        degrees += f"{_minutes(lon, 3)},{_hemisphere(lon, 'EW')}"
        return (
            f"*HQ,{self.device_id},V1,{at:%H%M%S},{'A' if place else 'V'},{degrees},"
            f"001.94,152,{at:%d%m%y},{state:08X},460,00,9360,4082#"
        ).encode()


def _minutes(value: float, digits: int) -> str:
    """`3128.0800`: degrees and minutes."""
    degrees, minutes = divmod(round(abs(value) * 600_000), 600_000)
    return f"{degrees:0{digits}}{minutes // 10_000:02}.{minutes % 10_000:04}"


def _unescaped(frame: bytes) -> bytes:
    return frame[1:-1].replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")


SPEAKERS: dict[str, type[Obedient]] = {
    "watch": SpeakingWatch,
    "gt06": SpeakingGt06,
    "jt808": SpeakingJt808,
    "h02": SpeakingH02,
}
