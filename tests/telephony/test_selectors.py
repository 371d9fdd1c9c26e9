"""Who may see which calls."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from elders.models import GridCell, User
from telephony import inbound, outbound, selectors
from telephony.models import Call
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei(now):
    """Mei has called, and so has somebody nobody knows; both hung up."""
    mei = cast.mei()
    for leg, number in enumerate([cast.MEI_NUMBER, "+8613800009999"]):
        inbound.incoming("simulator", str(leg), from_number=number, to_number="12349", now=now)
    Call.objects.filter(from_number=cast.MEI_NUMBER).update(elder=mei)
    for call in Call.objects.values_list("pk", flat=True):
        inbound.hang_up(call, now=now)
    outbound.place("call", cast.MEI_NUMBER, purpose="confirm", elder=mei, now=now)
    return mei


def seen(user: User | AnonymousUser) -> list[int]:
    """How many calls, call-backs and jobs."""
    reads = (selectors.calls_for, selectors.callbacks_for, selectors.jobs_for)
    return [read(user).count() for read in reads]


def test_the_desk_and_auditors_see_every_call(mei):
    assert seen(cast.olive()) == seen(cast.sol()) == seen(cast.agnes()) == [2, 2, 1]


def test_an_elder_sees_her_own_calls(mei):
    assert seen(cast.signed_in(mei)) == [1, 0, 0]


def test_nobody_else_sees_any(mei):
    others: list[User | AnonymousUser] = [
        cast.ka_ming(mei),
        cast.rose(cast.lan()),
        cast.ping(),
        AnonymousUser(),
    ]
    assert [seen(other) for other in others] == [[0, 0, 0]] * 4


def test_an_operator_of_another_part_of_town_sees_only_callers_nobody_knows(mei):
    elsewhere = GridCell.objects.create(code="330999", name="Hill County", level=1)
    olive = cast.olive()
    olive.grids.add(elsewhere)
    assert list(selectors.calls_for(olive)) == list(Call.objects.filter(elder=None))
    assert seen(olive) == [1, 1, 0]


def test_the_registers_show_calls_and_change_none(mei):
    client = Client()
    client.force_login(cast.ada())
    call = Call.objects.first()
    assert call
    for page in ("call/", f"call/{call.pk}/change/", "callback/", "outboundjob/"):
        assert client.get(f"/admin/telephony/{page}").status_code == 200
    assert client.get("/admin/telephony/call/add/").status_code == 403
    assert client.post(f"/admin/telephony/call/{call.pk}/delete/").status_code == 403
