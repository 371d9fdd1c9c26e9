"""Conversations on a real Asterisk: who hears whom is read from the sound in each telephone."""

from pathlib import Path

import pytest
from django.conf import settings as house
from django.utils import timezone

from dispatch import connection_wording, conversation, desk, offers, wording
from dispatch.models import Offer
from elders import fields
from telephony import desk as calls
from telephony import prompts, recordings, rooms, script
from telephony.errors import CallError
from telephony.instructions import Bridge, Record, Say
from telephony.models import Call, CallBack, Party, Recording
from tests import cast
from tests.carriers.asterisk.story import MEI, OLIVE, OTHER, SOL, state_of
from tests.carriers.telephones import OfAsterisk
from tests.dispatch.town import WORKER, wants
from tests.infra import voice
from tests.infra.sound import notes_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.pure]


def test_an_operator_who_has_her_call_keeps_it_and_adds_the_worker_who_accepted(story):
    type(story.wai).objects.update(reach_by="call", position_at=timezone.now())
    mei, call = story.mei_rings()
    handset = OfAsterisk.Set(story.exchange, mei)
    handset.press("2")
    handset.press("0")  # she has stayed on the line, and asks for a person
    desk.take(call.pk, by=story.olive, now=timezone.now())
    olive = story.telephone_of(story.olive, OLIVE)
    story.work()
    wai = story.trunk.ringing(cast.WAI_NUMBER).answer()
    story.exchange.settle(wai)
    wai.press("1")
    story.until(lambda: Offer.objects.get().state == "accepted")
    story.until(lambda: wai.state == "over")
    conversation.add(
        Call.objects.get(pk=call.pk), cast.WAI_NUMBER, by=story.olive, now=timezone.now()
    )
    wai = story.joins(cast.WAI_NUMBER)
    story.until(lambda: mei.hears(OTHER) and wai.hears(MEI))
    story.until(lambda: olive.hears(MEI) and olive.hears(OTHER))
    mei.hang_up()
    story.until(lambda: state_of(call) == "wrap_up")
    story.until(lambda: wai.hears(OLIVE))  # who was rung in stays with the operator
    calls.wrap_up(call.pk, by=story.olive, disposition="helped", now=timezone.now())
    story.until_quiet()


def test_she_stays_on_the_line_and_is_put_through_to_the_worker_who_presses_one(story):
    type(story.wai).objects.update(reach_by="call", position_at=timezone.now())
    mei, wai, call = _put_through(story)
    assert cast.MEI_NUMBER not in str(wai._asked)  # the head of his INVITE
    assert [party.who for party in rooms.present(call)] == [story.wai.name_zh]
    wai.hang_up()
    (gone, *_more) = prompts.sentences(wording.hung_up_on_her(language="zh-hans"))
    story.until(lambda: gone in story.exchange.sentences(mei))
    OfAsterisk.Set(story.exchange, mei).press("0")
    desk.take(call.pk, by=story.olive, now=timezone.now())
    olive = story.telephone_of(story.olive, OLIVE)
    story.until(lambda: mei.hears(OLIVE) and olive.hears(MEI))
    calls.wrap_up(call.pk, by=story.olive, disposition="helped", now=timezone.now())
    story.until_quiet()


def test_she_hangs_up_and_the_worker_hears_so_and_is_let_go(story):
    type(story.wai).objects.update(reach_by="call", position_at=timezone.now())
    mei, wai, call = _put_through(story)
    mei.hang_up()
    (gone,) = prompts.sentences(wording.hung_up(language="en"))
    story.until(lambda: gone in story.exchange.sentences(wai))
    story.until(lambda: wai.state == "over")
    assert state_of(call) == "ended"
    assert not CallBack.objects.exists()
    story.until_quiet()


def test_an_operator_joins_the_two_and_all_three_hear_each_other(story):
    type(story.wai).objects.update(reach_by="call", position_at=timezone.now())
    mei, wai, call = _put_through(story, asks_for_a_person=True)
    desk.take(call.pk, by=story.olive, now=timezone.now())
    olive = story.telephone_of(story.olive, OLIVE)
    story.until(lambda: all(one.hears(OLIVE) for one in (mei, wai)) and olive.hears(OTHER))
    assert mei.hears(OTHER)
    calls.wrap_up(call.pk, by=story.olive, disposition="helped", now=timezone.now())
    story.until_quiet()


def _put_through(story, *, asks_for_a_person=False):
    """Mei's telephone, Wai's, and her call, once they hear each other."""
    mei, call = story.mei_rings()
    handset = OfAsterisk.Set(story.exchange, mei)
    handset.press("2")
    if asks_for_a_person:
        handset.press("0")
    wai = story.joins(cast.WAI_NUMBER)
    story.exchange.settle(wai)
    wai.press("1")
    story.until(lambda: mei.hears(OTHER) and wai.hears(MEI), within_s=30)
    return mei, wai, call


def test_a_worker_on_the_way_rings_presses_one_and_the_two_hear_each_other(story):
    wai, call = _rings_and_presses_one(story, cast.WAI_NUMBER)
    mei = story.joins(cast.MEI_NUMBER, MEI)
    story.until(lambda: mei.hears(OTHER) and wai.hears(MEI), within_s=30)
    assert cast.WAI_NUMBER not in str(mei._asked)  # the head of her INVITE
    assert state_of(call) == "talking"
    mei.hang_up()
    (gone, *_more) = prompts.sentences(wording.hung_up_on_her(language="en"))
    story.until(lambda: gone in story.exchange.sentences(wai))
    wai.hang_up()
    story.until_quiet()
    assert not CallBack.objects.exists()


def test_her_son_rings_presses_one_and_the_worker_and_he_hear_each_other(story):
    cast.ka_ming(story.mei, now=timezone.now())
    son, call = _rings_and_presses_one(story, cast.KA_MING_NUMBER)
    wai = story.joins(cast.WAI_NUMBER, MEI)
    story.until(lambda: wai.hears(OTHER) and son.hears(MEI), within_s=30)
    assert cast.KA_MING_NUMBER not in str(wai._asked)
    son.hang_up()
    (gone,) = prompts.sentences(wording.hung_up(language="en"))
    story.until(lambda: gone in story.exchange.sentences(wai))
    story.until_quiet()
    assert state_of(call) == "ended"


def test_nobody_answers_there_and_the_caller_hears_so_and_reaches_an_operator(story):
    wai, call = _rings_and_presses_one(story, cast.WAI_NUMBER)
    story.work()
    story.trunk.ringing(cast.MEI_NUMBER).refuse()
    (nobody, *_more) = prompts.sentences(connection_wording.not_reached(language="en"))
    story.until(lambda: nobody in story.exchange.sentences(wai))
    desk.take(call.pk, by=story.olive, now=timezone.now())
    olive = story.telephone_of(story.olive, OLIVE)
    story.until(lambda: wai.hears(OLIVE) and olive.hears(OTHER))
    calls.wrap_up(call.pk, by=story.olive, disposition="helped", now=timezone.now())
    story.until_quiet()


def _rings_and_presses_one(story, number):
    """The telephone of who rings while Wai is on the way to Mei, and the call."""
    now = timezone.now()
    type(story.wai).objects.update(position_at=now)
    request = wants(story.mei, now=now)
    (offer,) = offers.make_next(request.pk, now=now)
    offers.accept(offer.pk, by=WORKER, now=now)
    handset = OfAsterisk(story.exchange).dial(number)
    handset.line.speak(OTHER)
    handset.press("1")
    return handset.line, story.exchange.call(handset.line)


def test_on_hold_she_hears_music_and_nothing_else_and_is_heard_by_nobody(story):
    mei, olive, call = story.olive_talks()
    conversation.hold(call.pk, on=True, by=story.olive, now=timezone.now())
    story.until(lambda: mei.hears(voice.MUSIC) and not mei.hears(OLIVE) and not olive.hears(MEI))
    conversation.hold(call.pk, on=False, by=story.olive, now=timezone.now())
    story.until(lambda: mei.hears(OLIVE) and olive.hears(MEI) and not mei.hears(voice.MUSIC))


def test_a_supervisor_listens_then_whispers_then_speaks(story):
    mei, olive, call = story.olive_talks()
    rooms.listen(call.pk, by=story.sol, now=timezone.now())
    sol = story.telephone_of(story.sol, SOL)
    story.until(lambda: sol.hears(MEI) and sol.hears(OLIVE))
    assert not mei.hears(SOL)
    assert not olive.hears(SOL)
    rooms.listen(call.pk, by=story.sol, mode="whisper", now=timezone.now())
    story.until(lambda: olive.hears(SOL) and sol.hears(MEI) and sol.hears(OLIVE))
    assert not mei.hears(SOL)
    rooms.listen(call.pk, by=story.sol, mode="talk", now=timezone.now())
    story.until(lambda: mei.hears(SOL) and olive.hears(SOL) and sol.hears(MEI))
    assert state_of(call) == "talking"
    rooms.leave(call.pk, by=story.sol, now=timezone.now())
    story.until(lambda: sol.state == "over" and mei.hears(OLIVE) and not mei.hears(SOL))


def test_family_hears_what_it_is_about_and_is_in_the_conversation_until_it_ends(story):
    mei, olive, call = story.olive_talks()
    rooms.add(call.pk, cast.KA_MING_NUMBER, by=story.olive, now=timezone.now())
    son = story.joins(cast.KA_MING_NUMBER)
    story.until(lambda: all(one.hears(OTHER) for one in (mei, olive)) and son.hears(MEI))
    son.hang_up()
    story.until(lambda: Party.objects.get(number=cast.KA_MING_NUMBER).left_at is not None)
    story.until(lambda: mei.hears(OLIVE))
    calls.hang_up(call.pk, by=story.olive, now=timezone.now())
    story.until_quiet()


def test_a_bridge_to_a_plain_number_rings_it_into_her_room(story):
    mei, _call = story.mei_rings()
    call = Call.objects.get()
    script.tell(call.pk, [Bridge(to="+8657100000120")], now=timezone.now())
    other = story.joins("+8657100000120")
    story.until(lambda: mei.hears(OTHER) and other.hears(MEI))
    other.hang_up()
    story.until(lambda: mei.state == "over" or mei.hears(voice.MUSIC))


def test_what_is_typed_to_her_is_heard_by_all_in_the_room(story):
    mei, olive, call = story.olive_talks()
    said = ["The nurse is on her way.", "Please open the door."]
    calls.say(call.pk, " ".join(said), by=story.olive, now=timezone.now())
    for sentence in said:  # one after the other
        code = voice.code(sentence, "en")
        story.until(lambda code=code: code in mei.sentences() and code in olive.sentences())


def test_a_conversation_is_announced_recorded_and_kept_under_our_key_and_nowhere_else(
    story, settings
):
    settings.RECORD_CALLS = True
    mei, _olive, call = story.olive_talks()
    (told,) = prompts.sentences(wording.recorded(language="zh-hans"))
    story.until(lambda: told in story.exchange.sentences(mei))  # however soon somebody answered
    conversation.hold(call.pk, on=True, by=story.olive, now=timezone.now())
    story.until(lambda: mei.hears(voice.MUSIC))
    conversation.hold(call.pk, on=False, by=story.olive, now=timezone.now())
    story.until(lambda: mei.hears(OLIVE))
    mei.hang_up()
    story.until(lambda: Recording.objects.filter(audio__isnull=False).exists())
    kept = Recording.objects.get()
    sound = recordings.audio_of(kept)
    assert sound is not None
    assert {MEI, OLIVE} <= notes_in(sound)
    assert voice.MUSIC not in notes_in(sound)
    assert sound not in bytes(kept.audio)
    assert fields.unseal(bytes(kept.audio)) == sound
    assert not list(Path(house.SPOOL_DIR).iterdir())


def test_who_was_not_told_is_not_recorded(story):
    mei, _olive, call = story.olive_talks()
    assert not list(Path(house.SPOOL_DIR).glob("*"))
    mei.hang_up()
    story.until(lambda: state_of(call) == "wrap_up")
    assert not Recording.objects.exists()


def test_a_message_after_a_tone_is_kept_for_whoever_rings_back(story):
    mei, call = story.mei_rings()
    story.exchange.settle(mei)
    steps = [Say("Please speak.", "en"), Record(max_s=20)]
    script.tell(call.pk, steps, now=timezone.now())
    story.until(lambda: list(Path(house.SPOOL_DIR).glob("word-*")))
    story.until(lambda: next(Path(house.SPOOL_DIR).glob("word-*")).stat().st_size > 20_000)
    mei.hang_up()
    kept = story.until(Recording.objects.first)
    assert MEI in notes_in(recordings.audio_of(kept))
    assert recordings.messages_of(CallBack.objects.all(), story.olive) == {
        CallBack.objects.get().pk: [kept]
    }
    assert recordings.play(kept.pk, by=story.olive, purpose="t", now=timezone.now()) == kept


def test_after_a_minute_the_on_call_mobiles_ring_once_and_who_answers_is_queued_with_the_desk(
    story, settings
):
    settings.ON_CALL_NUMBERS = ["+8613900000091", "+8613900000092"]
    _mei, call = story.mei_rings()
    for after_s in (16, 61, 62):
        story.work(after_s=after_s)
    mobile = story.trunk.ringing("+8613900000091").answer()
    story.trunk.ringing("+8613900000092").refuse()
    story.exchange.settle(mobile)
    mobile.press("1")
    story.until(lambda: Call.objects.filter(purpose="on_call", queued_at__isnull=False).exists())
    assert state_of(call) == "ringing"
    story.work(after_s=65)
    assert story.trunk.rung("+8613900000091") == 1
    desk.take(Call.objects.get(to_number="+8613900000091").pk, by=story.olive, now=timezone.now())
    olive = story.telephone_of(story.olive, OLIVE)
    story.until(lambda: mobile.hears(OLIVE) and olive.state == "up")


def test_nobody_takes_a_caller_out_of_a_conversation_that_the_dialplan_made(story, settings):
    settings.ON_CALL_NUMBERS = ["+8613900000091"]
    story.exchange.asterisk.console("dialplan set global ON_CALL PJSIP/+8613900000091@trunk")
    mei, call = story.mei_rings()
    story.exchange.board.redirect(call.carrier_ref, "fallback", "s")  # as without our service
    mobile = story.trunk.ringing("+8613900000091", within_s=40).answer()
    mobile.speak(OTHER)
    story.until(lambda: mei.hears(OTHER) and mobile.hears(MEI))
    story.until(lambda: state_of(call) == "talking")
    assert [party.who for party in rooms.present(call)] == ["+8613900000091"]
    with pytest.raises(CallError) as refused:
        desk.take(call.pk, by=story.olive, now=timezone.now())
    assert refused.value.code == "spoken_with"
    assert "+8613900000091" in refused.value.message
    story.until(lambda: mei.hears(OTHER) and mobile.hears(MEI))
    mobile.hang_up()
    story.until(lambda: state_of(call) == "ended")
    assert not CallBack.objects.exists()
    story.until_quiet()
