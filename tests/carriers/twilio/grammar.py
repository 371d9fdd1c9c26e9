"""The rules of TwiML, as far as we use it: which verb may stand where, and what it may carry.

From Twilio's reference of each verb; written down here once, so that a test needs no network.
"""

import re
from xml.etree import ElementTree as ET

YES_NO = r"true|false"
URL = r"https?://\S+"
NUMBER = r"\d{1,5}"
ANY = r".+"

# verb → (what it may hold, attribute → what it may be)
VOICE: dict = {
    "Response": ({"Say", "Gather", "Redirect", "Dial", "Record", "Hangup", "Pause", "Play"}, {}),
    "Say": (set(), {"language": r"cmn-CN|en-GB", "voice": r"Polly\.\w+", "loop": NUMBER}),
    "Gather": (
        {"Say", "Play", "Pause"},
        {
            "input": r"dtmf|speech|dtmf speech",
            "numDigits": r"[1-9]\d?",
            "finishOnKey": r"[0-9*#]*",
            "timeout": NUMBER,
            "action": URL,
            "method": "POST",
            "actionOnEmptyResult": YES_NO,
            "language": r"cmn-Hans-CN|en-GB",
            "speechTimeout": rf"auto|{NUMBER}",
        },
    ),
    "Redirect": (set(), {"method": "POST"}),
    "Dial": (
        {"Conference", "Number", "Client"},
        {"action": URL, "method": "POST", "timeout": NUMBER},
    ),
    "Conference": (
        set(),
        {
            "startConferenceOnEnter": YES_NO,
            "endConferenceOnExit": YES_NO,
            "beep": r"true|false|onEnter|onExit",
            "participantLabel": r"[\w-]{1,128}",
            "record": "record-from-start",
        },
    ),
    "Number": (set(), {}),
    "Record": (
        set(),
        {
            "action": URL,
            "method": "POST",
            "maxLength": NUMBER,
            "timeout": NUMBER,
            "playBeep": YES_NO,
        },
    ),
    "Hangup": (set(), {}),
}
MESSAGES: dict = {"Response": ({"Message"}, {}), "Message": (set(), {})}
# What must hold text, and the most it takes.
TEXT = {"Say": 4096, "Redirect": 4000, "Conference": 128, "Number": 40, "Message": 1600}
LAST = ("Redirect", "Dial", "Hangup")


def read(document: str, verbs: dict = VOICE) -> ET.Element:
    """The document, every rule kept; AssertionError names the one that is not."""
    assert document.startswith('<?xml version="1.0" encoding="UTF-8"?>'), document
    assert len(document.encode()) < 64 * 1024
    root = ET.fromstring(document)
    assert root.tag == "Response"
    _check(root, verbs)
    return root


def read_for_a_caller(document: str) -> ET.Element:
    """The same, and it leaves nobody on a line on which nothing comes any more."""
    root = read(document)
    assert len(root), "an empty answer hangs up on her"
    assert root[-1].tag in LAST, f"after <{root[-1].tag}> Twilio hangs up"
    for early in list(root)[:-1]:
        assert early.tag not in ("Hangup", "Redirect"), f"nothing after <{early.tag}> is reached"
    return root


def _check(node: ET.Element, verbs: dict) -> None:
    assert node.tag in verbs, f"no verb <{node.tag}>"
    holds, attributes = verbs[node.tag]
    for name, value in node.attrib.items():
        assert name in attributes, f"<{node.tag}> has no {name}"
        assert re.fullmatch(attributes[name], value), f"<{node.tag} {name}={value!r}>"
    if node.tag in TEXT:
        text = (node.text or "").strip()
        assert text, f"<{node.tag}> says nothing"
        assert len(text) <= TEXT[node.tag], f"<{node.tag}> is too long"
    for child in node:
        assert child.tag in holds, f"<{child.tag}> within <{node.tag}>"
        _check(child, verbs)
