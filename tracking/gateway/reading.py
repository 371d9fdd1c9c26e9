"""What a frame says, whatever its decoder does."""

import logging

from django.utils import timezone

from tracking.messages import Kind, Message
from tracking.protocols.dialect import Dialect, Heard, Session

log = logging.getLogger(__name__)

MAX_RAW = 400  # bytes of a frame that stand in a raw alarm


def read(dialect: Dialect, frame: bytes, session: Session) -> Heard:
    """The frame, read; a decoder that fails must not cost a call for help."""
    try:
        return dialect.read(frame, session, now=timezone.now())
    except Exception:
        log.exception("a frame of %s broke its decoder", dialect.name)
        text = f"{dialect.name} {frame[:MAX_RAW].hex()}"
        return Heard((Message(session.device_id, kinds=(Kind.RAW,), alarm_text=text),))


def cries(heard: Heard) -> bool:
    return any(message.kinds for message in heard.messages)


def usable(heard: Heard) -> list[Message]:
    """The messages that something can be made of."""
    return [message for message in heard.messages if message.kinds or not message.errors]
