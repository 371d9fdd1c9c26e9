"""Half of the trunks at most, and nobody while somebody waits for help."""

from datetime import timedelta

import pytest

from dispatch import standing, trunks
from dispatch.models import (
    CheckIn,
    CheckInPlan,
    Notice,
)
from telephony import inbound
from telephony.models import Call
from tests import cast
from tests.dispatch.checkins.morning import asked, crowd, her, let_ring, press, rung, turn

pytestmark = pytest.mark.django_db


def test_half_of_the_trunks_at_most(settings, early, morning):
    settings.TRUNKS = 6
    crowd(9)
    turn(early)
    turn(morning)
    assert rung() == 3
    turn(morning)
    assert rung() == 3
    let_ring("+8613700000000", morning)
    turn(morning + timedelta(seconds=1))
    assert rung() == 4


def test_no_line_that_others_need(settings, early, morning):
    settings.TRUNKS = 6
    crowd(9)
    turn(early)
    for n in range(5):
        ref = f"busy {n}"
        Call.objects.create(
            direction="inbound",
            carrier="simulator",
            carrier_ref=ref,
            state="talking",
            opened_at=morning,
        )
    assert trunks.free() == 1
    turn(morning)
    assert rung() == 1


def test_nobody_is_rung_while_somebody_waits_for_help(early, morning):
    crowd(3)
    turn(early)
    call = inbound.incoming(
        "simulator", "a", from_number="+8613800009999", to_number="12349", now=morning
    ).call
    turn(morning)
    assert rung() == 0
    assert standing.today(CheckIn.objects.all(), now=morning).held_up
    inbound.hang_up(call or 0, now=morning)
    turn(morning)
    assert rung() == 3


def test_risk_is_rung_first_and_the_silent_before_all(settings, early, morning):
    settings.TRUNKS = 2
    low, high, silent = crowd(3)
    CheckInPlan.objects.filter(elder=high).update(risk=3)
    turn(early)
    CheckIn.objects.filter(elder=silent).update(tries=1, due_at=morning)
    for elder in (silent, high, low):
        turn(morning)
        assert CheckIn.objects.filter(state="ringing").latest("pk").elder == elder
        number = elder.holdings.get().line.number
        press(number, "1", morning)


def test_who_was_silent_once_does_not_wait_for_a_free_line_for_long(mei, early, morning):
    asked(mei)
    turn(early)
    turn(morning)
    let_ring(cast.MEI_NUMBER, morning)
    inbound.incoming("simulator", "a", from_number="+8613800009999", to_number="12349", now=morning)
    turn(morning + timedelta(minutes=24))
    assert (her().state, her().tries) == ("waiting", 1)
    turn(morning + timedelta(minutes=25))
    assert her().state == "visit"


def test_a_backlog_is_told_to_the_desk_once_and_what_the_evening_leaves_too(
    settings, early, morning
):
    settings.TRUNKS = 0
    crowd(2)
    turn(early)
    turn(morning + timedelta(minutes=1))
    turn(morning + timedelta(minutes=2))
    assert [one.data for one in Notice.objects.filter(code="checkins_behind")] == [{"count": 2}]
    turn(morning + timedelta(hours=10, minutes=29))
    assert CheckIn.objects.filter(state="waiting").count() == 2
    turn(morning + timedelta(hours=10, minutes=30))  # eight in the evening
    assert Notice.objects.get(code="checkins_missed").data == {"count": 2}
    assert CheckIn.objects.filter(state="missed").count() == 2
