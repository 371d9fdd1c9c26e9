"""Reaching a person the way they prefer, and by the next way while nobody has answered.

A way is a row in `WAYS`. Push is there for whoever has let a browser be told (`subscriptions`):
the first step for who prefers it, and a courtesy beside the others for everybody else. It costs
nobody time where time counts: a text about anything urgent does not wait for it. Whatever ends the
subject (`outbound.withdraw`) ends all ways at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.ladder import CALL, PUSH, TEXT, climb
from elders.models import Contact, Elder, User
from providers.models import Worker
from telephony import outbound, push, subscriptions
from telephony.models import OutboundJob, Priority

LATER_S = 60.0
"""Seconds that somebody who reads our texts because they cannot hear has, before it rings."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody to be reached. Who is `deaf` is always written to, and never only rung."""

    phone: str
    language: str
    prefers: str
    deaf: bool = False
    account: User | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What they are to hear or read. `subject` names what it is about, so that it ends with it."""

    purpose: str
    subject: str
    call: str
    text: str
    priority: str = Priority.ROUTINE
    elder: Elder | None = None
    expires_at: datetime | None = None
    attempts: int = 3


Way = Callable[[Listener, Message, datetime, datetime], OutboundJob]


def reach(
    listener: Listener,
    message: Message,
    *,
    now: datetime,
    at_once: bool = False,
    both: bool = False,
    rings_after_s: float = 0,
) -> list[OutboundJob]:
    """Places every step of the ladder in the caller's transaction.

    `both` writes also to who prefers to be called, in the same moment; `rings_after_s` holds the
    call back for that long.
    """
    called_first = listener.prefers == CALL
    prefers = TEXT if called_first and (both or listener.deaf) else listener.prefers
    if listener.deaf and not at_once:
        rings_after_s = max(rings_after_s, LATER_S)
    ways, placed = set(WAYS), []
    is_first = prefers == PUSH and message.priority == Priority.ROUTINE
    if not is_first or not subscriptions.has(listener.account):
        ways.discard(PUSH)
        if subscriptions.has(listener.account):
            placed.append(_by_push(listener, message, now, now))
    for rung in climb(prefers, ways=ways, at_once=at_once or (both and called_first)):
        after_s = max(rung.after_s, rings_after_s) if rung.way == CALL else rung.after_s
        at = now + timedelta(seconds=after_s)
        placed.append(WAYS[rung.way](listener, message, at, now))
    return placed


def _by_text(listener: Listener, message: Message, at: datetime, now: datetime) -> OutboundJob:
    return _place(OutboundJob.Kind.TEXT, message.text, listener, message, at, now)


def _by_call(listener: Listener, message: Message, at: datetime, now: datetime) -> OutboundJob:
    return _place(OutboundJob.Kind.CALL, message.call, listener, message, at, now)


def _by_push(listener: Listener, message: Message, at: datetime, now: datetime) -> OutboundJob:
    if listener.account is None:
        raise ValueError("a push is for an account")
    return push.place(
        listener.account,
        to=listener.phone,
        purpose=message.purpose,
        subject=message.subject,
        priority=message.priority,
        at=at,
        expires_at=message.expires_at,
        now=now,
    )


def _place(
    kind: str, words: str, listener: Listener, message: Message, at: datetime, now: datetime
) -> OutboundJob:
    return outbound.place(
        kind,
        listener.phone,
        purpose=message.purpose,
        subject=message.subject,
        text=words,
        language=listener.language,
        priority=message.priority,
        elder=message.elder,
        at=at,
        expires_at=message.expires_at,
        max_attempts=message.attempts,
        now=now,
    )


WAYS: dict[str, Way] = {PUSH: _by_push, TEXT: _by_text, CALL: _by_call}


def worker(one: Worker) -> Listener:
    """In the language of the account, else the first they listed."""
    spoken = one.user.language if one.user else next(iter(one.languages), "zh-hans")
    return Listener(one.phone, spoken, one.reach_by, account=one.user)


def contact(one: Contact) -> Listener:
    spoken = one.user.language if one.user else one.elder.language
    return Listener(one.phone, spoken, one.reach_by, account=one.user)


def elder(one: Elder, number: str) -> Listener:
    deaf = one.hearing == Elder.Hearing.DEAF
    return Listener(number, one.language, one.reach_by, deaf=deaf)
