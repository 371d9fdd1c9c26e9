"""From the datums of Chinese maps to WGS-84. Pure: degrees in, degrees out.

GCJ-02 shifts every place in China by up to some 700 m, by a formula that was never published but is
known from its results; it stands here as it is written in many libraries, such as googollee's
eviltransform and wandergis' coordtransform (both MIT), with the ellipsoid of Krasovsky 1940. Its
inverse is found by iteration: the shift changes so little from place to place that each step leaves
less than a thousandth of the error. BD-09 is Baidu's own turn upon GCJ-02. Outside the rectangle
that the formula takes for China nothing is shifted.
"""

from math import atan2, cos, hypot, pi, sin, sqrt

WGS84, GCJ02, BD09 = "wgs84", "gcj02", "bd09"

_SOUTH, _NORTH, _WEST, _EAST = 0.8293, 55.8271, 72.004, 137.8347
_AXIS_M = 6_378_245.0
_ECCENTRICITY2 = 0.00669342162296594323
_BAIDU = pi * 3000 / 180
_CLOSE = 1e-9  # degrees: a tenth of a millimetre
_STEPS = 10


def to_wgs84(lat: float, lon: float, datum: str) -> tuple[float, float]:
    """The same place in WGS-84, to within a millimetre; what is not of China stays as it is."""
    if datum == WGS84 or not _in_china(lat, lon):
        return lat, lon
    wanted = _gcj02_of_bd09(lat, lon) if datum == BD09 else (lat, lon)
    at = wanted
    for _ in range(_STEPS):
        said = _shifted(*at)
        off = wanted[0] - said[0], wanted[1] - said[1]
        at = at[0] + off[0], at[1] + off[1]
        if max(abs(off[0]), abs(off[1])) < _CLOSE:
            break
    return at


def from_wgs84(lat: float, lon: float, datum: str) -> tuple[float, float]:
    """The same place as a map in that datum shows it."""
    if datum == WGS84 or not _in_china(lat, lon):
        return lat, lon
    shifted = _shifted(lat, lon)
    return _bd09_of_gcj02(*shifted) if datum == BD09 else shifted


def _in_china(lat: float, lon: float) -> bool:
    return _SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST


def _shifted(lat: float, lon: float) -> tuple[float, float]:
    """GCJ-02 of WGS-84."""
    x, y = lon - 105.0, lat - 35.0
    ripple = 20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += 2 / 3 * (ripple + _waves(y, (1, 20), (1 / 3, 40), (1 / 12, 160), (1 / 30, 320)))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += 2 / 3 * (ripple + _waves(x, (1, 20), (1 / 3, 40), (1 / 12, 150), (1 / 30, 300)))
    latitude = lat / 180 * pi
    bulge = 1 - _ECCENTRICITY2 * sin(latitude) ** 2
    meridian_m = _AXIS_M * (1 - _ECCENTRICITY2) / (bulge * sqrt(bulge))
    parallel_m = _AXIS_M / sqrt(bulge) * cos(latitude)
    return lat + north * 180 / (meridian_m * pi), lon + east * 180 / (parallel_m * pi)


def _waves(along: float, *waves: tuple[float, float]) -> float:
    return sum(height * sin(along * pi * often) for often, height in waves)


def _bd09_of_gcj02(lat: float, lon: float) -> tuple[float, float]:
    far = hypot(lon, lat) + 0.00002 * sin(lat * _BAIDU)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BAIDU)
    return far * sin(angle) + 0.006, far * cos(angle) + 0.0065


def _gcj02_of_bd09(lat: float, lon: float) -> tuple[float, float]:
    at = lat - 0.006, lon - 0.0065
    for _ in range(_STEPS):
        said = _bd09_of_gcj02(*at)
        off = lat - said[0], lon - said[1]
        at = at[0] + off[0], at[1] + off[1]
        if max(abs(off[0]), abs(off[1])) < _CLOSE:
            break
    return at
