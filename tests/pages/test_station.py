"""The community station: found by card, name or telephone, helped, printed, and forgotten."""

import re
from datetime import date

import pytest

from dispatch.models import Event, ServiceRequest
from elders.models import AccessEntry, Contact, Elder, GridCell, LineHolder
from tests import cast
from tests.pages import town

pytestmark = pytest.mark.django_db

NEW = {
    "name_zh": "许桂兰",
    "name": "Xu Guilan",
    "sex": "female",
    "born": "1941-05-06",
    "phone": "138 0000 0077",
    "phone_checked": "on",
    "card_number": "YL777",
    "address_zh": "柳巷9号",
    "language": "zh-hans",
    "hearing": "hard",
    "contact_name": "许小明",
    "contact_phone": "13800000078",
    "contact_relation": "child",
    "contact_agreed": "on",
}


@pytest.fixture
def mei():
    elder = town.mei()
    elder.card_number = "YL00000010024"
    elder.save()
    return elder


@pytest.fixture
def ping():
    return cast.ping()


@pytest.fixture
def desk(ping):
    return town.browser(ping)


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def find(desk, text):
    return desk.post("/station/find/", {"who": text}, follow=True)


@pytest.mark.parametrize(
    "text", ["YL00000010024", "yl0000 0010024", "138 0000 0001", "+8613800000001"]
)
def test_a_card_or_a_telephone_number_leads_straight_to_her(mei, desk, text):
    answer = find(desk, text)
    assert answer.redirect_chain == [(f"/station/elders/{mei.pk}/", 302)]
    assert "Mei Chen" in words(answer)


@pytest.mark.parametrize("text", ["Mei", "mei ch", "陈", "cm"])
def test_a_name_or_its_initials_lists_those_it_may_be(mei, desk, text):
    cast.lan()
    answer = find(desk, text)
    assert answer.redirect_chain == []
    page = words(answer)
    assert "Mei Chen" in page
    assert "Zhou" not in page


def test_whoever_lives_elsewhere_is_not_found_and_not_shown(mei, desk):
    elsewhere = GridCell.objects.create(code="330199001001001", name="Far", level=4)
    Elder.objects.filter(pk=mei.pk).update(grid=elsewhere)
    for text in ("YL00000010024", "Mei", "13800000001", "cm"):
        assert "Nobody was found" in words(find(desk, text))
    assert desk.get(f"/station/elders/{mei.pk}/").status_code == 404
    assert desk.post(f"/station/elders/{mei.pk}/help/").status_code == 404
    assert not AccessEntry.objects.exists()


def test_the_page_says_her_name_and_no_more_of_her(mei, desk, ping):
    find(desk, "Mei")
    find(desk, "YL00000010024")
    html = desk.get(f"/station/elders/{mei.pk}/").content.decode()
    for secret in ("12 Willow", "柳巷12号", "4711#", "diabetes", "13800000001", "YL0000001"):
        assert secret not in html
    seen = set(AccessEntry.objects.filter(elder=mei).values_list("actor", "what", "purpose"))
    assert seen == {(ping.pk, "name", "station search"), (ping.pk, "name", "station page")}


def test_an_order_has_the_keepers_name_and_the_same_steps_as_any(mei, desk, ping):
    town.wai()
    answer = desk.post(f"/station/elders/{mei.pk}/order/catering/", {"drawn": "0"}, follow=True)
    request = ServiceRequest.objects.get()
    assert (request.source, request.priority, request.elder) == ("station", "routine", mei)
    opened = Event.objects.get(request=request, kind="request.opened")
    assert opened.by == {"kind": "station", "id": ping.pk, "name": "Ping"}
    page = words(answer)
    assert "Meals: we have your order" in page
    assert f"Number {request.number}" in page  # the slip to print
    assert "12349" in page


def test_two_presses_on_one_page_are_one_order_and_a_repeat_is_asked_by_the_desk(mei, desk):
    order = f"/station/elders/{mei.pk}/order/catering/"
    desk.post(order, {"drawn": "0"})
    desk.post(order, {"drawn": "0"})
    request = ServiceRequest.objects.get()
    answer = desk.post(order, {"drawn": str(request.pk)}, follow=True)
    assert ServiceRequest.objects.count() == 1
    assert "A person will ring her" in words(answer)


def test_what_is_not_needed_is_cancelled_but_never_an_emergency(mei, desk):
    asked = town.asked(mei)
    assert "Cancelled: Meals" in words(
        desk.post(f"/station/requests/{asked.pk}/cancel/", follow=True)
    )
    grave = town.asked(mei, "medical", emergency=True)
    assert desk.post(f"/station/requests/{grave.pk}/cancel/").status_code == 409
    grave.refresh_from_db()
    assert grave.is_open


def test_the_red_button_opens_her_emergency_and_pressed_again_sounds_again(mei, desk):
    for _ in range(2):
        answer = desk.post(f"/station/elders/{mei.pk}/help/", follow=True)
    request = ServiceRequest.objects.get()
    assert (request.priority, request.elder, request.sounds) == ("emergency", mei, 2)
    assert "We have your alarm" in words(answer)


def test_the_red_button_works_for_somebody_without_a_name(desk, ping):
    ping.phone = "+8613800000023"
    ping.save()
    answer = desk.post("/station/help/", follow=True)
    request = ServiceRequest.objects.get()
    assert (request.elder, request.known_as) == (None, "+8613800000023")
    assert "The desk has your alarm" in words(answer)


def test_somebody_new_is_asked_once_and_found_by_her_card(desk):
    grid = cast.willow_lane()
    answer = desk.post("/station/register/", {**NEW, "grid": grid.pk}, follow=True)
    assert "Xu Guilan" in words(answer)
    elder = Elder.objects.get()
    assert (elder.name_zh, elder.card_number, elder.hearing) == ("许桂兰", "YL777", "hard")
    holding = LineHolder.objects.get(elder=elder)
    assert holding.line.number == "+8613800000077"
    assert holding.verified_at
    contact = Contact.objects.get(elder=elder)
    assert (contact.phone, bool(contact.agreed_at)) == ("+8613800000078", True)
    assert find(desk, "YL777").redirect_chain
    assert "Xu Guilan" in words(find(desk, "xgl"))


def test_a_number_nobody_rang_is_not_verified_and_a_contact_who_did_not_agree_is_not_rung(desk):
    grid = cast.willow_lane()
    said = {key: NEW[key] for key in NEW if key not in ("phone_checked", "contact_agreed")}
    desk.post("/station/register/", {**said, "grid": grid.pk})
    assert LineHolder.objects.get().verified_at is None
    assert Contact.objects.get().agreed_at is None


@pytest.mark.parametrize(
    ("field", "typed", "reason"),
    [
        ("phone", "12", "This is not a telephone number."),
        ("phone", "", "This field is required."),
        ("born", "6 May", "Write year, month and day in figures, as in 1943-04-18."),
        ("born", "1943-02-29", "There is no such day in the calendar."),
        ("contact_phone", "", "A contact has a name and a telephone."),
        ("card_number", "YL00000010024", "This number is registered already."),
        ("grid", "", "This field is required."),
    ],
)
def test_what_is_wrong_is_named_by_field_and_nothing_typed_is_lost(mei, desk, field, typed, reason):
    said = {**NEW, "grid": mei.grid_id, field: typed}
    answer = desk.post("/station/register/", said)
    assert answer.status_code == 400
    html = answer.content.decode()
    assert re.search(rf'<p class="error" id="id_{field}_error">{re.escape(reason)}', html)
    assert 'value="许小明"' in html
    assert 'value="1941-05-06"' in html or field == "born"
    assert Elder.objects.count() == 1


@pytest.mark.parametrize("written", ["19410506", "1941/5/6", "1941年5月6日"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_day_of_birth_is_taken_as_it_stands_on_papers_in_either_language(ping, language, written):
    said = {**NEW, "grid": cast.willow_lane().pk, "born": written}
    town.browser(ping, language).post("/station/register/", said)
    assert Elder.objects.get().born == date(1941, 5, 6)


def test_a_name_is_needed_in_one_script_or_the_other(desk):
    said = {**NEW, "grid": cast.willow_lane().pk, "name": "", "name_zh": ""}
    assert "A name is needed, in either script." in words(desk.post("/station/register/", said))


def test_sent_twice_she_is_registered_once(desk):
    said = {**NEW, "grid": cast.willow_lane().pk, "card_number": ""}
    desk.post("/station/register/", said)
    answer = desk.post("/station/register/", said)
    assert "registered with this number already" in words(answer)
    assert Elder.objects.count() == 1


def test_a_cell_of_another_part_of_town_is_no_choice(desk):
    elsewhere = GridCell.objects.create(code="330199001001001", name="Far", level=4)
    answer = desk.post("/station/register/", {**NEW, "grid": elsewhere.pk})
    assert answer.status_code == 400
    assert "Far" not in words(desk.get("/station/register/"))


def test_a_card_nobody_has_is_carried_into_the_registration(desk):
    page = find(desk, "YL999").content.decode()
    assert 'name="card_number" value="YL999"' in page
    form = desk.post("/station/register/", {"begin": "1", "card_number": "YL999"})
    assert form.status_code == 200
    assert 'value="YL999"' in form.content.decode()


def test_the_pages_say_when_they_go_back_and_are_kept_nowhere(mei, desk, settings):
    settings.STATION_IDLE_S = 45
    for path in ("/station/", f"/station/elders/{mei.pk}/", "/station/register/"):
        answer = desk.get(path)
        html = answer.content.decode()
        assert 'data-idle-s="45" data-start="/station/"' in html
        assert 'http-equiv="refresh" content="45;url=/station/"' in html
        assert "no-store" in answer["Cache-Control"]
    assert not set(desk.session.keys()) - {"_auth_user_id", "_auth_user_backend", "_auth_user_hash"}


def test_it_is_for_station_staff_alone(mei):
    for user in (mei.user, cast.olive(), town.wai().user):
        assert town.browser(user).get("/station/").status_code == 403
    assert town.browser().get("/station/")["Location"] == "/sign-in/?next=/station/"
