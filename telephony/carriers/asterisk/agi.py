"""AsyncAGI: commands that a channel carries out, and what it says of them. Pure."""

import re
from urllib.parse import unquote

KEYS = "0123456789*#"
_RESULT = re.compile(r"200 result=(-?\d+)")


def environment(encoded: str) -> dict[str, str]:
    """`Env` of AsyncAGIStart: `agi_callerid`, `agi_uniqueid` …; only LF ends a line of it."""
    lines = unquote(encoded).split("\n")
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def result(encoded: str) -> int | None:
    """`Result` of AsyncAGIExec; None when the command was not understood.

    -1 is a channel that was hung up or taken elsewhere, or a sound that is not there: the first
    two are followed by AsyncAGIEnd, the last is not.
    """
    found = _RESULT.match(unquote(encoded))
    return int(found[1]) if found else None


def quoted(value: str) -> str:
    """One argument of a command."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def play(path: str) -> str:
    """A sound, named without its ending; any key breaks it off."""
    return f"STREAM FILE {quoted(path)} {quoted(KEYS)}"


def swallow(within_s: float) -> str:
    """Waits for a key, which then breaks nothing off."""
    return f"WAIT FOR DIGIT {int(within_s * 1000)}"


def music() -> str:
    return "SET MUSIC ON waiting"


def record(path: str, *, max_s: int) -> str:
    """Records into `path`.wav until `#`, or 10 s of silence."""
    return f'RECORD FILE {quoted(path)} wav "#" {max_s * 1000} s=10'
