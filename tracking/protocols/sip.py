"""As much of SIP (RFC 3261) as a MESSAGE needs: requests read, and answers written. Pure."""

import re
from dataclasses import dataclass

HEAD_END = re.compile(rb"\r?\n\r?\n")
_START = re.compile(r"([A-Z]{3,12}) (\S{1,512}) SIP/2\.0\s*", re.ASCII)
_LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*:[ \t]*(\d{1,7})[ \t]*\r?$", re.I | re.M)
_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "c": "content-type",
    "l": "content-length",
}
_ECHOED = ("via", "from", "to", "call-id", "cseq")
_NAMES = {"call-id": "Call-ID", "cseq": "CSeq"}
REASONS = {200: "OK", 405: "Method Not Allowed", 503: "Service Unavailable"}


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` by lower-case name, in order; several of one name stay several."""

    method: str
    uri: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for header, value in self.headers if header == name), "")

    @property
    def sender(self) -> str:
        """The user part of the address in From."""
        found = re.search(r"sips?:([^@;>\s]{1,64})@", self.header("from"))
        return found[1] if found else ""


def body_length(head: bytes) -> int | None:
    """What Content-Length says; None where it says nothing."""
    found = _LENGTH.search(head)
    return int(found[1]) if found else None


def read(frame: bytes) -> Request | None:
    """The request, or None when this is none: a response, or no SIP at all."""
    head, _, body = _halves(frame)
    lines = head.decode("utf-8", "replace").splitlines()
    start = _START.fullmatch(lines[0]) if lines else None
    if not start:
        return None
    headers: list[tuple[str, str]] = []
    for line in lines[1:]:
        if line[:1] in (" ", "\t") and headers:  # a folded line
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if colon:
            plain = name.strip().lower()
            headers.append((_COMPACT.get(plain, plain), value.strip()))
    return Request(start[1], start[2], tuple(headers), body)


def answer(
    request: Request, status: int, *, body: str = "", content_type: str = "", more: str = ""
) -> bytes:
    """The response, with what a response repeats (RFC 3261 8.2.6); `more` is a header line."""
    lines = [f"SIP/2.0 {status} {REASONS[status]}"]
    for name, value in request.headers:
        if name in _ECHOED:
            tagged = name == "to" and ";tag=" not in value
            value = f"{value};tag=one-number" if tagged else value  # noqa: PLW2901
            lines.append(f"{_NAMES.get(name, name.title())}: {value}")
    if more:
        lines.append(more)
    if body:
        lines.append(f"Content-Type: {content_type}")
    said = body.encode()
    lines += [f"Content-Length: {len(said)}", "", ""]
    return "\r\n".join(lines).encode() + said


def _halves(frame: bytes) -> tuple[bytes, bytes, bytes]:
    found = HEAD_END.search(frame)
    if not found:
        return frame, b"", b""
    return frame[: found.start()], found[0], frame[found.end() :]
