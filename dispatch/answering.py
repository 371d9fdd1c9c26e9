"""Answer-time rules: what happens while a caller waits and nobody answers.

The rules are rows (`AnswerRule`), and each is a deadline of the call in its turn: GB/T 33358 asks
for an answer within 15 s, the TEC standard measures 60 and 180 s.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from dispatch import clocks, notices, summons, wording
from dispatch.models import AnswerRule, Deadline
from telephony import agents, callbacks, script
from telephony.instructions import Say
from telephony.models import Call, CallBack

WAITING_CLOCK, CALLBACK_CLOCK = "waiting", "callback"
AGAIN_S = 60  # after the last rule the desk is told again at this pace
Act = AnswerRule.Act
FIRST = ((15, Act.SUPERVISORS), (60, Act.ON_CALL), (180, Act.CONTACTS))


def ensure(model: Any = None) -> None:
    """Writes the first rules into an empty table; a migration passes its historical model."""
    model = model or AnswerRule
    if not model.objects.exists():
        model.objects.bulk_create(model(after_s=s, act=act) for s, act in FIRST)


def rules() -> list[AnswerRule]:
    """The rules in force, soonest first. A table with none never means silence: the first apply."""
    kept = list(AnswerRule.objects.filter(active=True).order_by("after_s", "id"))
    return kept or [AnswerRule(after_s=after_s, act=act) for after_s, act in FIRST]


def watch(call: Call, *, now: datetime, done: int = 0, is_new: bool = False) -> None:
    """Winds the clock of a live call for the rule that comes after the first `done`."""
    in_force = rules()
    after_s: float = in_force[done].after_s if done < len(in_force) else AGAIN_S
    if done < len(in_force) and call.queued_at and call.state == Call.State.RINGING:
        after_s = max(1.0, after_s - (now - call.queued_at).total_seconds())
    clocks.arm(WAITING_CLOCK, after_s=after_s, now=now, call=call, rounds=done, is_new=is_new)


def ran_out(deadline: Deadline, *, now: datetime) -> None:
    """A live call: is anybody speaking with them? Goes on until the line is dead."""
    call = deadline.call
    if call is None or call.is_over:
        return
    if call.state != Call.State.RINGING or call.queued_at is None:
        if call.operator_id is None:
            notices.settle(call=call, now=now)  # the carrier has put her through by itself
        watch(call, now=now)  # nobody waits; they may do so any moment
        return
    in_force, done = rules(), deadline.rounds
    due = [rule for rule in in_force[done:] if _is_due(rule, call, now=now)]
    if done >= len(in_force):
        _say_again(call, in_force[-1], now=now)
    for rule in due:
        ACTS[rule.act](call, rule, now=now)
    watch(call, now=now, done=done + (len(due) or (done >= len(in_force))))


def watch_callback(callback: CallBack, *, now: datetime, rounds: int = 0) -> None:
    """Winds the clock that keeps a call-back in front of the desk until it is reached."""
    after_s: float = callbacks.DUE_S[callback.priority]
    if rounds == 0:
        after_s = max(1.0, (callback.due_at - now).total_seconds())
    clocks.arm(CALLBACK_CLOCK, after_s=after_s, now=now, callback=callback, rounds=rounds)


def _is_due(rule: AnswerRule, call: Call, *, now: datetime) -> bool:
    return call.queued_at is not None and now >= call.queued_at + timedelta(seconds=rule.after_s)


def _data(rule: AnswerRule, *, now: datetime) -> dict[str, Any]:
    """Only people who are ready count as free: the desk reads how many there are."""
    return {"seconds": rule.after_s, "free": agents.ready(now=now).count()}


def _say_again(call: Call, rule: AnswerRule, *, now: datetime) -> None:
    notices.tell("waiting_60", level="sos", now=now, call=call, data=_data(rule, now=now))


def _supervisors(call: Call, rule: AnswerRule, *, now: datetime) -> None:
    notices.tell("waiting_15", now=now, call=call, data=_data(rule, now=now))


def _on_call(call: Call, rule: AnswerRule, *, now: datetime) -> None:
    notices.tell("waiting_60", level="sos", now=now, call=call, data=_data(rule, now=now))
    summons.ring_on_call(call, now=now)


def _contacts(call: Call, rule: AnswerRule, *, now: datetime) -> None:
    """Her contacts hear that she waits, and she that we ring back; she keeps her place.

    A number that is not verified only suggests who rings: then nobody else is told.
    """
    notices.tell("waiting_180", level="sos", now=now, call=call, data=_data(rule, now=now))
    if call.elder and call.step.get("verified"):
        summons.tell_waiting(call, call.elder, now=now)
    if not call.other_number:
        return
    callback = callbacks.open_callback(call, reason="waited", now=now)
    watch_callback(callback, now=now)
    language = wording.language_of_call(call)
    promise = Say(wording.will_ring_back(language=language), language)
    script.tell(call.pk, [promise], now=now)


ACTS: dict[str, Callable[..., None]] = {
    Act.SUPERVISORS: _supervisors,
    Act.ON_CALL: _on_call,
    Act.CONTACTS: _contacts,
}
