"""What is too old goes, what is needed stays, and a row proves it."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.core.management import call_command

from dispatch import retention, upkeep
from dispatch.models import CheckIn, CheckInEvent, Deletion, Notice, RequestCall, Survey, Trouble
from telephony.models import AgentState, Call, CallBack, CallEvent, OutboundJob, WebhookAnswer
from tests import cast
from tests.dispatch.town import wants
from tracking import reception
from tracking.messages import Message
from tracking.models import Alarm, Device, DeviceCommand, Position, Protocol
from tracking.reception import Sender

pytestmark = pytest.mark.django_db


def through(now: datetime) -> None:
    """All turns that a night needs."""
    for _ in range(100):
        if not retention.sweep(now=now) and not Deletion.objects.filter(ended_at=None).exists():
            return
    raise AssertionError("it never ends")


def call(ref, at, *, state="ended") -> Call:
    made = Call.objects.create(
        direction="inbound", carrier="simulator", carrier_ref=ref, state=state, opened_at=at
    )
    CallEvent.objects.create(call=made, carrier="simulator", reference=ref, kind="ring", at=at)
    return made


def job(key, at, *, state="done") -> OutboundJob:
    return OutboundJob.objects.create(
        kind="text",
        to=cast.MEI_NUMBER,
        purpose="offer",
        text="Somebody comes",
        key=key,
        state=state,
        created_at=at,
        next_at=at,
    )


def refs(rows, field) -> set:
    return set(rows.objects.values_list(field, flat=True))


def test_calls_go_after_their_time_but_not_those_a_request_came_from(now):
    old, young = now - timedelta(days=731), now - timedelta(days=729)
    asked = call("asked", old)
    RequestCall.objects.create(request=wants(cast.mei(), now=now), call=asked)
    call("old", old)
    call("young", young)
    call("on the line", old, state="talking")
    CallBack.objects.create(number="1", opened_at=old, due_at=old, reached_at=old, reason="x")
    CallBack.objects.create(number="2", opened_at=old, due_at=old, reason="never reached")
    through(now)
    assert refs(Call, "carrier_ref") == {"asked", "young", "on the line"}
    assert refs(CallBack, "number") == {"2"}


def test_what_carriers_told_goes_before_the_call_does(now):
    at = now - timedelta(days=91)
    call("over", at)
    call("live", at, state="talking")
    call("lately", now - timedelta(days=89))
    WebhookAnswer.objects.create(key="k", body="<Response/>", at=at)
    through(now)
    assert refs(CallEvent, "reference") == {"live", "lately"}
    assert not WebhookAnswer.objects.exists()
    assert Call.objects.count() == 3


def test_the_words_of_a_text_go_and_that_it_was_sent_stays(now):
    job("old", now - timedelta(days=181))
    job("under way", now - timedelta(days=181), state="ringing")
    job("young", now - timedelta(days=179))
    through(now)
    words = dict(OutboundJob.objects.values_list("key", "text"))
    assert words == {"old": "", "under way": "Somebody comes", "young": "Somebody comes"}
    assert OutboundJob.objects.get(key="old").to == cast.MEI_NUMBER


def test_check_ins_surveys_notices_and_shifts_go_when_they_are_over(now):
    mei, olive = cast.mei(), cast.olive()
    request = wants(mei, now=now)
    worker = cast.wai(cast.sunrise_kitchen())
    for n, days in enumerate((1, 366, 800)):
        at = now - timedelta(days=days)
        one = CheckIn.objects.create(elder=mei, day=at.date(), state="well", due_at=at, ended_at=at)
        CheckInEvent.objects.create(checkin=one, at=at, kind="well")
        AgentState.objects.create(user=olive, state="ready", since=at, seen_at=at, until=at)
        Notice.objects.create(code=f"n{n}", opened_at=at, done_at=at)
    CheckIn.objects.create(elder=mei, day=now.date(), due_at=now - timedelta(days=900))
    Notice.objects.create(code="open", opened_at=now - timedelta(days=900))
    Survey.objects.create(
        request=request,
        elder=mei,
        worker=worker,
        day=now.date(),
        due_at=now,
        state="answered",
        ended_at=now - timedelta(days=731),
    )
    through(now)
    assert CheckIn.objects.count() == 2
    assert CheckInEvent.objects.count() == AgentState.objects.count() == 1
    assert refs(Notice, "code") == {"n0", "open"}
    assert not Survey.objects.exists()


def test_devices_nobody_knows_go_once_they_are_quiet_and_no_other_ever(now):
    long_ago = now - timedelta(days=91)

    def device(said, heard_at=long_ago, **more) -> Device:
        return Device.objects.create(device_id=said, last_heard_at=heard_at, **more)

    quiet = device("quiet")
    place = {"lat": 30.27, "lon": 120.15, "fixed_at": long_ago, "received_at": long_ago}
    Position.objects.create(device=quiet, stored_at=now, **place)
    device("lately", now - timedelta(days=89))
    device("typed in, not heard yet", None)
    device("registered", registered=True)
    device("named", name="for Lan")
    device("with a token", token_hash="f" * 64)
    Alarm.objects.create(device=device("cried"), kinds=["sos"], received_at=long_ago)
    DeviceCommand.objects.create(
        device=device("asked"), order="locate", asked_at=long_ago, expires_at=long_ago
    )
    troubled = device("in trouble")
    Trouble.objects.create(device=troubled, cause="sim", since=now, opened_at=now, last_at=now)
    held = device("held")
    held.links.create(elder=cast.mei(), since=long_ago, until=long_ago)
    before = refs(Device, "device_id")
    through(now)
    assert before - refs(Device, "device_id") == {"quiet"}
    assert not Position.objects.exists()
    assert Deletion.objects.get(kind="devices").left == 0


def test_a_stranger_that_comes_again_is_kept_anew(now):
    says = partial(reception.receive, [Message("stranger")], sender=Sender(Protocol.WATCH))
    says(now=now - timedelta(days=91))
    through(now)
    assert not Device.objects.exists()
    says(now=now)
    assert Device.objects.get().last_heard_at == now


def test_a_row_a_kind_a_day_says_what_went_and_that_nothing_was_left(now, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for n in range(5):
        Notice.objects.create(code=str(n), opened_at=now, done_at=now - timedelta(days=91))
    through(now)
    row = Deletion.objects.get(kind="notices")
    assert (row.deleted, row.left, row.ended_at) == (5, 0, now)
    assert row.before == now - timedelta(days=90)
    assert refs(Deletion, "kind") == {kind.name for kind in retention.KINDS}
    Notice.objects.create(code="later", opened_at=now, done_at=now - timedelta(days=91))
    through(now + timedelta(hours=1))
    assert Notice.objects.exists(), "once a day"
    through(now + timedelta(days=1))
    assert not Notice.objects.exists()


def test_what_was_left_is_counted_and_not_taken_for_granted(now, monkeypatch):
    monkeypatch.setattr(retention.Kind, "forget", lambda kind, before: 0)
    Notice.objects.create(code="old", opened_at=now, done_at=now - timedelta(days=91))
    retention.sweep(now=now)
    assert Deletion.objects.get(kind="notices").left == 1


def test_it_begins_at_three_in_the_morning_in_town():
    three = datetime(2026, 3, 9, 19, tzinfo=UTC)
    Notice.objects.create(code="old", opened_at=three, done_at=three - timedelta(days=91))
    upkeep.sweep(now=three - timedelta(seconds=1))
    assert Notice.objects.exists()
    upkeep.sweep(now=three)
    assert not Notice.objects.exists()


def test_zero_keeps_it_for_good(now, settings):
    settings.NOTICE_DAYS = 0
    Notice.objects.create(code="old", opened_at=now, done_at=now - timedelta(days=9000))
    through(now)
    assert Notice.objects.exists()
    assert not Deletion.objects.filter(kind="notices").exists()


def test_a_kind_that_fails_keeps_no_other_from_its_turn(now, monkeypatch):
    def broken(before):
        raise RuntimeError(before)

    kinds = (retention.Kind("broken", "TEXT_DAYS", broken), *retention.KINDS)
    monkeypatch.setattr(retention, "KINDS", kinds)
    Notice.objects.create(code="old", opened_at=now, done_at=now - timedelta(days=91))
    retention.sweep(now=now)
    assert not Notice.objects.exists()
    assert Deletion.objects.get(kind="broken").ended_at is None


def test_the_command_proves_it_and_complains_of_what_is_overdue(now, capsys):
    call_command("deletions")
    assert "notices" in capsys.readouterr().out
    Notice.objects.create(code="old", opened_at=now, done_at=now - timedelta(days=900))
    with pytest.raises(SystemExit):
        call_command("deletions")
    assert "overdue now: 1" in capsys.readouterr().out
