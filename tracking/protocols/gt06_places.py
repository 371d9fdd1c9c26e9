"""Where a GT06 device is, as its frames say it: fixes, cells, access points. Pure."""

import re

from tracking.messages import Cell, Message, Wifi
from tracking.protocols.octets import Octets
from tracking.protocols.readings import KMH_MPS, instant, instant_1970, pairs, place

GPS_BYTES = 18  # time 6, satellites 1, latitude 4, longitude 4, speed 1, flags and course 2
MINUTES = 1_800_000  # a degree, in the protocol's 1/30000 of a minute

_TOLD_PLACE = re.compile(r"Lat:([NS])(\d{1,2}\.\d{1,9}),Lon:([EW])(\d{1,3}\.\d{1,9})")


def read_gps(message: Message, body: Octets, *, ahead_s: int = 0) -> None:
    message.sent_at = instant(body.take(6), ahead_s=ahead_s)
    body.take(1)
    lat, lon, speed = body.number(4), body.number(4), body.number(1)
    put(message, lat, lon, body.number(2), speed)


def put(message: Message, lat: int, lon: int, flags: int, speed_kmh: int | None = None) -> None:
    """The fix; bits 10 to 12 of the flags say north, west and valid, the lower ones the course."""
    place(
        message,
        (lat if flags & 0x400 else -lat) / MINUTES,
        (-lon if flags & 0x800 else lon) / MINUTES,
        valid=bool(flags & 0x1000),
        speed_mps=None if speed_kmh is None else speed_kmh * KMH_MPS,
        course=flags & 0x3FF,
    )


def gps_at(data: bytes, places: tuple[int, ...]) -> int | None:
    """The first of the places where a time and a position stand."""
    for at in places:
        if len(data) < at + GPS_BYTES or instant(data[at : at + 6]) is None:
            continue
        lat, lon = (int.from_bytes(data[at + n : at + n + 4]) for n in (7, 11))
        if lat <= 90 * MINUTES and lon <= 180 * MINUTES:
            return at
    return None


def read_cell(message: Message, body: Octets, *, mnc: int = 1, lac: int = 2, cid: int = 3) -> None:
    """The serving cell; the arguments are sizes in bytes. Bit 15 of the mcc widens the mnc."""
    country = body.number(2)
    network = body.number(2 if country & 0x8000 else mnc)
    area, number = body.number(lac), body.number(cid)
    if country and (area or number):
        message.cells = (Cell(country & 0x7FFF, network, area, number),)


def read_cells(
    message: Message, body: Octets, *, count: int, wide: bool, ahead_s: int, counted: bool = False
) -> None:
    """Time, mcc, mnc and so many cells; `counted`: with the advance and their number before."""
    message.sent_at = instant(body.take(6), ahead_s=ahead_s)
    if counted:
        body.take(1)
    country = body.number(2)
    network = body.number(2 if country & 0x8000 else 1)
    cells = []
    for _ in range(body.number(1) if counted else count):
        area, number = body.number(4 if wide else 2), body.number(8 if wide else 3)
        cells.append(Cell(country & 0x7FFF, network, area, number, -body.number(1)))
    message.cells = tuple(dict.fromkeys(cell for cell in cells if cell.lac or cell.cid))


def read_access_points(message: Message, body: Octets, count: int) -> None:
    """Six bytes of address and one of signal each; as many of them as there are."""
    whole = min(count, body.left // 7)
    message.wifi = tuple(Wifi(body.take(6).hex(":"), -body.number(1)) for _ in range(whole))


def read_named_access_points(message: Message, body: Octets) -> None:
    """Type 0xF3: a time in decimal digits, a count, and each with two bytes before it."""
    message.sent_at = instant(pairs(body.take(6).hex()))
    points = []
    for _ in range(min(body.number(1), body.left // 8)):
        body.take(2)
        points.append(Wifi(body.take(6).hex(":")))
    message.wifi = tuple(points)


def read_bare_hints(message: Message, body: Octets, count: int) -> None:
    """A time in decimal digits, access points, a count, mcc, mnc and cells of five bytes."""
    message.sent_at = instant(pairs(body.take(6).hex()))
    read_access_points(message, body, count)
    cells, country, network = body.number(1), body.number(2), body.number(1)
    whole = min(cells, body.left // 5)
    heard = [
        Cell(country, network, body.number(2), body.number(2), -body.number(1))
        for _ in range(whole)
    ]
    message.cells = tuple(dict.fromkeys(heard))


def bare_hints_size(view: bytes) -> int:
    """The size of a whole bare frame with those; 0 where it is not all there."""
    count_at = 10 + 7 * view[2]
    return count_at + 4 + 5 * view[count_at] + 2 if len(view) > count_at else 0


def read_module(message: Message, body: Octets) -> None:
    """Module 0x33 of a frame 0x70: seconds since 1970, satellites, height, place, speed, flags."""
    message.sent_at = instant_1970(body.number(4))
    body.take(1)
    height = body.signed(2)
    lat, lon, speed = body.number(4), body.number(4), body.number(1)
    put(message, lat, lon, body.number(2), speed)
    if message.fix:
        message.fix = message.fix._replace(altitude_m=float(height))


def read_told(message: Message, text: str) -> None:
    """The place in the text with which a device answers WHERE#."""
    if found := _TOLD_PLACE.search(text):
        lat, lon = float(found[2]), float(found[4])
        lat, lon = (-lat if found[1] == "S" else lat), (-lon if found[3] == "W" else lon)
        place(message, lat, lon, valid="Last position" not in text)
