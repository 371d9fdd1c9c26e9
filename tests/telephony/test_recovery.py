"""After downtime the carrier's own log says who rang in vain."""

from datetime import timedelta

import pytest

from telephony import agents, desk, inbound, recovery, rooms
from telephony.errors import CallError
from telephony.models import Call, CallBack
from tests.cast import KA_MING_NUMBER, LAN_NUMBER, MEI_NUMBER, olive
from tests.telephony.test_desk import ring

pytestmark = pytest.mark.django_db


def record(now, ref, number=MEI_NUMBER, *, ended=True, answered=False):
    return recovery.Record(
        ref, number, "12349", now, now + timedelta(seconds=40) if ended else None, answered
    )


def test_a_call_that_we_never_saw_becomes_a_call_back_once(now):
    back = now + timedelta(minutes=9)
    log = [record(now, "a"), record(now, "b", LAN_NUMBER)]
    assert recovery.missed("simulator", log, now=back) == 2
    assert recovery.missed("simulator", log, now=back) == 0
    assert sorted(CallBack.objects.values_list("number", "reason")) == [
        (MEI_NUMBER, "missed"),
        (LAN_NUMBER, "missed"),
    ]
    assert set(Call.objects.values_list("state", flat=True)) == {"abandoned"}


def test_who_rang_three_times_is_rung_back_once(now):
    recovery.missed("simulator", [record(now, ref) for ref in "abc"], now=now)
    assert CallBack.objects.count() == 1


def test_whom_the_carrier_s_own_fallback_put_through_is_on_record_and_not_rung(now):
    recovery.missed("simulator", [record(now, "a", answered=True)], now=now)
    assert Call.objects.get().state == "ended"
    assert not CallBack.objects.exists()


def test_who_has_reached_us_since_is_not_rung(now):
    operator, call = olive(), ring(now + timedelta(minutes=5))
    desk.claim(call, by=operator, now=now + timedelta(minutes=6))
    desk.talk(call, by=operator, now=now + timedelta(minutes=6))
    recovery.missed("simulator", [record(now, "a")], now=now + timedelta(minutes=9))
    assert not CallBack.objects.exists()


def test_a_hang_up_that_we_missed_ends_the_call(now):
    ring(now, "leg-1", KA_MING_NUMBER)
    ended = [record(now, "leg-1", KA_MING_NUMBER)]
    assert recovery.missed("simulator", ended, now=now + timedelta(minutes=9)) == 0
    assert Call.objects.get().state == "abandoned"
    assert CallBack.objects.get().number == KA_MING_NUMBER


def test_a_call_that_still_rings_is_no_record(now):
    assert recovery.missed("simulator", [record(now, "a", ended=False)], now=now) == 0


MOBILE = "+8613900000091"


def test_whom_the_carrier_put_through_by_itself_is_nobody_s_to_take_and_waits_no_more(now):
    call = ring(now)
    for _ in range(2):
        recovery.joined(call, number=MOBILE, now=now + timedelta(seconds=30))
    assert not desk.queue().exists()
    assert [party.who for party in rooms.present(recovery.spoken_with().get())] == [MOBILE]
    with pytest.raises(CallError) as refused:
        desk.claim(call, by=olive(), now=now + timedelta(seconds=31))
    assert (refused.value.code, MOBILE in refused.value.message) == ("spoken_with", True)
    inbound.hang_up(call, now=now + timedelta(seconds=90))
    assert Call.objects.get().state == "ended"
    assert not CallBack.objects.exists()
    assert not rooms.present(Call.objects.get()).exists()


def test_an_operator_who_took_it_in_that_very_moment_has_it_no_longer(now):
    operator, call = olive(), ring(now)
    agents.seen(operator, now=now)
    desk.claim(call, by=operator, now=now)
    desk.talk(call, by=operator, now=now)
    recovery.joined(call, number=MOBILE, now=now)
    assert recovery.spoken_with().get().operator is None
    assert not desk.held_by(operator).exists()
    assert agents.ready(now=now).filter(user=operator).exists()
