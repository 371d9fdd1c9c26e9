"""Answer-time rules are rows: supervisors, the on-call mobiles, contacts and a promise."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch import answering, desk, notices
from dispatch.models import AnswerRule, Deadline, Notice
from dispatch.models.clock import RUNNING
from elders.models import LineHolder
from telephony import agents
from telephony.models import Call, CallBack, OutboundJob
from tests import cast
from tests.dispatch.town import sweep
from tests.scenarios.phone import Phone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def simulator(settings):
    settings.SIMULATOR = True


def later(seconds):
    call = Call.objects.earliest("pk")
    return call.opened_at + timedelta(seconds=seconds)


def told(code):
    return Notice.objects.filter(code=code, done_at=None).first()


def rings():
    phone = Phone(cast.MEI_NUMBER)
    phone.dial()
    return phone


def test_the_first_three_rules_are_seeded():
    kept = AnswerRule.objects.values_list("after_s", "act")
    assert list(kept) == [(15, "supervisors"), (60, "on_call"), (180, "contacts")]


def test_each_threshold_is_a_deadline_in_its_turn():
    cast.mei()
    rings()
    due = []
    for seconds in (0, 15, 60, 180):
        sweep(later(seconds))
        clock = Deadline.objects.get(RUNNING, kind="waiting")
        due.append(round((clock.due_at - later(0)).total_seconds()))
    assert due == [15, 60, 180, 240]


def test_after_180_s_her_contacts_are_told_and_she_is_promised_a_call_back():
    mei = cast.mei(language="en")
    cast.line(mei, "+8613800000077", verified_at=timezone.now())
    cast.ka_ming(mei)
    Phone("+8613800000077").dial()
    for seconds in (15, 60, 180):
        sweep(later(seconds))
    text = OutboundJob.objects.get(purpose="waiting")
    assert (text.kind, text.to) == ("text", cast.KA_MING_NUMBER)
    assert "Mei Chen" in text.text
    callback = CallBack.objects.get()
    assert (callback.reason, callback.reached_at) == ("waited", None)
    assert Deadline.objects.filter(RUNNING, callback=callback).exists()
    call = Call.objects.get()
    assert "ring you back" in call.script[-1]["text"]
    assert call.state == "ringing"  # she keeps her place
    assert told("waiting_180")


def test_an_unverified_number_tells_nobody_else_and_is_promised_all_the_same():
    mei = cast.mei()

    LineHolder.objects.update(verified_at=None)
    cast.ka_ming(mei)
    rings()
    for seconds in (15, 60, 180):
        sweep(later(seconds))
    assert not OutboundJob.objects.filter(purpose="waiting").exists()
    assert CallBack.objects.get().reason == "waited"


def test_answering_her_keeps_the_promise():
    cast.mei()
    rings()
    for seconds in (15, 60, 180):
        sweep(later(seconds))
    olive = cast.olive()
    desk.take(Call.objects.get().pk, by=olive, now=later(185))
    assert CallBack.objects.get().reached_by == olive
    assert not Deadline.objects.filter(RUNNING, callback__isnull=False).exists()


def test_hanging_up_after_the_promise_is_one_call_back():
    cast.mei()
    phone = rings()
    for seconds in (15, 60, 180):
        sweep(later(seconds))
    phone.hang_up()
    assert CallBack.objects.get().reached_at is None


def test_a_town_changes_the_rules_in_the_register():
    AnswerRule.objects.all().delete()
    AnswerRule.objects.create(after_s=30, act="supervisors")
    cast.mei()
    rings()
    sweep(later(15))
    assert not told("waiting_15")
    sweep(later(30))
    assert told("waiting_15").data["seconds"] == 30


def test_a_table_without_rules_never_means_silence():
    AnswerRule.objects.update(active=False)
    assert [rule.after_s for rule in answering.rules()] == [15, 60, 180]


def test_only_people_who_are_ready_count_as_free():
    cast.mei()
    now = timezone.now()
    olive, sol = cast.olive(), cast.sol()
    for one in (olive, sol):
        agents.seen(one, now=now)
    agents.choose(sol, "away", reason="meal", now=now)
    rings()
    sweep(later(15))
    assert told("waiting_15").data["free"] == 1


def test_all_rules_that_passed_while_we_were_down_act_at_once_and_once():
    cast.mei()
    rings()
    sweep(later(200))
    assert [bool(told(code)) for code in ("waiting_15", "waiting_60", "waiting_180")] == [True] * 3
    sweep(later(205))
    assert told("waiting_15").times == 1
    notices.settle(call=Call.objects.get(), now=later(206))
