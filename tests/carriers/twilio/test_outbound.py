"""Calling out by Twilio: refusals, doubts, the pace, what it cost, and what we missed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from elders.models import User
from telephony import attempts, outbound, recordings, turns
from telephony.carriers.registry import carrier_named
from telephony.carriers.twilio import errands, rest
from telephony.models import Call, CallBack, Cost, OutboundJob, Recording
from tests import cast

pytestmark = pytest.mark.django_db
TO = "+8613900000001"
STATUS = "https://one.example/telephony/twilio/status/"


def place(kind="call", to=TO, **more):
    facts = {"purpose": "contact", "subject": "contact:1", "text": "Hello", **more}
    return outbound.place(kind, to, now=timezone.now(), **facts)


def deliver():
    outbound.deliver_due(now=timezone.now())


def a_moment_later():
    """Twilio's silence is forgotten."""
    rest._silence.since = -float("inf")


def state(job):
    job.refresh_from_db()
    return job.state


def test_a_call_rings_and_its_webhooks_carry_our_key(twilio):
    job = place()
    deliver()
    leg = twilio.ringing(TO)
    assert state(job) == "ringing"
    assert Call.objects.get().carrier_ref == leg.sid
    assert leg.asked["Url"][0].endswith(f"/voice/answered/?job={job.pk}%3A1")
    assert leg.asked["From"] == ["+8657112349000"]


def test_a_text_is_sent_and_its_callback_may_say_that_it_never_arrived(twilio):
    job = place("text")
    deliver()
    assert state(job) == "delivered"
    url = twilio.texts[-1]["asked"]["StatusCallback"][0]
    form = {"MessageSid": twilio.texts[-1]["sid"], "MessageStatus": "undelivered"}
    twilio.post(url, form | {"ErrorCode": "30008"})
    assert state(job) == "queued"  # unknown to the network: once more
    OutboundJob.objects.update(next_at=timezone.now())
    deliver()
    twilio.post(url, form)  # of the first attempt, and late
    assert state(job) == "delivered"
    url = twilio.texts[-1]["asked"]["StatusCallback"][0]
    twilio.post(url, form | {"MessageSid": twilio.texts[-1]["sid"], "ErrorCode": "30006"})
    assert state(job) == "failed"  # a landline reads no texts, ever


@pytest.mark.parametrize(
    ("refusal", "becomes"),
    [
        ((400, 21211), "failed"),
        ((400, 21610), "failed"),
        ((403, 20003), "queued"),
        ((429, 20429), "queued"),
        ((503, 20500), "unknown"),
    ],
    ids=["no such number", "told us to stop", "our account", "too many", "nobody knows"],
)
def test_a_refusal_is_for_good_for_now_or_a_doubt(twilio, refusal, becomes):
    twilio.refuses = refusal
    job = place()
    deliver()
    assert state(job) == becomes


def test_where_nobody_listens_nothing_was_placed(twilio, settings):
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    job = place()
    deliver()
    assert state(job) == "queued"


def test_while_twilio_is_silent_one_job_waits_for_it_and_not_fifty(twilio, settings):
    jobs = [place("text", to=f"+86139000001{n:02}") for n in range(5)]
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    deliver()
    assert [job.attempts for job in OutboundJob.objects.order_by("pk")] == [1, 0, 0, 0, 0]
    assert {state(job) for job in jobs} == {"queued"}


@pytest.mark.parametrize("kind", ["call", "text"])
def test_an_answer_that_never_came_is_looked_up_and_nobody_is_rung_twice(twilio, kind):
    twilio.loses_answer = True
    job = place(kind)
    deliver()
    assert state(job) == "unknown"
    a_moment_later()
    deliver()
    assert state(job) == ("ringing" if kind == "call" else "delivered")
    assert len(twilio.legs) + len(twilio.texts) == 1


def test_what_is_not_in_the_books_is_not_sent_again_before_it_is_sure(twilio):
    job = place()
    OutboundJob.objects.update(
        state="unknown", carrier="twilio", attempts=1, placing_at=timezone.now()
    )
    deliver()
    assert state(job) == "unknown"
    OutboundJob.objects.update(placing_at=timezone.now() - timedelta(seconds=60))
    deliver()
    assert (state(job), len(twilio.legs)) == ("ringing", 1)


def test_another_call_to_the_same_person_is_not_taken_for_the_one_in_doubt(twilio):
    place(subject="contact:1")
    deliver()
    twilio.loses_answer = True
    second = place(subject="contact:2")
    deliver()
    a_moment_later()
    other = twilio._leg(TO, "outbound-api", "queued")  # a third, of a house that shares the account
    other.visited.append(f"{STATUS}?job=999%3A1")
    deliver()
    second.refresh_from_db()
    assert (second.state, second.carrier_ref) == ("ringing", twilio.legs[1].sid)


def test_a_callback_may_come_before_the_answer_to_our_request(twilio):
    job = place()
    OutboundJob.objects.update(state="placing", carrier="twilio", attempts=1)
    form = {"CallSid": "CA77", "CallStatus": "ringing"}
    twilio.post(f"{STATUS}?job={job.pk}%3A1", form)
    assert state(job) == "ringing"
    attempts.placed(job.pk, "CA77", now=timezone.now())
    assert Call.objects.count() == 1


@pytest.mark.parametrize("how", ["no-answer", "busy", "failed", "canceled"])
def test_who_does_not_pick_up_is_tried_again(twilio, how):
    job = place()
    deliver()
    twilio.refuse(twilio.ringing(TO), how)
    assert (state(job), Call.objects.get().state) == ("queued", "ended")


def test_somebody_who_picks_up_an_attempt_that_was_given_up_hears_no_stale_question(twilio):
    job = place()
    deliver()
    leg = twilio.ringing(TO)
    OutboundJob.objects.update(attempts=2, carrier_ref="the second leg")
    twilio.follow(leg, leg.asked["Url"][0])
    assert leg.document[-1].tag == "Hangup"
    assert state(job) == "ringing"


def test_a_machine_that_picks_up_keeps_a_message_and_nobody_was_reached(twilio):
    job = place(purpose="contact")
    deliver()
    leg = twilio.ringing(TO)
    twilio.pick_up(leg, by="machine_start")
    assert (leg.status, state(job)) == ("completed", "queued")


def test_in_an_emergency_nobody_is_listened_to_before_they_are_spoken_to(twilio):
    place(priority="emergency")
    place(to="+8613900000002")
    deliver()
    assert "MachineDetection" not in twilio.ringing(TO).asked
    assert "MachineDetection" in twilio.ringing("+8613900000002").asked


def test_calls_keep_the_pace_of_the_account_and_texts_do_not_wait(twilio, settings):
    settings.TWILIO_CALLS_PER_S = 1.0
    jobs = [place(subject=f"contact:{n}") for n in range(3)]
    text = place("text")
    now = timezone.now()
    counted = []
    for second in range(4):
        outbound.deliver_due(now=now + timedelta(seconds=second))
        counted.append(len(twilio.legs))
    assert counted == [1, 2, 3, 3]
    assert state(text) == "delivered"
    assert {job.attempts for job in OutboundJob.objects.filter(pk__in=[j.pk for j in jobs])} == {1}


def test_an_emergency_goes_before_all_that_wait_for_their_turn(twilio, settings):
    settings.TWILIO_CALLS_PER_S = 1.0
    for n in range(3):
        place(to=f"+861390000010{n}")
    place(priority="emergency")
    deliver()
    assert [leg.number for leg in twilio.legs] == [TO]


def test_a_turn_is_taken_once_and_a_late_comer_delays_nobody():
    now = timezone.now()
    assert turns.take("line", every_s=1, now=now)
    assert not turns.take("line", every_s=1, now=now)
    assert turns.take("line", every_s=1, now=now + timedelta(seconds=1.4))
    assert turns.take("line", every_s=1, now=now + timedelta(seconds=2.0))
    assert turns.take("line", every_s=1, now=now + timedelta(seconds=60))
    assert turns.take("line", every_s=1, now=now + timedelta(seconds=60))
    assert not turns.take("line", every_s=1, now=now + timedelta(seconds=60))


def test_a_faster_account_starts_as_many_a_second_as_it_may():
    now = timezone.now()
    took = [turns.take("fast", every_s=0.2, at_once=5, now=now) for _ in range(7)]
    assert took == [True] * 5 + [False] * 2
    later = now + timedelta(seconds=1)
    assert sum(turns.take("fast", every_s=0.2, at_once=5, now=later) for _ in range(7)) == 5


def tend(after_s=0):
    carrier_named("twilio").tend(now=timezone.now() + timedelta(seconds=after_s))


def test_what_it_cost_is_written_down_once(twilio):
    place(), place("text")
    deliver()
    leg = twilio.ringing(TO)
    leg.status = "completed"
    tend()
    tend(61)
    costs = {cost.kind: cost for cost in Cost.objects.all()}
    assert (str(costs["call"].amount), costs["call"].currency) == ("0.01300", "USD")
    assert str(costs["text"].amount) == "0.00790"
    assert Cost.objects.count() == 2


def test_a_hang_up_that_we_missed_ends_the_call_here_too(twilio):
    cast.mei()
    leg = twilio.ring(cast.MEI_NUMBER)
    leg.status = "completed"  # and its callback never came
    tend()
    assert Call.objects.get().state == "abandoned"
    assert CallBack.objects.get().number == cast.MEI_NUMBER


def test_who_rang_while_we_were_away_is_rung_back(twilio):
    cast.mei()
    twilio._leg(cast.MEI_NUMBER, "inbound", "completed")
    tend()
    assert CallBack.objects.get().number == cast.MEI_NUMBER
    tend(61)
    assert CallBack.objects.count() == 1


def test_a_recording_is_brought_home_under_our_key_and_deleted_there(twilio, settings):
    settings.RECORD_CALLS = True
    olive = cast.olive()
    leg = twilio.ring(cast.MEI_NUMBER)
    told = {"recorded": True, "at": "menu"}
    Call.objects.update(operator=olive, state="talking", step=told)
    twilio.follow(leg, "https://one.example/telephony/twilio/voice/wait/?n=0")
    (conference,) = leg.document.iter("Conference")
    assert conference.get("record") == "record-from-start"
    twilio.recordings = {"RE1": (leg.room, b"\xffher voice"), "RE2": ("another house", b"!")}
    tend()
    kept = Recording.objects.get()
    assert recordings.audio_of(kept) == b"\xffher voice"
    assert b"voice" not in bytes(kept.audio)
    assert list(twilio.recordings) == ["RE2"]


def test_a_message_after_a_tone_is_brought_home_once_and_is_to_be_rung_back(twilio):
    leg = twilio.ring(cast.MEI_NUMBER)
    twilio.hang_up(leg)
    twilio.recordings = {"RE1": (leg.sid, b"\xffit is me")}
    tend()
    kept = Recording.objects.get()
    assert recordings.audio_of(kept) == b"\xffit is me"
    assert twilio.recordings == {}
    assert recordings.messages_of(CallBack.objects.all(), cast.olive()) == {
        CallBack.objects.get().pk: [kept]
    }
    twilio.recordings = {"RE1": (leg.sid, b"\xffit is me")}  # its deletion was lost on the way
    tend(61)
    assert Recording.objects.count() == 1


def test_who_was_not_told_is_not_recorded(twilio, settings):
    settings.RECORD_CALLS = True
    olive = cast.olive()
    leg = twilio.ring(cast.MEI_NUMBER)
    Call.objects.update(operator=olive, state="talking", step={"at": "menu"})
    twilio.follow(leg, "https://one.example/telephony/twilio/voice/wait/?n=0")
    (conference,) = leg.document.iter("Conference")
    assert conference.get("record") is None


def test_books_that_cannot_be_read_break_nothing(twilio, settings):
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    tend()


@pytest.mark.parametrize("mode", ["talk", "listen", "whisper"])
def test_how_a_supervisor_is_in_the_room(twilio, mode):
    olive, sol = cast.olive(), cast.sol()
    leg = twilio.ring(cast.MEI_NUMBER)
    call = Call.objects.get()
    call.operator = olive
    twilio.say_nothing(leg)
    carrier = carrier_named("twilio")
    for operator, how in ((olive, "talk"), (sol, "listen")):
        carrier.bring(call, operator, mode=how)
        errands.settle()
        twilio.pick_up(twilio.legs[-1])
    carrier.bring(call, sol, mode=mode)
    errands.settle()
    ear = twilio.legs[-1]
    assert len(twilio.legs) == 3  # rung once, then only changed
    assert (ear.how["Muted"] == "true") is (mode == "listen")
    assert (ear.how.get("Coaching") == "true") is (mode == "whisper")
    if mode == "whisper":
        assert ear.how["CallSidToCoach"] == twilio.legs[1].sid


def test_who_whispers_from_the_first_moment_is_heard_by_the_operator_alone(twilio):
    olive, sol = cast.olive(), cast.sol()
    twilio.ring(cast.MEI_NUMBER)
    call = Call.objects.get()
    call.operator = olive
    for operator, how in ((olive, "talk"), (sol, "whisper")):
        carrier_named("twilio").bring(call, operator, mode=how)
        errands.settle()
        twilio.pick_up(twilio.legs[-1])
    ear = twilio.legs[-1]
    assert (ear.how["Coaching"], ear.how["CallSidToCoach"]) == ("true", twilio.legs[1].sid)


def test_a_whisper_with_nobody_to_hear_it_is_heard_by_nobody(twilio):
    sol = cast.sol()
    twilio.ring(cast.MEI_NUMBER)
    carrier_named("twilio").bring(Call.objects.get(), sol, mode="whisper")
    errands.settle()
    assert twilio.legs[-1].how["Muted"] == "true"


def test_hold_gives_the_caller_music_and_the_room_again(twilio):
    olive = cast.olive()
    leg = twilio.ring(cast.MEI_NUMBER)
    call = Call.objects.get()
    Call.objects.update(operator=olive, state="talking")
    twilio.follow(leg, "https://one.example/telephony/twilio/voice/wait/?n=0")
    carrier = carrier_named("twilio")
    for on in (True, False):
        carrier.hold(call, on=on)
        errands.settle()
        assert leg.how["Hold"] == str(on).lower()


def test_a_colleague_is_let_go_and_the_others_stay(twilio):
    olive = cast.olive()
    leg = twilio.ring(cast.MEI_NUMBER)
    call = Call.objects.get()
    Call.objects.update(operator=olive, state="talking")
    twilio.follow(leg, "https://one.example/telephony/twilio/voice/wait/?n=0")
    carrier = carrier_named("twilio")
    carrier.bring(call, olive)
    errands.settle()
    phone = twilio.legs[-1]
    twilio.pick_up(phone)
    carrier.let_go(call, User.objects.get(pk=olive.pk))
    errands.settle()
    assert (phone.status, leg.status) == ("completed", "in-progress")


def test_family_joins_the_room_of_the_call_that_it_is_for(twilio):
    from telephony.carriers.twilio import twiml
    from telephony.instructions import Bridge

    twilio.ring(cast.MEI_NUMBER)
    place()
    deliver()
    theirs = twilio.ringing(TO)
    twilio.pick_up(theirs)
    call = Call.objects.get(carrier_ref=theirs.sid)
    twilio.obey(theirs, twiml.render([Bridge("call:1")], twiml.place_of(call)))
    assert theirs.room == "call-1"
    twilio.follow(theirs, theirs.document[-1].get("action"))  # the conversation is over
    assert theirs.status == "completed"
