"""The elder's page: one press each, plain forms, plain words."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from dispatch import ownership, proofs, selectors
from dispatch.models import CheckIn, Deadline, ServiceRequest
from telephony import prompts
from telephony.models import CallBack
from tests import cast
from tests.pages import town

pytestmark = pytest.mark.django_db


@pytest.fixture
def hers(mei):
    return town.browser(mei.user)


def words(client, path="/elder/"):
    html = client.get(path).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def press(client, path, **form):
    """A button without scripts: a form, and the page it leads to."""
    answer = client.post(path, form, follow=True)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_five_choices_greet_her_by_name(hers):
    page = words(hers)
    for choice in ("Emergency", "Unwell", "Meals", "Help at home", "Call family"):
        assert choice in page
    assert "Mei Chen" in page


def test_the_red_button_works_without_scripts_and_says_at_once_what_happens(hers, mei):
    page = press(hers, "/elder/help/")
    (request,) = ServiceRequest.objects.all()
    assert (request.elder, request.priority, request.source) == (mei, "emergency", "page")
    assert "We have your alarm" in page
    assert "A person is answering now" in page
    assert "is coming" not in page  # nobody has accepted yet


def test_pressed_again_it_joins_and_sounds_again(hers):
    press(hers, "/elder/help/")
    press(hers, "/elder/help/")
    (request,) = ServiceRequest.objects.all()
    assert request.sounds == 2


def test_an_emergency_offers_no_way_to_end_it(hers):
    page = press(hers, "/elder/help/")
    (request,) = ServiceRequest.objects.all()
    assert "I no longer need this" not in page
    for act in ("cancel", "well"):
        hers.post(f"/elder/requests/{request.pk}/{act}/")
        request.refresh_from_db()
        assert request.is_open


def test_she_reads_who_looks_after_her(hers):
    press(hers, "/elder/help/")
    (request,) = ServiceRequest.objects.all()
    ownership.claim(request.pk, by=cast.olive(), now=timezone.now())
    assert "Olive is looking after you" in words(hers)


def test_unwell_makes_a_person_ring_her_urgently(hers, mei):
    page = press(hers, "/elder/unwell/")
    press(hers, "/elder/unwell/")
    (callback,) = CallBack.objects.all()
    assert (callback.number, callback.priority) == (cast.MEI_NUMBER, "urgent")
    assert callback.elder == mei
    assert Deadline.objects.filter(callback=callback, fired_at=None, cleared_at=None).count() == 1
    assert "A person will ring you" in page
    assert selectors.unwatched(now=timezone.now())["callbacks"] == []


def test_an_order_is_one_request_however_often_it_is_pressed(hers, mei):
    drawn = "0"
    page = press(hers, "/elder/order/catering/", drawn=drawn)
    press(hers, "/elder/order/catering/", drawn=drawn)
    (request,) = ServiceRequest.objects.all()
    assert (request.category_id, request.priority) == ("catering", "routine")
    assert "Meals: we have your order" in page
    assert not CallBack.objects.exists()


def test_the_same_again_is_asked_about_by_a_person(hers):
    press(hers, "/elder/order/catering/", drawn="0")
    request = ServiceRequest.objects.get()
    page = press(hers, "/elder/order/catering/", drawn=str(request.pk))
    assert ServiceRequest.objects.count() == 1
    assert "You have had the same today" in page
    assert CallBack.objects.get().priority == "routine"


def test_an_order_is_undone_without_shame(hers):
    press(hers, "/elder/order/catering/", drawn="0")
    request = ServiceRequest.objects.get()
    page = press(hers, f"/elder/requests/{request.pk}/cancel/")
    request.refresh_from_db()
    assert request.state == "CANCELLED"
    assert "No trouble at all" in page
    press(hers, "/elder/order/catering/", drawn=str(request.pk))
    assert ServiceRequest.objects.count() == 2  # and asked for again as if nothing had been


@pytest.mark.parametrize("page", ["/elder/", "/elder/?ask=home", "/tv/", "/tv/?ask=home"])
def test_the_red_button_stands_whatever_she_is_asked(hers, page):
    assert hers.get(page).content.decode().count('action="/elder/help/"') == 1


def test_help_at_home_asks_which(hers):
    page = words(hers, "/elder/?ask=home")
    assert "Housekeeping" in page
    assert "Repairs" in page
    press(hers, "/elder/order/repair/", drawn="0")
    assert ServiceRequest.objects.get().category_id == "repair"


def test_she_follows_who_comes_and_says_that_all_is_well(hers, mei):
    worker = town.wai()
    request = town.asked(mei)
    town.under_way(request)
    town.stands(worker, 30.2790, 120.1590)
    page = words(hers)
    assert "Wai Ho is coming" in page
    assert "In about" in page
    request.refresh_from_db()
    assignment = request.assignments.get()
    worker_page = town.browser(worker.user)
    worker_page.post(f"/worker/visits/{assignment.pk}/arrive/")
    assert "Wai Ho is here" in words(hers)
    worker_page.post(f"/worker/visits/{assignment.pk}/finish/")
    assert "Is all well?" in words(hers)
    press(hers, f"/elder/requests/{request.pk}/well/")
    request.refresh_from_db()
    assert (request.state, request.disposition) == ("CLOSED", "met")


def test_a_live_region_gets_itself_back(hers):
    answer = hers.post("/elder/help/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert b"<html" not in answer.content
    assert b"We have your alarm" in answer.content


def test_another_elder_can_touch_nothing_of_hers(mei):
    request = town.asked(mei)
    lan = cast.lan()
    theirs = town.browser(cast.signed_in(lan))
    for act in ("cancel", "well"):
        assert theirs.post(f"/elder/requests/{request.pk}/{act}/").status_code == 404
    assert "Meals: we have your order" not in words(theirs)


def test_whoever_is_no_elder_is_refused_and_a_stranger_signs_in(mei):
    for user in (cast.olive(), cast.ka_ming(mei)):
        assert town.browser(user).get("/elder/").status_code == 403
        assert town.browser(user).post("/elder/help/").status_code == 403
    answer = town.browser().get("/elder/")
    assert answer["Location"] == "/sign-in/?next=/elder/"
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize("drawn", ["", "x", "-1", "9" * 30, "٣"])
def test_a_strange_form_still_orders(hers, drawn):
    press(hers, "/elder/order/catering/", drawn=drawn)
    assert ServiceRequest.objects.count() == 1


def test_an_unknown_order_is_not_found(hers):
    assert hers.post("/elder/order/gold/").status_code == 404


def test_on_a_television_a_person_rings_and_puts_her_through_to_her_family(mei, hers):
    page = hers.get("/tv/").content.decode()
    assert 'class="elder tv"' in page
    assert "only-tv" in page
    hers.post("/elder/family/")
    callback = CallBack.objects.get()
    assert (callback.elder, callback.reason, callback.priority) == (mei, "family", "routine")
    assert "And puts you through to your family." in words(hers, "/tv/")


def pressed(mei, key, *, ago_s=0.0):
    at = timezone.now() - timedelta(seconds=ago_s)
    headers = {"Idempotency-Key": key, "Pressed-At": at.isoformat()}
    answer = town.browser(mei.user).post("/elder/help/", headers=headers, follow=True)
    assert answer.status_code == 200


@pytest.mark.parametrize("page", ["/tv/", "/elder/"])
def test_a_press_without_scripts_leads_back_to_the_screen_it_was_made_on(hers, page):
    came_from = f"http://testserver{page}?ask=home"
    answer = hers.post("/elder/order/repair/", headers={"Referer": came_from})
    assert answer["Location"] == page
    assert 'href="?"' in hers.get(f"{page}?ask=home").content.decode()  # back, on the same screen


def test_a_press_that_was_sent_twice_sounds_once_and_another_one_again(mei):
    for key in ("a", "a", "b"):
        pressed(mei, key)
    assert ServiceRequest.objects.get().sounds == 2


def test_a_press_without_a_line_is_an_emergency_days_later_and_says_when_it_was(mei):
    pressed(mei, "a", ago_s=3 * 86400)
    request = ServiceRequest.objects.get()
    assert request.priority == "emergency"
    assert request.note
    pressed(mei, "b")
    assert ServiceRequest.objects.count() == 1


def test_a_press_of_yesterday_says_nothing_of_how_she_is_today(mei):
    now = timezone.now()
    checkin = CheckIn.objects.create(elder=mei, day=timezone.localdate(now), due_at=now)
    pressed(mei, "a", ago_s=86400)
    checkin.refresh_from_db()
    assert checkin.state == "waiting"
    pressed(mei, "b")
    checkin.refresh_from_db()
    assert checkin.state == "heard"


def test_what_her_page_says_is_heard_as_it_was_spoken_beforehand(hers, settings, tmp_path):
    settings.PROMPTS_DIR = tmp_path
    press(hers, "/elder/help/")
    name = prompts.name_of("We have your alarm", "en")
    page = hers.get("/elder/").content.decode()
    assert "<li>We have your alarm</li>" in page  # nobody has spoken it: the browser does
    assert hers.get(f"/elder/sound/{name}/").status_code == 404
    (tmp_path / "spoken").mkdir()
    for spoken in (name, other := prompts.name_of("Mei Chen lives at 12 Willow Lane.", "en")):
        (tmp_path / "spoken" / f"{spoken}.wav").write_bytes(b"RIFF")
    page = hers.get("/elder/").content.decode()
    assert f'<li data-sound="/elder/sound/{name}/">We have your alarm</li>' in page
    answer = hers.get(f"/elder/sound/{name}/")
    assert (answer["Content-Type"], answer.content) == ("audio/wav", b"RIFF")
    assert hers.get(f"/elder/sound/{other}/").status_code == 404  # her page does not say that


def test_each_choice_is_heard_when_a_key_comes_to_it(hers, settings, tmp_path):
    settings.PROMPTS_DIR = tmp_path
    name = prompts.name_of(sentence := "Unwell: a person rings you", "en")
    assert f'data-says="{sentence}">' in hers.get("/tv/").content.decode()  # by the browser's voice
    (tmp_path / "recorded").mkdir()
    (tmp_path / "recorded" / f"{name}.wav").write_bytes(b"RIFF")
    heard = f'data-says="{sentence}" data-sound="/elder/sound/{name}/">'
    assert heard in hers.get("/tv/").content.decode()
    assert hers.get(f"/elder/sound/{name}/").content == b"RIFF"
    assert hers.get("/tv/").content.decode().count("data-says") == 6  # a telephone's and a tv's


def test_without_a_line_she_hears_that_it_was_not_sent_from_what_her_device_has_kept(hers, spoken):
    page = hers.get("/tv/").content.decode()
    (name,) = re.findall(r'data-aloud\s+data-sound="/no-line/(\w+)/"', page)
    assert spoken[name] == "Not yet sent: no connection, please ring 12349 now"
    assert town.browser().get(f"/no-line/{name}/").content == b"RIFF"
    other = prompts.name_of("We have your alarm", "en")
    assert town.browser().get(f"/no-line/{other}/").status_code == 404


@pytest.fixture
def spoken(settings, tmp_path, capsys):
    """All that is spoken beforehand: its words by its name."""
    settings.PROMPTS_DIR, settings.SPEECH_COMMAND = tmp_path, "/nowhere/speak"
    call_command("make_prompts")
    made = re.findall(r"^(\w+)\.wav \S+ (.+)$", capsys.readouterr().out, re.MULTILINE)
    (tmp_path / "recorded").mkdir()
    for name, _words in made:
        (tmp_path / "recorded" / f"{name}.wav").write_bytes(b"RIFF")
    return dict(made)


def heard(hers, page, spoken):
    """What is played for each line and each button of the page; everything has its sound."""
    main = hers.get(page).content.decode().partition("<main")[2].partition("</main>")[0]
    lines = re.findall(r"<li[^>]*>", main.partition('id="spoken"')[2].partition("</ul>")[0])
    found = []
    for tag in lines + re.findall(r"<(?:button|a) [^>]*>", main):
        if "no-tv" in tag and "data-hear" in tag:
            continue  # what reads all the others
        sound = re.search(r' data-(?:sound|instead)="([^"]+)"', tag)
        assert sound, tag
        assert hers.get(sound[1]).status_code == 200
        found.append(spoken[sound[1].split("/")[3]])
    return found


def test_all_that_her_page_says_is_heard_where_no_browser_has_a_voice(hers, mei, spoken):
    worker, request, now = town.wai(), town.asked(mei), timezone.now()
    town.under_way(request)
    town.stands(worker, 30.2790, 120.1590)
    CheckIn.objects.create(elder=mei, day=timezone.localdate(now), due_at=now)
    visit = request.assignments.get()
    said = heard(hers, "/elder/", spoken)
    assert said[0] == "Somebody is coming"
    at = said.index("Who is at your door asks you for this number:") + 1
    assert said[at : at + 5] == [*proofs.code_of(visit), "Are you well today?"]
    assert "Button: call who is coming" in said
    assert "Button: yes, I am well" in said
    said = heard(hers, "/tv/?ask=home", spoken)
    assert {"Repairs at home", "Housekeeping at home", "Button: back"} <= set(said)

    town.browser(worker.user).post(f"/worker/visits/{visit.pk}/arrive/")
    town.browser(worker.user).post(f"/worker/visits/{visit.pk}/finish/")
    said = heard(hers, "/tv/", spoken)
    assert {"Somebody has finished: Meals.", "Button: all is well"} <= set(said)
    assert not set("0123456789") & set(said)
    hers.cookies["django_language"] = "zh-hans"
    assert {"有人已完成：助餐。", "按键：一切都好"} <= set(heard(hers, "/tv/", spoken))


def test_the_sentences_of_her_page_are_spoken_by_the_command(hers, spoken):
    press(hers, "/elder/order/catering/", drawn="0")
    press(hers, "/elder/unwell/")
    said = heard(hers, "/elder/", spoken)
    assert {"Meals: we have your order", "Button: I no longer need this: Meals"} <= set(said)
