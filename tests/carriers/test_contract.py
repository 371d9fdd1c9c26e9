"""The contract: one script, every carrier, and whoever rings hears the same.

Each story is played on the simulator and then on another carrier, in an empty house each time;
what was heard, where the telephone ended up, and what the house made of it must be equal.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from dispatch import deadlines, desk, offers
from dispatch.models import Offer, ServiceRequest
from elders.models import Contact
from providers import categories
from telephony import desk as calls
from telephony import outbound
from telephony.models import Call, CallBack, OutboundJob
from telephony.prompts import sentences
from tests import cast
from tests.carriers.telephones import OfAsterisk, OfSimulator, OfTwilio, Telephones
from tests.dispatch.town import WORKER, cries, wants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.pure]

SIMULATOR = "telephony.carriers.simulator.carrier.Simulator"
TWILIO = "telephony.carriers.twilio.carrier.Twilio"
ASTERISK = "telephony.carriers.asterisk.carrier.Asterisk"
# name → what stands in the settings, and what makes its telephones from the fixture of that name
CARRIERS: dict[str, tuple[list[str], Callable[..., Telephones]]] = {
    "twilio": ([TWILIO], OfTwilio),
    "asterisk": ([ASTERISK, SIMULATOR], OfAsterisk),  # texts are another carrier's part
}


def town():
    mei = cast.mei()
    mei.holdings.update(verified_at=timezone.now())
    cast.wai(cast.sunrise_kitchen())
    cast.ka_ming(mei)
    return mei


def work(after_s=0):
    now = timezone.now() + timedelta(seconds=after_s)
    deadlines.fire_due(now=now)
    outbound.deliver_due(now=now)


def greeted_and_unwell(line):
    phone = line.dial(cast.MEI_NUMBER)
    phone.press("3")
    yield phone
    phone.hang_up()
    yield phone


def an_order_and_a_person(line):
    phone = line.dial(cast.MEI_NUMBER)
    phone.press("1")
    yield phone
    phone.be_silent()
    yield phone
    phone.press("0")
    yield phone


def an_order_and_goodbye(line):
    phone = line.dial(cast.MEI_NUMBER)
    phone.press("2")
    phone.hang_up()
    yield phone


def the_same_order_again(line):
    for _ in range(2):
        phone = line.dial(cast.MEI_NUMBER)
        phone.press("1")
        yield phone
        phone.hang_up()


def silence_and_wrong_keys(line):
    for key in ("", "9", "#", "*", "0"):
        phone = line.dial(cast.MEI_NUMBER)
        phone.press(key) if key else phone.be_silent()
        yield phone
        phone.hang_up()


def a_stranger(line):
    phone = line.dial("+8613700000009")
    phone.press("1")
    yield phone


def a_household(line):
    cast.line(cast.lan(), cast.MEI_NUMBER, verified_at=timezone.now(), rank=2)
    phone = line.dial(cast.MEI_NUMBER)
    phone.press("2")
    yield phone
    phone.press("1")
    yield phone


def an_alarm_key(line):
    cast.line(cast.lan(), "+8613700000008", alarm_key=True)
    yield line.dial("+8613700000008")


def an_operator_takes_it_and_hangs_up(line):
    olive = cast.olive()
    phone = line.dial(cast.MEI_NUMBER)
    yield phone
    call = Call.objects.get()
    desk.take(call.pk, by=olive, now=timezone.now())
    yield phone
    calls.hang_up(call.pk, by=olive, now=timezone.now())
    yield phone


def a_worker_is_rung(line):
    wants(town_elder(), now=timezone.now())
    work()
    work(26)
    phone = line.pick_up(cast.WAI_NUMBER)
    phone.press("7")
    yield phone
    phone.press("1")
    yield phone


def she_is_put_through_to_the_worker_who_accepts(line):
    mei, wai = _put_through(line)
    yield wai
    yield mei
    wai.hang_up()
    yield mei
    mei.be_silent()
    yield mei


def she_is_put_through_and_hangs_up_first(line):
    mei, wai = _put_through(line)
    yield mei
    yield wai
    mei.hang_up()
    yield wai


def _put_through(line):
    mei = line.dial(cast.MEI_NUMBER)
    mei.press("1")
    work()
    work(26)
    wai = line.pick_up(cast.WAI_NUMBER)
    wai.press("1")
    return mei, wai


def a_worker_is_put_through_to_her(line):
    wai = _calls_her(line)
    mei = line.pick_up(cast.MEI_NUMBER)
    yield mei
    yield wai
    mei.hang_up()
    wai.heard()
    wai.be_silent()
    yield wai


def a_worker_calls_her_and_nobody_answers(line):
    wai = _calls_her(line)
    line.let_ring(cast.MEI_NUMBER)
    yield wai
    wai.press("0")
    yield wai
    wai.hang_up()
    yield wai


def somebody_close_to_her_is_put_through_to_who_comes(line):
    _is_coming()
    Contact.objects.update(agreed_at=timezone.now())
    son = line.dial(cast.KA_MING_NUMBER)
    son.press("1")
    yield son  # to the end of the sentence
    work()
    wai = line.pick_up(cast.WAI_NUMBER)
    yield wai
    yield son
    son.hang_up()
    yield wai


def _calls_her(line):
    _is_coming()
    wai = line.dial(cast.WAI_NUMBER)
    wai.press("1")
    wai.heard()  # to the end of the sentence
    work()
    return wai


def _is_coming():
    request = wants(town_elder(), now=timezone.now())
    (offer,) = offers.make_next(request.pk, now=timezone.now())
    offers.accept(offer.pk, by=WORKER, now=timezone.now())


def a_worker_asks_for_a_person(line):
    wants(town_elder(), now=timezone.now())
    work()
    work(26)
    phone = line.pick_up(cast.WAI_NUMBER)
    phone.press("0")
    yield phone


def a_worker_texts_and_says_no(line):
    wants(town_elder(), now=timezone.now())
    work()
    yield line.texts(cast.WAI_NUMBER)
    yield line.write(cast.WAI_NUMBER, "2")
    yield line.write(cast.WAI_NUMBER, "sorry, I am ill")
    yield line.write(cast.WAI_NUMBER, "STOP")


def she_is_rung_back_in_an_emergency(line):
    cries(town_elder(), now=timezone.now())
    work()
    line.let_ring(cast.KA_MING_NUMBER)
    phone = line.pick_up(cast.MEI_NUMBER)
    yield phone
    phone.hang_up()
    yield phone


def town_elder():
    from elders.models import Elder

    return Elder.objects.get(name="Mei Chen")


STORIES = [
    greeted_and_unwell,
    an_order_and_a_person,
    an_order_and_goodbye,
    the_same_order_again,
    silence_and_wrong_keys,
    a_stranger,
    a_household,
    an_alarm_key,
    an_operator_takes_it_and_hangs_up,
    a_worker_is_rung,
    she_is_put_through_to_the_worker_who_accepts,
    she_is_put_through_and_hangs_up_first,
    a_worker_is_put_through_to_her,
    a_worker_calls_her_and_nobody_answers,
    somebody_close_to_her_is_put_through_to_who_comes,
    a_worker_asks_for_a_person,
    a_worker_texts_and_says_no,
    she_is_rung_back_in_an_emergency,
]


def play(story, line):
    """What was heard after each beat of the story, and what the house knows at its end."""
    town()
    told = [
        (beat.where(), [one for text in beat.heard() for one in sentences(text)])
        if hasattr(beat, "where")
        else beat
        for beat in story(line)
    ]
    return told, {
        "calls": list(
            Call.objects.order_by("pk").values_list("state", "priority", "purpose", "settled")
        ),
        "requests": list(
            ServiceRequest.objects.order_by("pk").values_list("state", "priority", "source")
        ),
        "offers": list(Offer.objects.values_list("state", flat=True)),
        "jobs": list(OutboundJob.objects.order_by("pk").values_list("purpose", "kind", "state")),
        "call-backs": list(CallBack.objects.values_list("number", "reason", "priority")),
    }


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
@pytest.mark.parametrize("carrier", CARRIERS)
def test_the_same_script_sounds_the_same_on_every_carrier(carrier, story, request, settings):
    paths, telephones = CARRIERS[carrier]
    settings.CARRIERS = [SIMULATOR]
    expected = play(story, OfSimulator())
    call_command("flush", verbosity=0, interactive=False)
    categories.ensure()
    settings.CARRIERS = paths
    line = telephones(request.getfixturevalue(carrier))
    settings.CARRIERS = paths
    assert play(story, line) == expected
