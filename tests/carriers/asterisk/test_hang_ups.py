"""Whoever hangs up on a real Asterisk, at whichever step: nobody stays on the line."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch import conversation, offers
from dispatch.models import Offer
from telephony import desk as calls
from telephony import outbound, rooms
from telephony.carriers.asterisk.deployment import telephone
from telephony.models import Call, CallBack, OutboundJob
from tests import cast
from tests.carriers.asterisk.story import state_of
from tests.carriers.telephones import OfAsterisk
from tests.dispatch.town import WORKER, wants
from tests.infra import voice
from tests.infra.line import Line

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def hangs_up_in_the_greeting(story):
    mei, call = story.mei_rings()
    mei.hang_up()
    return call, "abandoned"


def hangs_up_while_asked(story):
    mei, call = story.mei_rings()
    story.exchange.settle(mei)
    mei.hang_up()
    return call, "abandoned"


def hangs_up_in_the_queue(story):
    mei, call = story.mei_rings()
    handset = OfAsterisk.Set(story.exchange, mei)
    handset.press("0")
    story.exchange.settle(mei)
    mei.hang_up()
    return call, "abandoned"


def hangs_up_while_olives_telephone_rings(story):
    mei, call = story.mei_rings()
    calls.claim(call.pk, by=story.olive, now=timezone.now())
    story.trunk.ringing(telephone(story.olive.pk))
    mei.hang_up()
    return call, "abandoned"


def hangs_up_talking(story):
    mei, _olive, call = story.olive_talks()
    mei.hang_up()
    return call, "wrap_up"


def hangs_up_on_hold(story):
    mei, _olive, call = story.olive_talks()
    conversation.hold(call.pk, on=True, by=story.olive, now=timezone.now())
    story.until(lambda: mei.hears(voice.MUSIC))
    mei.hang_up()
    return call, "wrap_up"


def hangs_up_while_her_son_is_rung(story):
    mei, _olive, call = story.olive_talks()
    rooms.add(call.pk, cast.KA_MING_NUMBER, by=story.olive, now=timezone.now())
    story.work()
    story.trunk.ringing(cast.KA_MING_NUMBER)
    mei.hang_up()
    story.until(lambda: state_of(call) == "wrap_up")
    calls.wrap_up(call.pk, by=story.olive, disposition="helped", now=timezone.now())
    return call, "ended"


def a_worker_hangs_up_while_she_is_rung(story):
    type(story.wai).objects.update(position_at=timezone.now())
    request = wants(story.mei, now=timezone.now())
    (offer,) = offers.make_next(request.pk, now=timezone.now())
    offers.accept(offer.pk, by=WORKER, now=timezone.now())
    wai = OfAsterisk(story.exchange).dial(cast.WAI_NUMBER)
    wai.press("1")
    story.work()
    story.trunk.ringing(cast.MEI_NUMBER)
    call = story.exchange.call(wai.line)
    wai.line.hang_up()
    return call, "abandoned"


def olive_hangs_up_talking(story):
    _mei, _olive, call = story.olive_talks()
    calls.hang_up(call.pk, by=story.olive, now=timezone.now())
    return call, "wrap_up"


@pytest.mark.parametrize(
    "step",
    [
        hangs_up_in_the_greeting,
        hangs_up_while_asked,
        hangs_up_in_the_queue,
        hangs_up_while_olives_telephone_rings,
        hangs_up_talking,
        hangs_up_on_hold,
        hangs_up_while_her_son_is_rung,
        a_worker_hangs_up_while_she_is_rung,
        olive_hangs_up_talking,
    ],
    ids=lambda step: step.__name__,
)
def test_a_hang_up_at_any_step_leaves_nobody_on_the_line_and_no_call_open(story, step):
    call, ends_as = step(story)
    story.until(lambda: state_of(call) == ends_as)
    story.until_quiet()
    assert CallBack.objects.exists() == (ends_as == "abandoned")
    assert not OutboundJob.objects.filter(state__in=OutboundJob.UNDER_WAY).exists()


def an_offer_rings(story) -> Line:
    """Mei has ordered and hung up; the offer's call rings at Wai's."""
    type(story.wai).objects.update(reach_by="call", position_at=timezone.now())
    mei, _call = story.mei_rings()
    handset = OfAsterisk.Set(story.exchange, mei)
    handset.press("2")
    handset.hang_up()
    story.work()
    return story.trunk.ringing(cast.WAI_NUMBER)


def offer_call() -> OutboundJob:
    return OutboundJob.objects.get(kind="call", purpose="offer")


def test_a_worker_who_does_not_answer_is_rung_again_later(story):
    an_offer_rings(story).refuse()
    story.until(lambda: offer_call().state == "queued")
    story.work(after_s=21)
    story.trunk.ringing(cast.WAI_NUMBER).answer()
    story.until(lambda: offer_call().state == "answered")
    assert story.trunk.rung(cast.WAI_NUMBER) == 2


def test_a_telephone_that_stopped_ringing_while_we_were_away_is_known_to_have(story):
    wai = an_offer_rings(story)
    story.exchange.link_down()
    wai.refuse()
    story.until(lambda: not story.exchange.asterisk.channels())
    # so long ago that it cannot be about to ring any more
    Call.objects.filter(purpose="offer").update(opened_at=timezone.now() - timedelta(minutes=2))
    story.exchange.link_up()
    story.until(lambda: offer_call().state == "queued")
    assert story.trunk.rung(cast.WAI_NUMBER) == 1


def test_a_worker_who_hangs_up_while_he_hears_the_offer_has_accepted_nothing(story):
    wai = an_offer_rings(story).answer()
    story.until(wai.is_spoken_to)
    wai.hang_up()
    story.until(lambda: Call.objects.get(purpose="offer").state == "ended")
    assert Offer.objects.get().state == "made"
    story.until_quiet()


def test_an_offer_that_is_withdrawn_while_it_rings_stops_ringing(story):
    wai = an_offer_rings(story)
    outbound.withdraw(offer_call().subject, now=timezone.now())
    story.until(lambda: wai.state == "over")
    story.until_quiet()
    assert story.trunk.rung(cast.WAI_NUMBER) == 1
