"""Photographs and signatures of visits: handed in, looked at, and gone in time."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from dispatch import closing, pictures, retention
from dispatch.actors import SYSTEM
from dispatch.models import Assignment, Event, Picture
from dispatch.pages.desk import lines
from elders import consent
from elders.consent import Scope
from elders.models import AccessEntry, Elder
from tests import cast
from tests.dispatch.test_imagery import photo
from tests.pages import town

pytestmark = pytest.mark.django_db
STROKES = "M12 30L14 31L40 80"
JPEG = photo()


@pytest.fixture
def his(wai):
    return town.browser(wai.user)


@pytest.fixture
def visit(mei, wai):
    return town.there(town.asked(mei))


def file(content=JPEG, name="IMG_0001.jpg"):
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def by_script(client, visit, *files, **headers):
    path = f"/worker/visits/{visit.pk}/photos/"
    said = {"HX-Request": "true", "Accept": "*/*"} | headers
    return client.post(path, {"photo": files}, headers=said)


def finish(client, visit, **form):
    return client.post(f"/worker/visits/{visit.pk}/finish/", form)


def kept_photo(client, visit):
    assert by_script(client, visit, file()).status_code == 200
    return Picture.objects.latest("pk")


# --- handing in ----------------------------------------------------------------------------------


def test_a_photograph_is_shown_to_who_took_it_and_stands_in_the_log(his, visit):
    shot = kept_photo(his, visit)
    assert f"/pictures/{shot.pk}/" in his.get("/worker/").content.decode()
    answer = his.get(f"/pictures/{shot.pk}/")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"].find("no-store") >= 0
    assert answer.content.startswith(b"\xff\xd8\xff")
    event = Event.objects.filter(kind="request.noted").latest("pk")
    assert lines.sentence(event.kind, event.data) == "1 photograph of the visit"


def test_a_stolen_database_holds_no_picture_and_no_signature(his, visit):
    kept_photo(his, visit)
    finish(his, visit, signature=STROKES)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM dispatch_picture")
        for (content,) in cursor.fetchall():
            assert b"\xff\xd8\xff" not in bytes(content)
            assert STROKES[:8].encode() not in bytes(content)


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"", JPEG[:50]])
def test_a_bad_file_names_its_field_and_the_visit_goes_on(his, visit, content):
    answer = by_script(his, visit, file(content))
    assert answer.status_code == 400
    assert "JPEG" in answer.json()["error"]["fields"]["photo"] or not content
    assert not Picture.objects.exists()
    assert finish(his, visit).status_code == 302


def test_nine_photographs_are_one_too_many(his, visit):
    for _shot in range(pictures.MOST):
        kept_photo(his, visit)
    answer = by_script(his, visit, file())
    assert "8 photographs" in answer.json()["error"]["fields"]["photo"]
    assert Picture.objects.count() == pictures.MOST


def test_the_same_photograph_sent_twice_is_kept_once(his, visit):
    for _try in range(2):
        said = {"Idempotency-Key": "p1", "Pressed-At": timezone.now().isoformat()}
        assert by_script(his, visit, file(), **said).status_code == 200
    assert Picture.objects.count() == 1


def test_one_that_waited_for_a_line_comes_after_the_visit_but_not_days_later(his, visit):
    finish(his, visit)
    at = timezone.now() - timedelta(minutes=20)
    assert by_script(his, visit, file(), **{"Pressed-At": at.isoformat()}).status_code == 200
    assert Picture.objects.get().taken_at == at
    ended = timezone.now() - pictures.AFTER - timedelta(minutes=1)
    Assignment.objects.filter(pk=visit.pk).update(cleared_at=ended)
    assert by_script(his, visit, file()).status_code == 409
    assert Picture.objects.count() == 1


def test_it_is_taken_back_while_he_is_there_and_not_afterwards(his, visit):
    shot, other = kept_photo(his, visit), kept_photo(his, visit)
    assert his.post(f"/worker/pictures/{shot.pk}/remove/").status_code == 302
    assert list(Picture.objects.all()) == [other]
    finish(his, visit)
    assert his.post(f"/worker/pictures/{other.pk}/remove/").status_code == 404
    assert Picture.objects.exists()


def test_without_scripts_photographs_come_with_the_finish(his, visit):
    assert finish(his, visit, photo=[file(), file()], note="All eaten").status_code == 302
    visit.refresh_from_db()
    assert (visit.state, visit.pictures.count()) == ("cleared", 2)


def test_without_scripts_a_bad_file_loses_neither_the_others_nor_what_was_typed(his, visit):
    answer = finish(his, visit, photo=[file(), file(b"a note")], note="All eaten", task="1")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "This is no photograph" in page
    assert "All eaten</textarea>" in page
    visit.refresh_from_db()
    assert (visit.state, visit.pictures.count()) == ("on_scene", 1)


# --- signing -------------------------------------------------------------------------------------


def test_she_signs_with_her_finger_and_the_desk_sees_the_strokes(his, visit):
    finish(his, visit, signature=STROKES)
    visit.refresh_from_db()
    assert visit.signed == "screen"
    desk = town.browser(cast.olive())
    page = desk.get(f"/console/requests/{visit.request_id}/").content.decode()
    assert "Signed on the screen" in page
    answer = desk.get(f"/pictures/{Picture.objects.get().pk}/")
    assert answer["Content-Type"] == "image/svg+xml"
    assert f'd="{STROKES}"'.encode() in answer.content


@pytest.mark.parametrize(
    ("form", "known"),
    [
        ({}, ("", "")),
        ({"signed": "paper", "unsigned_why": "left over"}, ("paper", "")),
        (
            {"signed": "could_not", "unsigned_why": "Her hand shakes"},
            ("could_not", "Her hand shakes"),
        ),
        ({"signed": "screen"}, ("", "")),  # without strokes nobody signed on it
    ],
)
def test_how_she_signed_otherwise_is_said(his, visit, form, known):
    finish(his, visit, **form)
    visit.refresh_from_db()
    assert (visit.signed, visit.unsigned_why) == known
    assert not Picture.objects.exists()


def test_what_is_no_signature_is_refused_by_name_and_the_visit_is_not_ended(his, visit):
    answer = his.post(
        f"/worker/visits/{visit.pk}/finish/",
        {"signature": "M1 1<script>"},
        headers={"HX-Request": "true", "Accept": "*/*"},
    )
    assert answer.status_code == 400
    assert "signature" in answer.json()["error"]["fields"]
    visit.refresh_from_db()
    assert visit.state == "on_scene"


# --- looking -------------------------------------------------------------------------------------


@pytest.fixture
def shot(his, visit):
    found = kept_photo(his, visit)
    finish(his, visit, note="She ate well", signature=STROKES)
    return found


def family_page(client):
    return client.get("/family/").content.decode()


def test_the_family_sees_photograph_note_and_tasks_once_it_is_over(mei, his, visit):
    son = town.browser(cast.ka_ming(mei))
    before = kept_photo(his, visit)
    assert son.get(f"/pictures/{before.pk}/").status_code == 404
    task = str(visit.request.category.tasks.first().pk)
    finish(his, visit, note="She ate well", task=task, signature=STROKES)
    page = family_page(son)
    assert "She ate well" in page
    assert "Handed the meal over in person" in page
    assert "not done" in page  # the second one
    assert f"/pictures/{before.pk}/" in page
    assert son.get(f"/pictures/{before.pk}/").status_code == 200
    signature = Picture.objects.get(kind="signature")
    assert f"/pictures/{signature.pk}/" not in page
    assert son.get(f"/pictures/{signature.pk}/").status_code == 404


def test_by_link_as_far_as_a_relative_may_see(mei, shot):
    path, client = town.track(mei), town.browser()
    assert "She ate well" not in client.get(path).content.decode()
    assert client.get(f"{path}pictures/{shot.pk}/").status_code == 404
    cast.ka_ming(mei)
    page = client.get(path).content.decode()
    assert "She ate well" in page
    assert f"{path}pictures/{shot.pk}/" in page
    answer = client.get(f"{path}pictures/{shot.pk}/")
    assert answer.status_code == 200
    assert answer["Referrer-Policy"] == "no-referrer"
    signature = Picture.objects.get(kind="signature")
    assert client.get(f"{path}pictures/{signature.pk}/").status_code == 404


@pytest.mark.parametrize("emergency", [False, True])
def test_what_may_tell_of_her_health_needs_that_consent(mei, wai, his, emergency):
    son = cast.ka_ming(mei)
    client, path = town.browser(son), town.track(mei)
    visit = town.there(town.asked(mei, "medical", emergency=emergency))
    shot = kept_photo(his, visit)
    finish(his, visit, note="Sugar is high")
    assert "Sugar is high" not in family_page(client) + town.browser().get(path).content.decode()
    assert client.get(f"/pictures/{shot.pk}/").status_code == 404
    consent.give(mei, son, Scope.HEALTH, now=timezone.now())
    assert "Sugar is high" in family_page(client)
    assert "Sugar is high" in town.browser().get(path).content.decode()
    assert client.get(f"/pictures/{shot.pk}/").status_code == 200


@pytest.mark.parametrize("how", ["another family", "barred", "no consent", "safeguarding", "ended"])
def test_nobody_else_sees_anything(mei, shot, how):
    son = cast.ka_ming(mei)
    path = town.track(mei)
    if how == "barred":
        mei.family.update(barred=True)
    elif how == "no consent":
        consent.withdraw(mei, son, now=timezone.now())
    elif how == "safeguarding":
        Elder.objects.filter(pk=mei.pk).update(safeguarding=True)
    elif how == "ended":
        mei.track_links.update(revoked_at=timezone.now())
    if how in ("another family", "barred", "no consent"):
        who = cast.rose(cast.lan()) if how == "another family" else son
        assert town.browser(who).get(f"/pictures/{shot.pk}/").status_code == 404
    if how == "another family":
        path = town.track(Elder.objects.get(name="Lan Zhou"))
    if how != "barred":  # her other relatives may still have the link
        assert town.browser().get(f"{path}pictures/{shot.pk}/").status_code == 404


def test_every_look_is_in_the_ledger(mei, shot):
    son, olive = cast.ka_ming(mei), cast.olive()
    for user in (son, olive):
        town.browser(user).get(f"/pictures/{shot.pk}/")
    town.browser().get(f"{town.track(mei)}pictures/{shot.pk}/")
    looked = AccessEntry.objects.filter(elder=mei, what="picture").values_list("actor", flat=True)
    assert set(looked) >= {son.pk, olive.pk, None}


def test_it_goes_with_its_time_and_the_visit_stays(shot, visit, settings):
    settings.PICTURE_DAYS = 30
    now = timezone.now().replace(hour=12)
    Picture.objects.update(kept_at=now - timedelta(days=31))
    for _turn in range(20):
        retention.sweep(now=now)
    assert not Picture.objects.exists()
    visit.refresh_from_db()
    assert visit.signed == "screen"


def test_a_case_that_is_closed_still_takes_what_waited_for_a_line(his, visit):
    finish(his, visit)
    closing.confirm(visit.request_id, by=SYSTEM, now=timezone.now())
    assert by_script(his, visit, file()).status_code == 200
