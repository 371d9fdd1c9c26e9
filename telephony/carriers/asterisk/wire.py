"""Asterisk's manager protocol on the wire. Pure: bytes and text in, messages out.

A message is lines of `Key: value` that end in CRLF, and an empty line. Only CRLF ends a line: a
caller's display name may hold U+2028, U+0085 or a vertical tab, which `str.splitlines` would take
for line breaks and so for new keys.
"""

from collections.abc import Iterator, Mapping

from asterisk.ami.event import Event
from asterisk.ami.response import Response

from telephony.errors import CarrierError

END = b"\r\n\r\n"
LONGEST = 1 << 20
"""Bytes that a peer may send without ending a message; more is no Asterisk."""


class Packs:
    """Cuts the stream of bytes into messages: `yield from packs.take(received)`."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def take(self, received: bytes) -> Iterator[str]:
        """The messages that are complete with these bytes. ValueError for an endless one."""
        self._rest += received
        done = self._rest.rfind(END)
        if done >= 0:
            whole = bytes(self._rest[:done])
            del self._rest[: done + len(END)]
            for pack in whole.split(END):
                # A message may end in one CRLF too many, which then heads the next one.
                if text := pack.decode("utf-8", "replace").strip("\r\n"):
                    yield text
        if len(self._rest) > LONGEST:
            raise ValueError("a message without an end")


def read(pack: str) -> Event | Response | None:
    """The message, as the library's own classes; None for what is neither."""
    first, *lines = pack.split("\r\n")
    kind, _colon, what = first.partition(":")
    match kind.lower():
        case "event":
            return Event(what.strip(), _fields(lines))
        case "response":
            return Response(what.strip(), _fields(lines), [])
        case _:
            return None


def _fields(lines: list[str]) -> dict[str, str]:
    """Key → value; a key that comes again (variables, output) has its values on lines of one."""
    fields: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.partition(": ")
        if not colon:
            key, colon, value = line.partition(":")
        if colon:
            fields[key] = f"{fields[key]}\n{value}" if key in fields else value
    return fields


def action(name: str, fields: Mapping[str, str], variables: Mapping[str, str]) -> bytes:
    """An action to send. CarrierError for a line break in any part: it would forge a header."""
    pairs = [("Action", name), *fields.items()]
    pairs += [("Variable", f"{key}={value}") for key, value in variables.items()]
    for key, value in pairs:
        if any(sign in key or sign in value for sign in "\r\n\0"):
            raise CarrierError(f"a line break in {key!r} of {name}", permanent=True)
    return ("".join(f"{key}: {value}\r\n" for key, value in pairs) + "\r\n").encode()
