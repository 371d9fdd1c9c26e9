"""The desk's pages and buttons without a browser: conversation, states, lists, wall, reviews."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from dispatch import conversation, deadlines, desk, surge, wording
from dispatch.models import AnswerRule, Deadline, Notice
from dispatch.models.clock import RUNNING
from dispatch.pages.desk import queue
from elders.models import AccessEntry
from telephony import agents, callbacks, inbound, outbound, recordings, recovery, rooms
from telephony.models import AgentState, Call, CallBack, CallReview, OutboundJob, Recording, Skill
from tests import cast
from tests.pages import town
from tests.scenarios.phone import Phone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(client, settings):
    settings.SIMULATOR = True
    client.cookies["django_language"] = "en"
    cache.clear()
    with override("en"):
        yield


@pytest.fixture
def olive(client):
    olive = cast.olive()
    client.force_login(olive)
    desk.renew(olive, now=timezone.now())
    return olive


@pytest.fixture
def mei():
    elder = cast.mei()
    cast.ka_ming(elder)
    return elder


@pytest.fixture
def phone(mei):
    phone = Phone(cast.MEI_NUMBER)
    phone.dial()
    return phone


@pytest.fixture
def talk(phone, olive):
    """Mei on the telephone with Olive."""
    return desk.take(Call.objects.get().pk, by=olive, now=timezone.now())


def press(client, name, *args, status=204, **form):
    answer = client.post(reverse(name, args=args), form)
    assert answer.status_code == status, answer.content[:300]
    return answer


def page(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


# --- the conversation ------------------------------------------------------------------------


def test_hold_shows_on_the_console_and_on_her_handset(client, talk, phone):
    press(client, "console-hold", talk.pk, on="1")
    assert "On hold: she hears music" in page(client, "console-caller")
    heard = client.get(f"/telephony/simulator/calls/{talk.pk}/?after=0").json()
    assert heard["held_at"]
    assert heard["room"] == ["Olive"]
    press(client, "console-hold", talk.pk, on="0")
    assert "On hold" not in page(client, "console-caller")


def test_a_minute_on_hold_is_noticed_again_and_again_until_somebody_speaks(talk, olive):
    now = timezone.now()
    conversation.hold(talk.pk, on=True, by=olive, now=now)
    deadlines.fire_due(now=now + timedelta(seconds=59))
    assert not Notice.objects.filter(code="held").exists()
    for seconds in (60, 120):
        desk.renew(olive, now=now + timedelta(seconds=seconds - 10))
        deadlines.fire_due(now=now + timedelta(seconds=seconds))
    notice = Notice.objects.get(code="held")
    assert (notice.level, notice.times, notice.data["name"]) == ("sos", 2, "Olive")
    conversation.hold(talk.pk, on=False, by=olive, now=now + timedelta(seconds=130))
    assert not Notice.objects.filter(code="held", done_at=None).exists()
    assert not Deadline.objects.filter(RUNNING, kind="hold").exists()


def test_her_son_and_120_are_offered_and_rung_into_the_call(client, talk):
    shown = page(client, "console-caller")
    assert "Ka-Ming Chen" in shown
    assert ">120<" in shown
    press(client, "console-add", talk.pk, number=cast.KA_MING_NUMBER)
    press(client, "console-add", talk.pk, number="120")
    jobs = OutboundJob.objects.filter(purpose="conference").values_list("to", flat=True)
    assert sorted(jobs) == sorted([cast.KA_MING_NUMBER, "120"])
    assert "is being rung" in page(client, "console-caller")


def test_whoever_is_rung_into_a_call_is_in_it_and_hears_kindly_when_it_is_over(client, talk, olive):
    conversation.add(talk, cast.KA_MING_NUMBER, by=olive, now=timezone.now())
    outbound.deliver_due(now=timezone.now())
    son = Phone(cast.KA_MING_NUMBER)
    item = son.outbox("call")[0]
    assert son.answer(item)[-1]["to"] == f"call:{talk.pk}"
    assert "in the call" in page(client, "console-caller")
    son.hang_up()
    assert "in the call" not in page(client, "console-caller")


def test_nobody_is_rung_into_a_conversation_that_has_ended(talk, olive):
    conversation.add(talk, cast.KA_MING_NUMBER, by=olive, now=timezone.now())
    outbound.deliver_due(now=timezone.now())
    Call.objects.filter(pk=talk.pk).update(state="ended")
    son = Phone(cast.KA_MING_NUMBER)
    said = son.answer(son.outbox("call")[0])
    assert said[0]["text"] == wording.room_is_over(language="zh-hans")
    assert said[-1]["verb"] == "hangup"


def test_a_family_member_who_does_not_answer_is_told_to_the_desk(talk, olive):
    conversation.add(talk, cast.KA_MING_NUMBER, by=olive, now=timezone.now())
    outbound.deliver_due(now=timezone.now())
    son = Phone(cast.KA_MING_NUMBER)
    son.let_ring(son.outbox("call")[0])
    assert Notice.objects.filter(code="unreached").exists()
    assert not rooms.present(talk).filter(number=cast.KA_MING_NUMBER).exists()


@pytest.mark.parametrize("typed", ["", "not a number", "+86 1", "９９９"])
def test_what_is_no_number_is_not_rung(client, talk, typed):
    press(client, "console-add", talk.pk, number=typed, status=400)
    assert not OutboundJob.objects.exists()


def test_a_warm_transfer_goes_through_the_room(client, talk, olive):
    sol = cast.sol()
    press(client, "console-invite", talk.pk, to=sol.pk)
    press(client, "console-pass-on", talk.pk, to=sol.pk, status=409)  # not there yet
    client.force_login(sol)
    assert "Olive asks you to join the call with Mei Chen" in page(client, "console-caller")
    press(client, "console-join", talk.pk, status=200)
    client.force_login(olive)
    assert "Pass the call to Sol" in page(client, "console-caller")
    press(client, "console-pass-on", talk.pk, to=sol.pk)
    assert Call.objects.get(pk=talk.pk).operator == sol


def test_a_supervisor_listens_and_olive_sees_that(client, talk, olive):
    sol = cast.sol()
    client.force_login(sol)
    desk.renew(olive, now=timezone.now())
    assert "Listen to Olive" in page(client, "console-queue")
    press(client, "console-listen", talk.pk, mode="whisper", status=200)
    press(client, "console-listen", talk.pk, mode="shout", status=400)
    client.force_login(olive)
    assert "whispers to the operator" in page(client, "console-caller")
    press(client, "console-listen", talk.pk, status=403)


# --- the operator ----------------------------------------------------------------------------


def test_away_with_a_reason_is_seen_by_colleagues_and_undone(client, olive):
    press(client, "console-agent", state="away", reason="meal")
    sol = cast.sol()
    client.force_login(sol)
    desk.renew(sol, now=timezone.now())
    assert "Away: meal" in page(client, "console-queue")
    client.force_login(olive)
    press(client, "console-agent", state="ready")
    assert AgentState.objects.get(user=olive, until=None).state == "ready"


@pytest.mark.parametrize(("state", "reason"), [("away", ""), ("away", "x"), ("on_call", "")])
def test_what_nobody_may_say_of_themselves_is_refused(client, olive, state, reason):
    answer = client.post(reverse("console-agent"), {"state": state, "reason": reason})
    assert answer.status_code in (400, 409)
    assert AgentState.objects.get(user=olive).state == "ready"


def test_the_answer_key_takes_whom_one_may_best_take_and_all_are_shown(client, olive, phone):
    Skill.objects.create(user=olive, code="en")
    lan = cast.lan()
    lan.language = "en"
    lan.save()
    Phone(cast.LAN_NUMBER).dial()
    now = timezone.now()
    with override("en"):
        rings = queue.waiting(olive, now=now)
    assert [ring.who.partition(" ·")[0] for ring in rings] == ["Mei Chen", "Lan Zhou"]
    assert queue.first_of(rings, olive, now=now).who.startswith("Lan Zhou")
    assert "Yours first" in page(client, "console-queue")


def test_the_card_pops_before_the_answer_and_leaves_its_trace(client, olive, phone):
    call = Call.objects.get()
    assert "12 Willow Lane" in page(client, "console-work", call=call.pk)
    assert Call.objects.get().state == "ringing"
    assert AccessEntry.objects.filter(actor=olive, what="card").exists()


def test_wrapping_up_is_one_key_with_an_outcome_that_we_know(client, talk, olive):
    press(client, "console-hang-up", talk.pk)
    shown = page(client, "console-caller")
    assert 'data-key="F9 Alt+1"' in shown
    press(client, "console-wrap-up", talk.pk, disposition="nonsense", status=400)
    press(client, "console-wrap-up", talk.pk, disposition="information")
    assert Call.objects.get().disposition == "information"
    assert AgentState.objects.get(user=olive, until=None).state == "ready"


# --- surge -----------------------------------------------------------------------------------


def test_a_surge_shows_the_short_script_on_the_console_and_the_wall(client, talk, monkeypatch):
    monkeypatch.setattr(surge, "now_or_not", lambda *, now: surge.Surge(True, 6, 40))
    shown = page(client, "console-caller")
    assert "Awake, breathing, bleeding?" in shown
    assert "Were you content last time?" in shown  # under "leave for later"
    assert "Surge: short script" in page(client, "wall")


# --- lists -----------------------------------------------------------------------------------


def test_the_shift_list_has_what_is_open_whose_and_what_comes_next(client, talk, olive):
    from tests.dispatch.town import wants

    request = wants(talk.elder, now=timezone.now())
    shown = page(client, "console-shift")
    assert f"#{request.number}" in shown
    assert "the next step is due" in shown
    assert "Olive" in shown


def test_the_call_back_list_is_worked_off(client, olive, phone):
    phone.hang_up()
    back = CallBack.objects.get()
    assert "Hung up before anybody answered" in page(client, "console-callbacks")
    press(client, "console-tried", back.pk)
    assert CallBack.objects.get().attempts == 1
    press(client, "console-reached", back.pk, outcome="was the wrong number")
    assert "was the wrong number" in page(client, "console-callbacks-list")
    assert not callbacks.waiting().exists()


def test_a_recording_is_read_with_a_trace_by_who_may(client, olive, settings, mei):
    settings.RECORD_CALLS = True
    phone = Phone(cast.MEI_NUMBER)
    told = wording.recorded(language="zh-hans")
    assert told in [step.get("text") for step in phone.dial()]
    desk.take(Call.objects.get().pk, by=olive, now=timezone.now())
    phone.speak("My hip hurts")
    kept = Recording.objects.get()
    shown = page(client, "console-recording", kept.pk)
    assert "My hip hurts" in shown
    assert "Mei Chen" in shown
    assert AccessEntry.objects.filter(actor=olive, what="recording", elder=mei).exists()
    assert client.get(reverse("console-sound", args=[kept.pk])).status_code == 404
    recordings.keep_audio(kept.call, b"RIFF", audio_type="audio/wav", now=timezone.now())
    assert client.get(reverse("console-sound", args=[kept.pk])).content == b"RIFF"


def test_who_speaks_with_an_on_call_mobile_is_shown_and_cannot_be_taken(
    client, olive, phone, settings
):
    settings.ON_CALL_NUMBERS = ["+8613900000091"]
    call = Call.objects.get()
    recovery.joined(call.pk, number="+8613900000091", now=timezone.now())
    shown = page(client, "console-queue")
    assert "is speaking with the on-call mobile +86 139 0000 0091" in shown
    assert "Nobody waits" in shown
    press(client, "console-take", call.pk, status=409)


def test_a_message_is_played_from_the_call_back_list(client, olive, phone):
    phone.hang_up()
    call, now = Call.objects.get(), timezone.now()
    recordings.keep_message(call, b"RIFF", reference="1", audio_type="audio/wav", now=now)
    address = reverse("console-recording", args=[Recording.objects.get().pk])
    assert address in page(client, "console-callbacks-list")
    assert address in page(client, "console-queue")
    assert (
        client.get(reverse("console-sound", args=[Recording.objects.get().pk])).content == b"RIFF"
    )


def test_silence_about_recording_means_no_recording(olive, phone):
    desk.take(Call.objects.get().pk, by=olive, now=timezone.now())
    phone.speak("My hip hurts")
    assert not Recording.objects.exists()


def test_a_month_is_drawn_reviewed_and_reported(client, talk, olive):
    sol = cast.sol()
    last_month = timezone.now().replace(day=1) - timedelta(days=3)
    Call.objects.update(
        state="ended", answered_at=last_month, ended_at=last_month, disposition="no_answer"
    )
    client.force_login(sol)
    press(client, "console-draw", month=f"{last_month:%Y-%m}", status=302)
    drawn = CallReview.objects.get()
    marks = dict.fromkeys(("greeting", "identity", "need", "location", "manner", "outcome"), 2)
    shown = page(client, "console-review", drawn.pk)
    assert "Review of a call" in shown
    assert "No answer" in shown
    press(client, "console-review", drawn.pk, **marks, note="well done", status=302)
    assert "100%" in page(client, "console-reviews", month=f"{last_month:%Y-%m}")
    press(client, "console-draw", month=f"{timezone.now():%Y-%m}", status=409)


# --- the wall --------------------------------------------------------------------------------


def test_the_wall_says_who_waits_and_who_works(client, olive, talk):
    shown = page(client, "wall-now")
    for words in ("Waiting", "within 15 s", "goal 97.5%", "Silent devices"):
        assert words in shown
    assert "Olive" in shown


def test_a_rule_is_changed_in_the_register_by_a_supervisor(client):
    client.force_login(cast.sol())
    rule = AnswerRule.objects.earliest("after_s")
    url = reverse("admin:dispatch_answerrule_change", args=[rule.pk])
    answer = client.post(url, {"after_s": 20, "act": "supervisors", "active": "on"})
    assert answer.status_code == 302
    assert AnswerRule.objects.get(pk=rule.pk).after_s == 20


def test_signing_out_passes_a_call_on_and_closes_the_row(client, talk, olive):
    sol = cast.sol()
    press(client, "console-sign-out", to=sol.pk, status=200)
    assert Call.objects.get().operator == sol
    assert not agents.here(now=timezone.now()).filter(user=olive).exists()
    assert inbound.hang_up(talk.pk, now=timezone.now()).state == "abandoned"


def test_a_request_is_shown_as_it_stood_after_any_line_of_its_log(client, olive, mei):
    cast.wai(cast.sunrise_kitchen())
    request = town.accepted(town.asked(mei)).request
    page = reverse("console-request", args=[request.pk])
    log = list(request.events.values_list("seq", "kind"))
    made = next(seq for seq, kind in log if kind == "offer.made")

    def stood(at):
        text = client.get(page, {"at": at}).content.decode()
        return text[text.index('<section class="panel then"') :].split("</section>")[0]

    assert "Asking" in stood(made)
    assert "Wai Ho" in stood(made)
    assert "<dd>asked</dd>" in stood(made)
    assert "Wai Ho" not in stood(1)
    assert "Looking" in stood(1)
    assert "Earlier" not in stood(1)
    last = stood(log[-1][0])
    assert "Accepted" in last
    assert "Later" not in last
    for beyond in (0, log[-1][0] + 1):
        assert "panel then" not in client.get(page, {"at": beyond}).content.decode()
    assert client.get(page, {"at": "x"}).status_code == 400
