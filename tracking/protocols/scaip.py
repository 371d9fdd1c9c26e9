"""SCAIP: social alarm units that send a SIP MESSAGE with XML. Pure.

Sources: SS 91100:2014 and CLC/TS 50134-9 as open implementations of them read, and RFC 3261/3428.
Two dialects are in the field: `application/scaip+xml` with root `mrq` and tags of three letters,
answered with `mrs`; and root `scaip` with tags in words, answered with the same root. The unit is
known by its controller (`cid`, `controllerId`), which is what stands in her home.

A reply of 200 carries the status number: 0 kept and understood, 2 kept but not understood, 7 an
id is missing. 503 says that it was not kept: send it again.
"""

import re
from datetime import datetime
from xml.parsers import expat
from xml.sax.saxutils import escape

from tracking.messages import Kind, Message
from tracking.protocols import readings, scaip_codes, sip
from tracking.protocols.dialect import Heard, Session
from tracking.words import printable

HEARTBEAT = "1"  # the code of the interval that we ask for
OK, UNREADABLE, INCOMPLETE = "0", "2", "7"
MAX_DEPTH, MAX_ELEMENTS = 8, 200

_ROOT_END = re.compile(rb"</(?:mrq|scaip)\s*>", re.I)
_TAG = re.compile(r"<(cid|controllerId|did|deviceId)\s*>\s*([^<\s]{1,64})\s*</", re.I)
_NAMES = {
    "controllerid": "cid",
    "deviceid": "did",
    "devicetype": "dty",
    "devicecomponent": "dco",
    "statuscode": "stc",
    "statustext": "stt",
    "messagetype": "mty",
    "callerid": "crd",
    "callbacknumber": "crd",
    "location": "lte",
    "infotext": "ite",
    "reference": "ref",
}
_TEXTS = ("did", "dte", "stt", "lco", "lva", "lte", "ite", "pri")
_PAIR = re.compile(r"\s*(-?\d{1,3}(?:\.\d{1,9})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,9})?)\s*")


class Refused(Exception):
    """XML that is broken, or is not what a unit would send."""


class Scaip:
    name = "scaip"
    max_frame = 16_384

    def open(self) -> Session:
        return Session()

    def split(self, stream: bytes) -> tuple[bytes | None, int]:
        start = len(stream) - len(stream.lstrip(b"\r\n"))
        head = sip.HEAD_END.search(stream, start)
        if not head:
            return None, start
        length = sip.body_length(stream[start : head.end()])
        if length is not None:
            end = head.end() + length
            return (stream[start:end], end) if end <= len(stream) else (None, start)
        if b"xml" not in stream[start : head.end()].lower():
            return stream[start : head.end()], head.end()
        closed = _ROOT_END.search(stream, head.end())  # a body of unsaid length ends with its root
        return (stream[start : closed.end()], closed.end()) if closed else (None, start)

    def read(self, frame: bytes, session: Session, *, now: datetime) -> Heard:
        request = sip.read(frame)
        if request is None:
            if frame.startswith(b"SIP/2.0"):
                return Heard()  # somebody answers what we never asked
            return Heard((Message(errors={"frame": "must be SIP"}),))
        if request.method == "OPTIONS":
            return Heard(reply=sip.answer(request, 200, more="Allow: MESSAGE, OPTIONS"))
        if request.method != "MESSAGE":
            refusal = sip.answer(request, 405, more="Allow: MESSAGE, OPTIONS")
            return Heard(reply=refusal) if request.method != "ACK" else Heard()
        return _read(request, session)

    def takes(self, order: str, argument: str) -> bool:
        return False  # SCAIP knows no orders

    def command(self, order: str, argument: str, session: Session) -> bytes:
        return b""


def _read(request: sip.Request, session: Session) -> Heard:
    refusal = sip.answer(request, 503, more="Retry-After: 2")
    text = request.body.decode("utf-8", "replace")
    try:
        root, said = elements(request.body)
    except Refused as broken:
        return _broken(request, text, str(broken), refusal)
    message = Message(said.get("cid") or said.get("did") or request.sender)
    message.device_id = printable(message.device_id, 64)
    session.device_id = message.device_id
    if not message.device_id:
        message.errors["cid"] = "is missing"
    if root == "mrq":
        message.kinds = scaip_codes.coded(
            said.get("mty", "ME").upper(), said.get("stc", ""), said.get("dty", "")
        )
    else:
        message.kinds = scaip_codes.worded(said.get("stc", ""), said.get("dty", ""))
    told = " ".join(f"{tag}={said[tag]}" for tag in _TEXTS if said.get(tag))
    message.alarm_text = printable(f"{told} {text}")
    message.reference = printable(f"{request.header('call-id')} {request.header('cseq')}")
    message.callback = _callback(said.get("crd", ""))
    if found := _PAIR.fullmatch(said.get("geo", "")):
        readings.place(message, float(found[1]), float(found[2]), valid=True)
    status = OK if message.device_id else INCOMPLETE
    reply = _reply(request, root, said.get("ref", ""), status)
    return Heard((message,), reply, refusal if message.device_id or message.kinds else reply)


def _broken(request: sip.Request, text: str, reason: str, refusal: bytes) -> Heard:
    """A unit that cannot make itself understood cries for help, as far as we know."""
    found = {tag.lower(): value for tag, value in _TAG.findall(text)}
    ids = [found.get(tag) for tag in ("cid", "controllerid", "did", "deviceid")]
    device_id = next(filter(None, ids), "") or request.sender
    reply = _reply(request, "scaip" if "<scaip" in text else "mrq", "", UNREADABLE)
    if not device_id:
        return Heard((Message(errors={"body": reason}),), reply, reply)
    message = Message(printable(device_id, 64), kinds=(Kind.RAW,), alarm_text=printable(text))
    message.reference = printable(f"{request.header('call-id')} {request.header('cseq')}")
    message.warnings["body"] = reason
    return Heard((message,), reply, refusal)


def elements(body: bytes) -> tuple[str, dict[str, str]]:
    """The root, and the text of the elements within by their three-letter names.

    Raises Refused for what is broken, for another root, and for any document type: entities are
    how XML does harm.
    """
    roots: list[str] = []
    open_tags: list[str] = []
    found: dict[str, str] = {}
    count = 0

    def start(tag: str, _: object) -> None:
        nonlocal count
        count += 1
        open_tags.append(tag.rpartition(":")[2].lower())
        if count == 1:
            roots.extend(open_tags)
        if len(open_tags) > MAX_DEPTH or count > MAX_ELEMENTS:
            raise Refused("holds too many elements")

    def text(said: str) -> None:
        if len(open_tags) > 1:
            name = _NAMES.get(open_tags[-1], open_tags[-1])
            found[name] = (found.get(name, "") + said)[:512]

    def document_type(*_: object) -> None:
        raise Refused("must not have a document type")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_tags.pop()
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = document_type
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as broken:
        raise Refused("must be readable XML") from broken
    if roots[0] not in ("mrq", "scaip"):
        raise Refused("must have the root mrq or scaip")
    return roots[0], {name: value.strip() for name, value in found.items()}


def _reply(request: sip.Request, root: str, reference: str, status: str) -> bytes:
    ref = escape(printable(reference, 64))
    if root == "mrq":
        inside = f"<ref>{ref}</ref><snu>{status}</snu><hbi>{HEARTBEAT}</hbi>"
        body = f"<mrs>{inside}</mrs>"
    else:
        word = "ACK" if status == OK else "NACK"
        echo = f"<reference>{ref}</reference>" if ref else ""
        body = (
            f"<scaip>{echo}<result>{word}</result><statusNumber>{status}</statusNumber>"
            f"<heartbeatInterval>{HEARTBEAT}</heartbeatInterval></scaip>"
        )
    said = request.header("content-type").partition(";")[0].strip()
    kind = said if "xml" in said and said.isascii() else "application/scaip+xml"
    document = f'<?xml version="1.0" encoding="UTF-8"?>{body}'
    return sip.answer(request, 200, body=document, content_type=kind)


def _callback(said: str) -> str:
    address = printable(said, 256)
    return address if address.rpartition(":")[2] else ""
