"""Heard from her otherwise; and when it never rang."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch import calling, checkins, deadlines, mornings
from dispatch.models import (
    CheckIn,
    Notice,
    ServiceRequest,
)
from telephony import inbound, outbound
from telephony.models import OutboundJob
from tests import cast
from tests.dispatch.checkins.morning import asked, her, let_ring, press, silent_twice, told, turn
from tests.dispatch.town import cries
from tracking.models import Alarm

pytestmark = pytest.mark.django_db


def test_a_call_of_hers_today_counts(mei, early, morning):
    mei.holdings.update(verified_at=early)
    asked(mei)
    turn(early)
    inbound.incoming("simulator", "a", from_number=cast.MEI_NUMBER, to_number="12349", now=early)
    assert (her().state, told(her())) == ("heard", ["heard"])
    turn(morning)
    assert not OutboundJob.objects.exists()


@pytest.mark.parametrize(("hours_ago", "state"), [(0, "heard"), (8, "ringing")])
def test_a_call_from_before_the_plan_counts_and_yesterdays_does_not(
    mei, early, morning, hours_ago, state
):
    mei.holdings.update(verified_at=early)
    asked(mei)
    at = early - timedelta(hours=hours_ago)
    reply = inbound.incoming(
        "simulator", "a", from_number=cast.MEI_NUMBER, to_number="12349", now=at
    )
    inbound.hang_up(reply.call or 0, now=at)
    turn(morning)
    assert her().state == state


def test_a_call_from_a_number_that_proves_nothing_does_not_count(mei, early, morning):
    mei.holdings.update(verified_at=None)
    asked(mei)
    turn(early)
    inbound.incoming("simulator", "a", from_number=cast.MEI_NUMBER, to_number="12349", now=early)
    assert her().state == "waiting"


def test_a_press_of_her_button_counts_and_a_heartbeat_does_not(mei, early, morning):
    asked(mei)
    turn(early)
    watch = cast.watch(mei)
    watch.last_heard_at = early
    watch.save()
    Alarm.objects.create(device=watch, elder=mei, kinds=["low_battery"], received_at=early)
    turn(morning)
    assert her().state == "ringing"
    Alarm.objects.create(device=watch, elder=mei, kinds=["sos"], received_at=morning)
    let_ring(cast.MEI_NUMBER, morning)
    turn(morning + timedelta(minutes=10))
    assert her().state == "heard"


def test_a_press_on_her_page_counts(mei, early, client):
    client.force_login(cast.signed_in(mei))
    asked(mei)
    mornings.plan(now=datetime.now(UTC))
    CheckIn.objects.update(state="waiting")  # whatever hour it is now
    client.post("/elder/unwell/")
    assert her().state == "heard"


def test_her_page_asks_her_too_and_one_press_is_the_answer(mei, client):
    client.force_login(cast.signed_in(mei))
    client.cookies["django_language"] = "en"
    assert "Are you well today" not in client.get("/elder/").content.decode()
    asked(mei)
    mornings.plan(now=datetime.now(UTC))
    CheckIn.objects.update(state="waiting")
    assert "Are you well today" in client.get("/elder/").content.decode()
    answer = client.post("/elder/well/", follow=True).content.decode()
    assert "Are you well today" not in answer
    assert her().state == "well"


def test_an_open_emergency_is_not_asked_how_it_is(mei, early, morning):
    asked(mei)
    turn(early)
    cries(mei, now=morning)
    calling.sweep(now=morning)
    assert her().state == "heard"


def test_heard_from_while_her_contacts_are_asked_ends_their_calls(mei, early, morning):
    cast.ka_ming(mei)
    asked(mei)
    turn(early)
    now = silent_twice(morning)
    checkins.heard_from(mei, "call", now=now)
    assert her().state == "heard"
    assert not OutboundJob.objects.filter(to=cast.KA_MING_NUMBER, state="ringing").exists()


def test_while_the_carrier_places_nothing_nobody_counts_as_silent(mei, settings, early, morning):
    cast.ka_ming(mei)
    asked(mei)
    turn(early)
    works, settings.CARRIERS = settings.CARRIERS, []
    for minutes in range(0, 90, 2):
        turn(morning + timedelta(minutes=minutes))
    assert her().tries == 0
    assert set(told(her())) == {"rung", "not_placed"}
    assert Notice.objects.filter(code="checkins_unplaced", done_at=None).count() == 1
    assert not ServiceRequest.objects.exists()
    settings.CARRIERS = works
    later = morning + timedelta(minutes=92)
    turn(later)
    press(cast.MEI_NUMBER, "1", later)
    assert her().state == "well"


def test_a_number_the_carrier_refuses_while_it_places_others_is_a_silence(
    mei, settings, early, morning
):
    lan = cast.lan()
    asked(mei)
    asked(lan, risk=3)
    turn(early)
    calling.sweep(now=morning)
    outbound.deliver_due(now=morning, limit=1)  # Lan's telephone rings
    settings.CARRIERS = []
    outbound.deliver_due(now=morning)
    hers = CheckIn.objects.get(elder=mei)
    assert told(hers) == ["rung", "silent"]


def test_a_call_that_was_still_waiting_for_its_turn_is_no_silence(mei, early, morning):
    asked(mei)
    turn(early)
    calling.sweep(now=morning)  # placed with us, and never with the carrier
    late = morning + timedelta(seconds=150)
    deadlines.fire_due(now=late)
    assert (her().state, her().tries, told(her())) == ("waiting", 0, ["rung", "not_placed"])
    turn(late)
    assert her().state == "ringing"
