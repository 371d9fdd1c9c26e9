"""Reading bytes one field after another, and the checksums and digits of the binary protocols."""

from collections.abc import Callable, Iterable


class Short(ValueError):
    """The frame ends before the field does."""


class Octets:
    """A place in a frame, moving on with every field. Numbers are big-endian.

    Every read raises Short where the frame is too short for it.
    """

    __slots__ = ("at", "data")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    @property
    def left(self) -> int:
        return max(0, len(self.data) - self.at)

    def take(self, count: int) -> bytes:
        if count < 0 or count > self.left:
            raise Short("ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def rest(self) -> bytes:
        return self.take(self.left)

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count))

    def signed(self, count: int) -> int:
        return int.from_bytes(self.take(count), signed=True)

    def digits(self, count: int) -> str:
        """Two decimal digits a byte; raises ValueError where there are none."""
        return digits(self.take(count))


def digits(data: bytes) -> str:
    """Binary-coded decimals as text; raises ValueError where a half byte is no digit."""
    text = data.hex()
    if not text.isdecimal() and text:
        raise ValueError("must be decimal digits")
    return text


def either(*readers: Callable[[], str]) -> str:
    """What the first reader says that can say something; "" when none can."""
    for read in readers:
        try:
            return read()
        except ValueError:
            continue
    return ""


def bits(value: int, *, width: int = 32) -> Iterable[int]:
    """The numbers of the bits that are 1, the lowest first."""
    return (bit for bit in range(width) if value >> bit & 1)


def xor(data: bytes) -> int:
    """All bytes added without carry."""
    sum_ = 0
    for byte in data:
        sum_ ^= byte
    return sum_


def _x25_row(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0x8408 if byte & 1 else 0)
    return byte


_X25 = tuple(map(_x25_row, range(256)))


def crc_x25(data: bytes) -> int:
    """CRC-16 of ITU-T X.25: polynomial 0x1021 reflected, begun and ended with 0xFFFF."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _X25[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFF


def luhn(number: str) -> str:
    """The check digit that makes an IMEI of fourteen digits one of fifteen."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(number)]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)
