"""A conversation: hold, colleagues, family and 120 in it, and a supervisor's ear."""

from datetime import timedelta

import pytest

from elders.models import AccessEntry
from telephony import answers, desk, inbound, outbound, rooms
from telephony.errors import CallError
from telephony.models import Call, OutboundJob, Party, SimulatorItem
from tests.cast import KA_MING_NUMBER, LAN_NUMBER, account, mei, olive, sol
from tests.telephony.test_desk import ring

pytestmark = pytest.mark.django_db


def at(now, seconds):
    return now + timedelta(seconds=seconds)


def talking(now, operator, leg="leg-1"):
    call = ring(now, leg)
    desk.claim(call, by=operator, now=now)
    desk.talk(call, by=operator, now=now)
    return call


def there(call):
    return [(p.who, p.mode, bool(p.joined_at)) for p in rooms.present(Call.objects.get(pk=call))]


def picks_up(now):
    """Whoever was rung into the conversation answers; the call of that leg."""
    outbound.deliver_due(now=now)
    item = SimulatorItem.objects.latest("pk")
    return answers.answered(item.job_id, f"out-{item.pk}", now=now).call


def test_who_has_the_call_is_in_its_room(now):
    operator = olive()
    assert there(talking(now, operator)) == [("Olive", "talk", True)]


def test_hold_is_a_moment_that_ends_and_is_asked_twice_as_once(now):
    operator = olive()
    call = talking(now, operator)
    rooms.hold(call, on=True, by=operator, now=at(now, 5))
    rooms.hold(call, on=True, by=operator, now=at(now, 9))
    assert Call.objects.get().held_at == at(now, 5)
    rooms.hold(call, on=False, by=operator, now=at(now, 20))
    assert Call.objects.get().held_at is None


def test_nobody_is_put_on_hold_before_anybody_spoke(now):
    operator, call = olive(), ring(now)
    desk.claim(call, by=operator, now=now)
    with pytest.raises(CallError) as refused:
        rooms.hold(call, on=True, by=operator, now=now)
    assert refused.value.code == "not_talking"


def test_a_colleague_joins_and_then_has_the_call(now):
    operator, colleague = olive(), sol()
    call = talking(now, operator)
    rooms.invite(call, to=colleague, by=operator, now=now)
    assert there(call)[1] == ("Sol", "talk", False)
    with pytest.raises(CallError) as refused:
        rooms.pass_on(call, to=colleague, by=operator, now=now)
    assert refused.value.code == "not_there"
    rooms.join(call, by=colleague, now=at(now, 3))
    rooms.pass_on(call, to=colleague, by=operator, now=at(now, 9))
    passed = Call.objects.get()
    assert (passed.operator, passed.state) == (colleague, "talking")
    assert there(call) == [("Sol", "talk", True)]


def test_the_telephone_of_a_colleague_who_was_asked_joins_by_picking_up(now):
    operator, colleague = olive(), sol()
    call = talking(now, operator)
    rooms.invite(call, to=colleague, by=operator, now=now)
    desk.talk(call, by=colleague, now=at(now, 2))
    assert there(call)[1] == ("Sol", "talk", True)
    assert Call.objects.get().operator == operator


def test_somebody_who_was_not_asked_does_not_join(now):
    call = talking(now, olive())
    with pytest.raises(CallError) as refused:
        rooms.join(call, by=sol(), now=now)
    assert refused.value.code == "not_invited"


def test_only_an_operator_is_asked_into_a_conversation(now):
    operator = olive()
    call = talking(now, operator)
    with pytest.raises(CallError) as refused:
        rooms.invite(call, to=account("friend", name="Friend"), by=operator, now=now)
    assert refused.value.code == "not_an_operator"


def test_family_is_rung_into_the_room_of_the_call(now):
    operator = olive()
    call = talking(now, operator)
    rooms.add(call, KA_MING_NUMBER, name="Ka-Ming", kind="contact", by=operator, now=now)
    job = OutboundJob.objects.get()
    assert (job.purpose, job.subject) == ("conference", f"call:{call}")
    leg = picks_up(at(now, 4))
    assert Call.objects.get(pk=leg).script[-1] == {
        "verb": "bridge",
        "to": f"call:{call}",
        "name": "",
    }
    assert there(call)[1] == ("Ka-Ming", "talk", True)
    inbound.digits(leg, "5", now=at(now, 5))  # a key in a conversation means nothing to us
    assert Call.objects.get(pk=leg).state == "talking"
    inbound.hang_up(leg, now=at(now, 60))
    assert there(call) == [("Olive", "talk", True)]
    assert Call.objects.get(pk=call).state == "talking"


def test_asking_for_the_same_number_twice_rings_once(now):
    operator = olive()
    call = talking(now, operator)
    for _ in range(2):
        rooms.add(call, KA_MING_NUMBER, by=operator, now=now)
    assert OutboundJob.objects.count() == 1


def test_hanging_up_ends_every_leg_of_the_conversation(now):
    operator = olive()
    call = talking(now, operator)
    rooms.add(call, KA_MING_NUMBER, by=operator, now=now)
    leg = picks_up(at(now, 4))
    rooms.add(call, LAN_NUMBER, by=operator, now=at(now, 5))
    desk.hang_up(call, by=operator, now=at(now, 9))
    assert Call.objects.get(pk=leg).state == "ended"
    assert there(call) == []
    assert set(OutboundJob.objects.values_list("state", flat=True)) == {"done", "expired"}


def test_when_the_caller_is_cut_off_120_stays_with_the_operator(now):
    operator = olive()
    call = talking(now, operator)
    rooms.add(call, "120", kind="service", by=operator, now=now)
    leg = picks_up(at(now, 4))
    inbound.hang_up(call, now=at(now, 9))
    assert Call.objects.get(pk=leg).state == "talking"
    desk.wrap_up(call, by=operator, disposition="helped", now=at(now, 60))
    assert Call.objects.get(pk=leg).state == "ended"


def test_a_supervisor_listens_and_whispers_and_the_elder_can_read_so(now):
    operator, lead, elder = olive(), sol(), mei()
    call = talking(now, operator)
    Call.objects.filter(pk=call).update(elder=elder)
    rooms.listen(call, by=lead, now=now)
    assert there(call)[1] == ("Sol", "listen", True)
    rooms.listen(call, by=lead, mode="whisper", now=at(now, 5))
    assert there(call)[1] == ("Sol", "whisper", True)
    kept = AccessEntry.objects.filter(actor=lead, elder=elder, what="call")
    assert sorted(kept.values_list("purpose", flat=True)) == ["listen", "whisper"]
    rooms.leave(call, by=lead, now=at(now, 9))
    assert there(call) == [("Olive", "talk", True)]
    assert Party.objects.get(user=lead).left_at == at(now, 9)


def test_operators_do_not_listen_in(now):
    operator, lead = olive(), sol()
    call = talking(now, lead)
    with pytest.raises(CallError) as refused:
        rooms.listen(call, by=operator, now=now)
    assert refused.value.http_status == 403


def test_a_call_that_falls_back_to_the_queue_is_off_hold_and_empty(now):
    operator = olive()
    call = talking(now, operator)
    rooms.hold(call, on=True, by=operator, now=now)
    desk.lapse_leases(now=at(now, 61))
    assert Call.objects.get().held_at is None
    assert there(call) == []


def test_who_has_the_call_cannot_just_leave_it(now):
    operator = olive()
    call = talking(now, operator)
    with pytest.raises(CallError) as refused:
        rooms.leave(call, by=operator, now=now)
    assert refused.value.code == "yours"
