"""Who rings pops up before anybody has answered: what a telephone's display shows, and no more."""

import pytest
from django.urls import reverse
from django.utils import timezone

from dispatch import desk
from elders.models import AccessEntry
from telephony import agents
from telephony.models import Call
from tests import cast
from tests.dispatch.town import wants
from tests.scenarios.phone import Phone

pytestmark = pytest.mark.django_db

PRIVATE = ("12 Willow Lane", "4711#", "pacemaker", "Ka-Ming", "13800000002")


@pytest.fixture
def olive(client, settings):
    settings.SIMULATOR = True
    client.cookies["django_language"] = "en"
    olive = cast.olive()
    client.force_login(olive)
    desk.renew(olive, now=timezone.now())
    return olive


def region(client, **query):
    return client.get(reverse("console-caller"), query).content.decode()


def rings(number=cast.MEI_NUMBER):
    phone = Phone(number)
    phone.dial()
    return phone


def test_name_number_language_and_proof_pop_up_and_nothing_else(client, olive):
    mei = cast.mei(dialect="Shaoxing")
    cast.ka_ming(mei)
    mei.holdings.update(verified_at=timezone.now())
    assert "pop" not in region(client)
    rings()
    shown = region(client)
    for words in ('class="pop', "Mei Chen", "138 0000 0001", "Shaoxing", "Number verified"):
        assert words in shown
    for words in PRIVATE:
        assert words not in shown
    assert not AccessEntry.objects.exists(), "a display is no opened card"


def test_a_household_and_a_stranger_are_shown_as_what_they_are(client, olive):
    mei = cast.mei()
    cast.line(cast.bo(mei), cast.MEI_NUMBER)
    rings()
    assert "2 share this line" in region(client)
    Call.objects.all().delete()
    rings("+8613799990000")
    shown = region(client)
    assert "137 9999 0000" in shown
    assert "Number verified" not in shown


def test_after_the_claim_it_is_the_whole_card(client, olive):
    cast.mei()
    rings()
    answer = client.post(reverse("console-take", args=[Call.objects.get().pk]))
    work = answer.content.decode()
    assert 'class="pop' not in work
    assert "pacemaker" in work
    assert AccessEntry.objects.filter(what="card").count() == 1


def test_who_has_a_case_open_sees_it_in_the_queue_and_her_work_is_left_alone(client, olive):
    lan = cast.lan()
    request = wants(lan, now=timezone.now())
    mei = cast.mei()
    rings()
    shown = region(client, request=request.pk)
    assert 'class="pop' not in shown
    assert "Lan Zhou" in shown
    queue = client.get(reverse("console-queue")).content.decode()
    assert "138 0000 0001" in queue
    assert mei.address not in queue


def test_nothing_pops_up_for_who_is_away(client, olive):
    cast.mei()
    rings()
    agents.choose(olive, "away", reason="meal", now=timezone.now())
    assert 'class="pop' not in region(client)
    assert "Mei Chen" in client.get(reverse("console-queue")).content.decode()
