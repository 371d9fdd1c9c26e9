"""The daily check-in, step by step: two tries, then her contacts, then somebody goes and looks.

Each step is a row that becomes due: a `waiting` check-in, an outbound job, a deadline. A silence
is a line of its log. Heard from her by any other way, it ends there and then. Order of locks: call
and job, then the check-in, then its other jobs (`outbound.withdraw` never waits for those).
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from dispatch import (
    clocks,
    everyday_wording,
    hearing,
    intake,
    mornings,
    notices,
    reaching,
    trunks,
)
from dispatch.actors import SYSTEM
from dispatch.live import pokes
from dispatch.models import CheckIn, CheckInEvent, Deadline, Notice, ServiceRequest
from dispatch.reaching import Message, reach
from dispatch.states import Priority
from dispatch.timing import (
    CHECKIN_AGAIN_AT_MOST_S,
    CHECKIN_AGAIN_S,
    CHECKIN_ANSWER_S,
    CHECKIN_BEHIND_S,
    CHECKIN_CONTACTS_S,
    CHECKIN_UNPLACED_S,
)
from elders import selectors
from elders.models import Elder
from telephony import outbound
from telephony.models import Call, OutboundJob

CHECKIN_CLOCK = "checkin"
TRIES = 2
CARRIER_WORKS_S = 600
"""Seconds since a leg of ours was last placed for which the carrier counts as working."""
State = CheckIn.State


def ring_due(*, now: datetime, limit: int = 50) -> int:
    """Rings those who are due, the silent and those at risk first, as far as lines are free.

    One process at a time: another that comes meanwhile leaves it to this one.
    """
    _give_up_waiting(now=now)
    if not trunks.free():
        return 0
    with transaction.atomic():
        if not mornings.is_mine(now=now):
            return 0
        room = trunks.free()
        waiting = CheckIn.objects.filter(state=State.WAITING, due_at__lte=now)
        order = waiting.select_related("elder").order_by("-tries", "-risk", "due_at", "pk")
        due = list(order.select_for_update(of=("self",), skip_locked=True, no_key=True)[:limit])
        heard = _heard(due, now=now)
        rung = 0
        for checkin in due:
            if rung < room and _try(checkin, heard, now=now):
                rung += 1
        return rung


def open_of(elder: Elder) -> QuerySet[CheckIn]:
    """What is still to be answered of hers."""
    return CheckIn.objects.filter(elder=elder, state__in=CheckIn.OPEN)


def heard_from(elder: Elder, how: str, *, now: datetime) -> None:
    """She called, or pressed something: what was to be asked today is answered."""
    open_ones = open_of(elder)
    if not open_ones.exists():
        return
    with transaction.atomic():
        for checkin in open_ones.select_for_update(of=("self",), no_key=True):
            _end(checkin, State.HEARD, now=now, how=how)


def well(checkin_id: int, *, now: datetime) -> None:
    """She pressed 1."""
    _answered(checkin_id, State.WELL, now=now)


def wants_a_person(checkin_id: int, *, now: datetime, unwell: bool = False) -> None:
    """She pressed another key: whoever answers her in the queue has it from here."""
    _answered(checkin_id, State.PERSON, now=now, unwell=unwell)


def vouched(checkin_id: int, *, by: str, now: datetime) -> None:
    """A contact has seen or spoken with her today."""
    _answered(checkin_id, State.VOUCHED, now=now, by=by)


def cannot_say(checkin_id: int, *, by: str, now: datetime) -> None:
    """A contact knows nothing: the next is rung now; with nobody left, somebody goes."""
    with transaction.atomic():
        checkin = hold(checkin_id)
        if checkin is None or checkin.state != State.CONTACTS:
            return
        _log(checkin, "cannot_say", now=now, by=by)
        outbound.withdraw(_contacts_of(checkin), to=by, now=now)
        if outbound.under_way(_contacts_of(checkin)).exclude(to=by).exists():
            outbound.hasten(_contacts_of(checkin), now=now)
        else:
            _send(checkin, now=now)


def silent(checkin_id: int, *, now: datetime, **how: Any) -> None:
    """A try had no answer: once more in ten minutes, then the contacts are asked."""
    with transaction.atomic():
        checkin = hold(checkin_id)
        if checkin is None or checkin.state != State.RINGING:
            return
        outbound.withdraw(checkin.subject, now=now)
        clocks.clear(CHECKIN_CLOCK, checkin=checkin, now=now)
        if _never_rang(checkin, now=now):
            return
        _log(checkin, "silent", now=now, **how)
        if checkin.tries < TRIES:
            checkin.state = State.WAITING
            checkin.due_at = now + timedelta(seconds=CHECKIN_AGAIN_S)
            checkin.save(update_fields=["state", "due_at"])
        else:
            _ask_contacts(checkin, now=now)


def fire(deadline: Deadline, *, now: datetime) -> None:
    """The clock of a try or of the contacts has run out."""
    checkin = hold(deadline.checkin_id or 0)
    if checkin is None or checkin.state not in CheckIn.OPEN:
        return
    if _settled_otherwise(checkin, _heard([checkin], now=now), now=now):
        return
    if checkin.state == State.RINGING:
        silent(checkin.pk, now=now)
    elif checkin.state == State.CONTACTS:
        _send(checkin, now=now)


def hold(checkin_id: int, *, skip_locked: bool = False) -> CheckIn | None:
    """The check-in, its row locked until commit."""
    rows = CheckIn.objects.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)
    return rows.select_related("elder").filter(pk=checkin_id).first()


# --- the steps -------------------------------------------------------------------------------


def _try(checkin: CheckIn, heard: dict[int, str], *, now: datetime) -> bool:
    """Rings or writes to her; False when that is not needed, or not possible."""
    if _settled_otherwise(checkin, heard, now=now):
        return False
    elder, numbers = checkin.elder, selectors.numbers_of(checkin.elder)
    if not numbers:
        # A gap in the register is for a person, not for a visit every day.
        notices.tell("checkin_no_number", now=now, data={"elder": elder.name_in()})
        _end(checkin, State.MISSED, now=now, why="no number")
        return False
    message = Message(
        "checkin",
        checkin.subject,
        everyday_wording.checkin_call(elder, language=elder.language),
        everyday_wording.checkin_text(elder, language=elder.language),
        elder=elder,
        expires_at=now + timedelta(seconds=CHECKIN_ANSWER_S),
        attempts=1,
    )
    reach(reaching.elder(elder, numbers[checkin.tries % len(numbers)]), message, now=now)
    checkin.state, checkin.tries = State.RINGING, checkin.tries + 1
    checkin.save(update_fields=["state", "tries"])
    _log(checkin, "rung", now=now)
    clocks.arm(CHECKIN_CLOCK, after_s=CHECKIN_ANSWER_S, now=now, checkin=checkin)
    return True


def _never_rang(checkin: CheckIn, *, now: datetime) -> bool:
    """Whether this try reached no telephone through no fault of hers: it does not count.

    Either it was still waiting to be placed, or the carrier places nothing at all. A carrier that
    places others and not hers has been given a wrong number: that is a silence like any other.
    """
    rung = checkin.events.filter(kind="rung").last()
    jobs = OutboundJob.objects.filter(subject=checkin.subject)
    if rung is not None:
        jobs = jobs.filter(created_at__gte=rung.at)
    if jobs.exclude(carrier_ref="").exists():
        return False
    attempted = jobs.filter(attempts__gt=0).exists()
    lately = now - timedelta(seconds=CARRIER_WORKS_S)
    if attempted and Call.objects.filter(job__isnull=False, opened_at__gte=lately).exists():
        return False
    checkin.state, checkin.tries = State.WAITING, checkin.tries - 1
    checkin.due_at = now + timedelta(seconds=CHECKIN_UNPLACED_S) if attempted else checkin.due_at
    checkin.save(update_fields=["state", "tries", "due_at"])
    _log(checkin, "not_placed", now=now)
    if attempted and not Notice.objects.filter(code="checkins_unplaced", done_at=None).exists():
        notices.tell("checkins_unplaced", level="sos", now=now)
    return True


def _ask_contacts(checkin: CheckIn, *, now: datetime) -> None:
    """The first is rung at once, the others are written to and rung in turn."""
    contacts = {one.phone: one for one in selectors.contacts_to_ring(checkin.elder)}
    if not contacts:
        _send(checkin, now=now)
        return
    for order, contact in enumerate(contacts.values()):
        listener = reaching.contact(contact)
        message = Message(
            "checkin_contact",
            _contacts_of(checkin),
            everyday_wording.checkin_contact_call(checkin.elder, language=listener.language),
            everyday_wording.checkin_contact_text(checkin.elder, language=listener.language),
            priority=Priority.URGENT,
            elder=checkin.elder,
            expires_at=now + timedelta(seconds=CHECKIN_CONTACTS_S),
            attempts=2,
        )
        reach(listener, message, both=True, rings_after_s=order * 60, now=now)
    checkin.state = State.CONTACTS
    checkin.save(update_fields=["state"])
    _log(checkin, "contacts", now=now, count=len(contacts))
    clocks.arm(CHECKIN_CLOCK, after_s=CHECKIN_CONTACTS_S, now=now, checkin=checkin)


def _send(checkin: CheckIn, *, now: datetime) -> None:
    """Nobody knows: an urgent visit by who can help her if she lies on the floor."""
    request = intake.open_request(
        elder=checkin.elder,
        category=intake.DEFAULT_CATEGORY,
        priority=Priority.URGENT,
        source=ServiceRequest.Source.CHECKIN,
        by=SYSTEM,
        note=everyday_wording.no_answer(checkin.tries, language=settings.LANGUAGE_CODE),
        dedupe=checkin.subject,
        now=now,
    )
    notices.tell("checkin_silent", level="sos", now=now, request=request)
    checkin.request = request
    checkin.save(update_fields=["request"])
    _end(checkin, State.VISIT, now=now, request=request.pk)


def _give_up_waiting(*, now: datetime) -> None:
    """Who was silent once does not wait for a free line for long; a backlog is told to the desk."""
    waiting = CheckIn.objects.filter(state=State.WAITING)
    held_up = Q(tries__gt=0, due_at__lte=now - timedelta(seconds=CHECKIN_AGAIN_AT_MOST_S))
    for pk in list(waiting.filter(held_up).values_list("pk", flat=True)[:50]):
        with transaction.atomic():
            checkin = hold(pk, skip_locked=True)
            if checkin is None or checkin.state != State.WAITING:
                continue
            if not _settled_otherwise(checkin, _heard([checkin], now=now), now=now):
                _ask_contacts(checkin, now=now)
    today = mornings.town_day(now)
    evening = mornings.instant(today, mornings.EVENING)
    gone = Q(day__lt=today)
    if now >= evening:
        gone |= Q(due_at__lt=evening)
    missed = waiting.filter(gone, tries=0).update(state=State.MISSED, ended_at=now)
    if missed:
        notices.tell("checkins_missed", now=now, data={"count": missed})
    behind = waiting.filter(due_at__lte=now - timedelta(seconds=CHECKIN_BEHIND_S)).count()
    if behind and not Notice.objects.filter(code="checkins_behind", done_at=None).exists():
        notices.tell("checkins_behind", now=now, data={"count": behind})


# --- what ends it ----------------------------------------------------------------------------


def _settled_otherwise(checkin: CheckIn, heard: dict[int, str], *, now: datetime) -> bool:
    """Whether she was heard from today, or is not at home to be asked."""
    if checkin.elder_id in heard:
        _end(checkin, State.HEARD, now=now, how=heard[checkin.elder_id])
    elif checkin.elder.status != Elder.Status.PRESENT:
        _end(checkin, State.PAUSED, now=now, status=checkin.elder.status)
    return checkin.state not in CheckIn.OPEN


def _heard(checkins: list[CheckIn], *, now: datetime) -> dict[int, str]:
    """Who was heard from since this morning, in town."""
    midnight = mornings.instant(mornings.town_day(now), mornings.MIDNIGHT)
    return hearing.since([one.elder_id for one in checkins], at=midnight)


def _answered(checkin_id: int, state: State, *, now: datetime, **data: Any) -> None:
    with transaction.atomic():
        checkin = hold(checkin_id)
        if checkin is not None and checkin.state in CheckIn.OPEN:
            _end(checkin, state, now=now, **data)


def _end(checkin: CheckIn, state: State, *, now: datetime, **data: Any) -> None:
    checkin.state, checkin.ended_at = state, now
    checkin.save(update_fields=["state", "ended_at"])
    _log(checkin, state, now=now, **data)
    clocks.clear(CHECKIN_CLOCK, checkin=checkin, now=now)
    outbound.withdraw(checkin.subject, now=now)
    outbound.withdraw(_contacts_of(checkin), now=now)


def _log(checkin: CheckIn, kind: str, *, now: datetime, **data: Any) -> None:
    CheckInEvent.objects.create(checkin=checkin, at=now, kind=kind, data=data)
    pokes.after_commit("console")
    pokes.after_commit(f"elder:{checkin.elder_id}")


def _contacts_of(checkin: CheckIn) -> str:
    return f"checkin_contact:{checkin.pk}"
