"""The keys of the console: what each act has, what an operator may choose instead.

A key is written as `keys.js` reads it: F2, Shift+F7, Ctrl+Enter, Alt+h, n, /; "" is none. Digits
belong to the candidates, and Alt with a digit to the outcomes of a call.
"""

import re
from collections.abc import Mapping

DEFAULTS = {
    "answer": "F2",
    "look": "Shift+F2",
    "join": "F3",
    "hold": "F4",
    "away": "Shift+F4",
    "add": "F7",
    "ambulance": "Shift+F7",
    "mute": "F8",
    "hang_up": "F9",
    "take": "t",
    "send": "Ctrl+Enter",
    "best": "b",
    "note": "n",
    "test": "Shift+F8",
    "find": "/",
    "help": "?",
}
KEPT_BY_BROWSERS = frozenset({"F1", "F5", "F6", "F11", "F12", "Ctrl+F4", "Alt+F4", "Ctrl+F5"})
_KEY = re.compile(r"(?:(?:Ctrl|Alt|Shift)\+)?F(?:[1-9]|1[0-2])|(?:Ctrl|Alt)\+Enter|(?:Alt\+)?[a-z]")
_SIGNS = frozenset("/?.,;'[]-=")
_SIGN = {"Shift": "⇧", "Enter": "↵"}


def read(typed: str) -> str:
    """What was typed or pressed, as a key is written: " shift + f4" -> "Shift+F4"."""
    parts = [part.strip() for part in typed.split("+")]
    return "+".join(part.lower() if len(part) == 1 else part.capitalize() for part in parts)


def faults(chosen: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What is wrong with a choice: act -> ("unknown" | "browser" | "taken", by which act)."""
    found: dict[str, tuple[str, str]] = {}
    has: dict[str, str] = {}
    for act, key in chosen.items():
        if not key:
            continue
        if key in KEPT_BY_BROWSERS:
            found[act] = ("browser", "")
        elif not _KEY.fullmatch(key) and key not in _SIGNS:
            found[act] = ("unknown", "")
        elif key in has:
            found[act] = ("taken", has[key])
        else:
            has[key] = act
    return found


def shown(key: str) -> str:
    """As it stands on a button: "⇧ F4"."""
    parts = key.split("+")
    return " ".join(_SIGN.get(part, part.upper() if len(part) == 1 else part) for part in parts)
