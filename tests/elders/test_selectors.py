"""Who may see whom, and who may be calling."""

from contextvars import copy_context
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from elders import asked, consent, grids, ledger, roles, selectors
from elders.models import Elder, FamilyLink, GridCell, ResponsePlan
from elders.roles import Role
from elders.search import one_off, search
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei():
    return cast.mei()


def test_operators_supervisors_auditors_and_administrators_see_the_whole_town(mei, now):
    for somebody in (cast.olive(), cast.sol(), cast.agnes(), cast.ada()):
        assert mei in selectors.elders_for(somebody, now=now)


def test_an_operator_with_grid_cells_sees_those_cells_only(mei, now):
    lan, olive = cast.lan(), cast.olive()
    lan.grid = GridCell.objects.create(code="330199", name="Elsewhere", level=1)
    lan.save()
    olive.grids.add(GridCell.objects.get(code="330106001"))
    assert list(selectors.elders_for(olive, now=now)) == [mei]


def test_an_elder_in_no_grid_cell_is_seen_by_every_operator(now):
    mei, olive = cast.mei(grid=None), cast.olive()
    olive.grids.add(cast.willow_lane())
    assert mei in selectors.elders_for(olive, now=now)


def test_station_staff_see_their_cells_and_without_cells_nobody(mei, now):
    ping = cast.ping()
    nowhere = Elder.objects.create(name="Somebody")
    assert list(selectors.elders_for(ping, now=now)) == [mei]
    ping.grids.clear()
    assert nowhere not in selectors.elders_for(ping, now=now)
    assert not selectors.elders_for(ping, now=now)


def test_an_elder_sees_herself_and_nobody_else(mei, now):
    cast.lan()
    assert list(selectors.elders_for(cast.signed_in(mei), now=now)) == [mei]


def test_a_son_sees_his_mother_while_a_consent_runs(mei, now):
    ka_ming = cast.ka_ming(mei)
    assert list(selectors.elders_for(ka_ming, now=now)) == [mei]
    assert list(selectors.elders_for(ka_ming)) == [mei]
    consent.withdraw(mei, ka_ming, now=now)
    assert not selectors.elders_for(ka_ming, now=now)


def test_another_family_sees_nothing_of_mei(mei, now):
    lan = cast.lan()
    assert list(selectors.elders_for(cast.rose(lan), now=now)) == [lan]


def test_a_link_without_consent_and_a_consent_without_link_show_nothing(mei, now):
    rose = cast.rose(cast.lan())
    FamilyLink.objects.create(elder=mei, user=rose)
    assert mei not in selectors.elders_for(rose, now=now)
    FamilyLink.objects.filter(elder=mei).delete()
    consent.give(mei, rose, consent.Scope.REQUESTS, now=now)
    assert mei not in selectors.elders_for(rose, now=now)


def test_strangers_and_closed_accounts_see_nobody(mei, now):
    olive = cast.olive()
    olive.is_active = False
    olive.save()
    for somebody in (AnonymousUser(), olive, cast.account("nobody")):
        assert not selectors.elders_for(somebody, now=now)


def test_a_number_names_its_holder_and_whether_it_was_verified_lately(mei, now, settings):
    assert selectors.callers("138 0000 0001", now=now) == [selectors.Caller(mei, True, False)]
    later = cast.BEFORE + timedelta(days=settings.NUMBER_VERIFIED_DAYS, seconds=1)
    assert not selectors.callers(cast.MEI_NUMBER, now=later)[0].verified


def test_a_shared_number_names_everybody_in_order(mei, now):
    bo = cast.bo(mei)
    cast.line(bo, cast.MEI_NUMBER, rank=2, verified_at=None, alarm_key=True)
    first, second = selectors.callers(cast.MEI_NUMBER, now=now)
    assert first.elder == mei
    assert second == selectors.Caller(bo, verified=False, alarm_key=True)


def test_the_deceased_come_last_but_their_number_is_still_answered(mei, now):
    bo = cast.bo(mei)
    cast.line(bo, cast.MEI_NUMBER, rank=2)
    mei.status = Elder.Status.DECEASED
    mei.save()
    assert [caller.elder for caller in selectors.callers(cast.MEI_NUMBER, now=now)] == [bo, mei]


@pytest.mark.parametrize("number", ["", "anonymous", "\0", "+8613999999999"])
def test_a_withheld_or_unknown_number_names_nobody(number, now):
    assert selectors.callers(number, now=now) == []


def test_her_numbers_are_in_order_with_the_second_number_last(mei):
    cast.line(mei, "+8657188880000", rank=0)
    mei.second_number = "+8657188880001"
    assert selectors.numbers_of(mei) == ["+8657188880000", cast.MEI_NUMBER, "+8657188880001"]


def test_only_contacts_who_agreed_and_are_not_barred_are_rung(mei, now):
    cast.ka_ming(mei)
    son = mei.contacts.get()
    asked = mei.contacts.create(name="Neighbour", phone="+8613800000020", order=2)
    barred = mei.contacts.create(
        name="Nephew", phone="+8613800000021", agreed_at=now, barred=True, holds_key=True, order=3
    )
    assert selectors.contacts(mei) == [son, asked, barred]
    assert selectors.contacts_to_ring(mei) == [son]
    assert selectors.key_holders(mei) == [son]


def test_a_cell_that_names_no_number_has_that_of_the_nearest_cell_above_it(mei, settings):
    GridCell.objects.filter(code="330106").update(ambulance="0571120", fire="0571119")
    GridCell.objects.filter(code="330106001002").update(ambulance="0572120")
    settings.PUBLIC_SERVICES = {"ambulance": "1", "police": "2", "fire": "3"}
    numbers = {"ambulance": "0572120", "police": "2", "fire": "0571119"}
    assert selectors.public_services(mei) == numbers


def test_public_services_follow_the_cell_where_she_lives(mei):
    mei.grid.ambulance = "+86571120"
    assert selectors.public_services(mei)["ambulance"] == "+86571120"
    assert selectors.public_services(None) == {"ambulance": "120", "police": "110", "fire": "119"}


def test_an_elder_without_a_plan_has_the_common_one(mei):
    assert selectors.plan_of(mei).ring_contacts
    ResponsePlan.objects.create(elder=mei, ring_contacts=False)
    assert not selectors.plan_of(mei).ring_contacts


def test_housemates_share_a_household_and_the_homeless_share_nothing(mei):
    lan = cast.lan()
    assert not selectors.housemates(lan)
    assert list(selectors.housemates(cast.bo(mei))) == [mei]


@pytest.mark.parametrize(
    "text",
    ["mei", "陈", "chenm", "Chen Mei", "cm", "13800000001", "330106194405120021", "CARD-7"],
)
def test_an_operator_finds_her_by_name_number_identity_or_card(text, now):
    mei = cast.mei(id_number="330106194405120021", card_number="card-7")
    cast.lan()
    assert list(selectors.find(cast.olive(), text, now=now)) == [mei]


PARTS = ["8888", "88 88", "0571 8765", "8765 43", "0571-87654321", "chen mei", "CHEN", "me ch"]
SLIPS = ["chen me1", "cehn mei", "chenme", "chemei", "chhenmei", "chenmie", "mai chen", "me1 chen"]


@pytest.mark.parametrize("text", PARTS + SLIPS)
def test_half_a_number_another_word_or_a_slip_finds_her_on_the_console(text, now):
    mei, olive = cast.mei(), cast.olive()
    cast.line(mei, "+8613900008888")
    cast.line(mei, "+8657187654321")
    cast.lan()
    assert search(olive, text, most=8, now=now) == [mei]


def test_a_surname_in_latin_letters_finds_who_has_no_other_name(now):
    june, olive = Elder.objects.create(name="June Thompson"), cast.olive()
    for heard in ("Thomp", "thomson", "tompson", "June Thomspon", "thompson june"):
        assert search(olive, heard, most=8, now=now) == [june]
    for misheard in ("ompson", "thimpsin", "jine thimpson", "th1234"):
        assert search(olive, misheard, most=8, now=now) == []


def test_who_has_the_digits_at_the_end_comes_first_and_three_are_too_few(mei, now):
    lan, olive = cast.lan(), cast.olive()
    cast.line(lan, "+8613924680000")
    cast.line(mei, "+8613900002468")
    assert search(olive, "2468", most=8, now=now) == [mei, lan]
    assert search(olive, "2468", most=1, now=now) == [mei]
    assert search(olive, "246", most=8, now=now) == []


def test_who_gives_the_number_of_her_son_or_her_second_one_finds_her_behind_her_own(now):
    mei, lan = cast.mei(second_number="+8657187654321"), cast.lan()
    olive, ka_ming = cast.olive(), cast.ka_ming(mei)
    cast.line(lan, "+8613900000002")
    assert search(olive, "0571 8765", most=8, now=now) == [mei]
    assert search(olive, ka_ming.phone, most=8, now=now) == [mei]
    assert search(olive, "00000002", most=8, now=now) == [lan, mei]


def test_a_slip_is_forgiven_only_where_nobody_else_is_meant(mei, now):
    fen = Elder.objects.create(name="Mai Chen", name_zh="陈买")
    assert search(cast.olive(), "chenmai", most=8, now=now) == [fen]


def test_one_letter_may_be_another_missing_too_many_or_in_its_neighbours_place():
    for typed in ("mei", "me", "meii", "mai", "mie", "emi"):
        assert one_off(typed, "mei")
        assert one_off("mei", typed)
    for typed in ("eim", "m", "", "maa", "meiii"):
        assert not one_off(typed, "mei")
        assert not one_off("mei", typed)


def test_an_operator_of_another_part_of_town_finds_nobody_by_a_part_or_a_slip(mei, now):
    otto = cast.account("otto", Role.OPERATOR)
    otto.grids.add(GridCell.objects.create(code="330199", name="Elsewhere", level=1))
    for somebody in (otto, cast.rose(cast.lan())):
        for text in ("0001", "chen", "chen me1"):
            assert search(somebody, text, most=8, now=now) == []


def test_nobody_finds_whom_they_may_not_see(mei, now):
    assert not selectors.find(cast.rose(cast.lan()), "mei", now=now)
    assert not selectors.find(cast.olive(), "  ", now=now)


def test_mei_and_her_family_can_have_read_out_who_looked(mei, now):
    olive, ka_ming = cast.olive(), cast.ka_ming(mei)
    ledger.record(actor=olive, elder=mei, what="record", purpose="call 7", now=now)
    for reader in (cast.signed_in(mei), ka_ming, olive, cast.agnes()):
        entry = selectors.accesses_for(reader, mei, now=now).get()
        assert entry.actor == olive
    for other in (cast.rose(cast.lan()), cast.ping(), cast.ada(), AnonymousUser()):
        assert not selectors.accesses_for(other, mei, now=now)


def test_sealed_entries_are_for_supervisors_and_auditors(mei, now):
    mei.safeguarding = True
    mei.save()
    olive, ka_ming = cast.olive(), cast.ka_ming(mei)
    ledger.record(actor=olive, elder=mei, what="record", purpose="police asked", now=now)
    for reader in (cast.signed_in(mei), ka_ming, olive):
        assert not selectors.accesses_for(reader, mei, now=now)
    for reader in (cast.sol(), cast.agnes()):
        assert selectors.accesses_for(reader, mei, now=now).get().sealed


def test_the_ledger_still_tells_of_an_account_that_is_gone(mei, now):
    olive = cast.olive()
    ledger.record(actor=olive, elder=mei, what="record", purpose="call 7", now=now)
    number = olive.pk
    olive.delete()
    entry = selectors.accesses_for(cast.agnes(), mei, now=now).get()
    assert entry.actor_id == number
    assert entry.actor is None


def test_within_a_request_roles_are_looked_up_once_and_by_the_next_anew(
    django_assert_num_queries,
):
    olive = cast.olive()
    with asked.in_one_request():
        assert roles.is_operator(olive)
        left_behind = copy_context()
        with django_assert_num_queries(0):
            assert roles.of(olive) == {Role.OPERATOR}
        with django_assert_num_queries(1):
            assert grids.codes(olive) == grids.codes(olive) == []
        roles.grant(olive, Role.STATION)
        assert roles.is_station(olive)
        olive.is_active = False
        assert not roles.is_operator(olive)
        olive.is_active = True
    olive.groups.clear()
    assert not roles.is_operator(olive)
    assert not left_behind.run(roles.is_operator, olive)
    with asked.in_one_request():
        assert roles.of(olive) == frozenset()


def test_who_is_no_operator_any_more_is_refused_at_the_next_request(client):
    olive = cast.olive()
    client.force_login(olive)
    assert client.get("/console/").status_code == 200
    olive.groups.clear()
    assert client.get("/console/").status_code == 403


def test_every_role_is_told_apart(mei):

    assert roles.of(cast.olive()) == {Role.OPERATOR}
    assert roles.of(cast.ka_ming(mei)) == {Role.FAMILY}
    assert roles.of(cast.signed_in(mei)) == {Role.ELDER}
    assert roles.of(cast.ada()) == {Role.ADMINISTRATOR}
    assert roles.of(AnonymousUser()) == frozenset()
    assert roles.is_operator(cast.sol())
    assert not roles.is_operator(cast.agnes())
    with pytest.raises(ValueError, match="relation"):
        roles.grant(cast.ping(), Role.FAMILY)
