"""Operators at work: one open row each, moved by calls, kept open by a live console."""

from datetime import timedelta

import pytest

from telephony import agents, desk, inbound
from telephony.errors import CallError
from telephony.models import AgentState, Call, Skill
from tests.cast import BO_NUMBER, LAN_NUMBER, lan, mei, olive, sol
from tests.telephony.test_desk import ring

pytestmark = pytest.mark.django_db


def states(user) -> list[str]:
    return list(AgentState.objects.filter(user=user).order_by("id").values_list("state", flat=True))


def at(now, seconds):
    return now + timedelta(seconds=seconds)


def test_who_opens_the_console_is_ready(now):
    agents.seen(olive(), now=now)
    assert [row.state for row in agents.ready(now=now)] == ["ready"]


def test_a_call_and_its_wrap_up_move_the_operator_and_end_in_ready(now):
    operator, call = olive(), ring(now)
    agents.seen(operator, now=now)
    desk.claim(call, by=operator, now=at(now, 1))
    desk.talk(call, by=operator, now=at(now, 2))
    assert not agents.ready(now=at(now, 2)).exists()
    desk.hang_up(call, by=operator, now=at(now, 30))
    desk.wrap_up(call, by=operator, disposition="helped", now=at(now, 40))
    assert states(operator) == ["ready", "on_call", "wrap_up", "ready"]
    rows = AgentState.objects.filter(user=operator).order_by("id")
    assert [row.until for row in rows] == [at(now, 1), at(now, 30), at(now, 40), None]


def test_a_caller_who_hangs_up_leaves_the_operator_in_wrap_up(now):
    operator, call = olive(), ring(now)
    agents.seen(operator, now=now)
    desk.claim(call, by=operator, now=now)
    desk.talk(call, by=operator, now=now)
    inbound.hang_up(call, now=at(now, 5))
    assert states(operator)[-1] == "wrap_up"


def test_away_needs_a_reason_and_does_not_count_as_free(now):
    operator = olive()
    agents.seen(operator, now=now)
    with pytest.raises(CallError) as refused:
        agents.choose(operator, "away", now=now)
    assert list(refused.value.fields) == ["reason"]
    agents.choose(operator, "away", reason="meal", now=at(now, 1))
    agents.seen(operator, now=at(now, 15))
    assert not agents.ready(now=at(now, 15)).exists()
    assert agents.here(now=at(now, 15)).get().reason == "meal"
    agents.choose(operator, "ready", now=at(now, 20))
    assert agents.ready(now=at(now, 20)).exists()


def test_nobody_says_ready_with_a_call_in_hand(now):
    operator, call = olive(), ring(now)
    desk.claim(call, by=operator, now=now)
    with pytest.raises(CallError) as refused:
        agents.choose(operator, "ready", now=now)
    assert refused.value.code == "bad_state"


def test_a_console_that_is_gone_closes_its_row_as_of_its_last_sign(now):
    operator = olive()
    agents.seen(operator, now=now)
    agents.seen(operator, now=at(now, 15))
    assert agents.lapse(now=at(now, 74)) == 0
    assert agents.lapse(now=at(now, 75)) == 1
    assert AgentState.objects.get().until == at(now, 15)
    assert not agents.here(now=at(now, 75)).exists()


def test_signing_out_closes_the_row(now):
    operator = olive()
    agents.seen(operator, now=now)
    desk.sign_out(operator, now=at(now, 9))
    assert AgentState.objects.get().until == at(now, 9)


def queued(now, elder, leg, number):
    call = ring(now, leg, number)
    Call.objects.filter(pk=call).update(elder=elder)
    return call


def test_the_best_call_is_the_first_whose_language_one_speaks_and_hides_nobody(now):
    operator = olive()
    Skill.objects.create(user=operator, code="en")
    chinese = queued(now, mei(), "leg-1", BO_NUMBER)
    english = lan()
    english.language = "en"
    english.save()
    other = queued(at(now, 1), english, "leg-2", LAN_NUMBER)
    assert [call.pk for call in desk.queue()] == [chinese, other]
    assert agents.best(desk.queue(), operator, now=at(now, 9)).pk == other
    assert agents.best(desk.queue(), sol(), now=at(now, 9)).pk == chinese  # without a list: all


def test_who_has_waited_a_minute_comes_first_whatever_she_speaks(now):
    operator = olive()
    Skill.objects.create(user=operator, code="en")
    first = queued(now, mei(), "leg-1", BO_NUMBER)
    ring(at(now, 1), "leg-2", LAN_NUMBER)
    assert agents.best(desk.queue(), operator, now=at(now, 60)).pk == first


def test_an_emergency_is_never_passed_over_for_a_lesser_call(now):
    operator = olive()
    Skill.objects.create(user=operator, code="zh-hans")
    ring(now, "leg-1", LAN_NUMBER)
    grave = ring(at(now, 1), "leg-2", BO_NUMBER)
    Call.objects.filter(pk=grave).update(priority="emergency")
    assert agents.best(desk.queue(), operator, now=at(now, 2)).pk == grave
