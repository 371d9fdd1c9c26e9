"""What a social alarm unit says has happened, in our kinds. Pure.

Sources: the code tables of SS 91100:2014 as open implementations of it have them: `stc` is the
status, `dty` the kind of device, `mty` the kind of message. The other dialect has words for them.
"""

from tracking import words
from tracking.messages import Kind, in_order

Kinds = tuple[Kind, ...]

_TRIGGERS = ("0002", "0003", "0004", "0006", "0007", "0046", "0048")  # worn, on the wall, in a lift
_FALLS = ("0005", "0030")
_WANDERING = ("0015", "0029", "0036")
_ALARMS = ("0009", "0010", "0011", "0110")  # automatic, manual, alert, assistance
_FAULTS: dict[str, Kinds] = {
    **dict.fromkeys(("0014", "0016"), (Kind.LOW_BATTERY,)),
    **dict.fromkeys(("0015", "0020"), (Kind.BATTERY_OK,)),
    "0085": (Kind.POWER_LOST,),
    "0086": (Kind.POWER_BACK,),
    **dict.fromkeys(
        (
            "0042",
            "0065",
            "0066",
            "0067",
            "0068",
            "0105",
            "0125",
            *(f"{n:04}" for n in range(32, 41)),
        ),
        (Kind.TAMPER,),
    ),
    **dict.fromkeys(
        "0023 0024 0025 0026 0027 0031 0051 0052 0063 0073 0078 0095 0122 0123".split(),
        (Kind.SILENT,),
    ),
}
_NEWS = frozenset(
    "0002 0003 0004 0005 0006 0007 0008 0012 0013 0017 0018 0019 0021 0028 0030 0041 0047 0048"
    " 0050 0062 0069 0070 0071 0072 0074 0075 0076 0080 0082 0083 0084 0087 0088 0089 0090 0091"
    " 0092 0093 0094 0096 0097 0098 0099 0102 0103 0108 0109 0111 0112 0113 0114 0115 0116 0117"
    " 0118 0119 0120 0121 0124 0127".split()
)
_QUIET_WORDS = frozenset(
    "normal normalstate restoral restored reset manualreset automaticreset heartbeat ping test"
    " ok online idle".split()
)
_ALARM_WORDS = frozenset("alarm manualalarm automaticalarm alert assistance emergency".split())


def coded(message: str, status: str, device: str) -> Kinds:
    """Of `mrq`: () is news."""
    if status:
        status = status.zfill(4)
    if message in ("PI", "RE"):  # still here; an alarm was reset, which ends nothing with us
        return _FAULTS.get(status, ()) if message == "PI" else ()
    if status in _FAULTS:
        return _FAULTS[status]
    if status in _NEWS or (message == "IN" and status not in _ALARMS):
        return ()
    return _by_device(device.zfill(4), manual=status in ("0010", "0110"))


def _by_device(device: str, *, manual: bool) -> Kinds:
    if device in _FALLS:
        return (Kind.SOS, Kind.FALL) if manual else (Kind.FALL,)
    if device in _WANDERING:
        return in_order([Kind.ZONE_EXIT, Kind.SOS if manual else Kind.OTHER])
    if device == "0038":
        return (Kind.TAMPER,)
    return (Kind.SOS,) if manual or device in _TRIGGERS else (Kind.OTHER,)


def worded(status: str, device: str) -> Kinds:
    """Of `scaip`: the status and the kind of device in words, in any spelling of theirs."""
    state, thing = _plain(status), _plain(device)
    if state in _QUIET_WORDS:
        return ()
    if state in _ALARM_WORDS:
        if "fall" in thing:
            return (Kind.FALL,)
        buttons = ("trigger", "button", "pendant", "panic", "unit", "pull")
        return (Kind.SOS,) if any(word in thing for word in buttons) or not thing else (Kind.OTHER,)
    if "batter" in state:
        return (Kind.LOW_BATTERY,)
    if "power" in state or "mains" in state:
        return (Kind.POWER_LOST,) if "fail" in state or "los" in state else (Kind.POWER_BACK,)
    return words.read([status]) or (Kind.RAW,)


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
