"""Triage questions: kept as they are answered, shown with what they mean, deciding nothing."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from dispatch import intake, triage
from dispatch.actors import SYSTEM
from dispatch.models import Event, ServiceRequest, TriageQuestion
from dispatch.pages.desk import lines
from dispatch.states import Priority
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return intake.open_request(
        elder=cast.mei(),
        category="medical",
        priority=Priority.URGENT,
        source=ServiceRequest.Source.CALL,
        by=SYSTEM,
        now=timezone.now(),
    )


@pytest.fixture
def olive(client):
    olive = cast.olive()
    client.force_login(olive)
    client.cookies["django_language"] = "en"
    return olive


def press(client, case, **form):
    return client.post(reverse("console-triage", args=[case.pk]), form)


def asked(case):
    return {one.code: one for one in triage.read(case).questions}


def test_the_reason_that_is_chosen_brings_its_questions(client, olive, case):
    assert triage.read(case).questions == []
    page = press(client, case, reason="fall").content.decode()
    assert "Has the head been hit, or are blood thinners taken?" in page
    assert "Does one side of the face hang?" not in page
    press(client, case, reason="stroke")
    assert triage.read(case).chosen.pk == "stroke"


def test_an_answer_that_makes_it_grave_shows_what_to_do_and_a_later_one_stands(client, olive, case):
    press(client, case, reason="fall")
    page = press(client, case, question="fall-head", answer="yes").content.decode()
    assert "Call 120. She stays as she lies and is kept warm." in page
    assert asked(case)["fall-head"].grave
    page = press(client, case, question="fall-head", answer="no").content.decode()
    assert "Call 120. She stays as she lies and is kept warm." not in page
    assert asked(case)["fall-head"].answer == "no"
    kept = Event.objects.filter(request=case, kind="request.triaged", data__has_key="answer")
    assert [event.data["answer"] for event in kept] == ["yes", "no"]


def test_what_nobody_knows_is_as_grave_as_the_worst_answer(client, olive, case):
    press(client, case, reason="lost")
    press(client, case, question="lost-sees", answer="unknown")
    press(client, case, question="lost-before", answer="unknown")
    assert asked(case)["lost-sees"].grave
    assert not asked(case)["lost-before"].grave


def test_no_answer_changes_who_is_sent_or_how_urgent_it_is(client, olive, case):
    before = (case.state, case.priority, case.offers.count())
    press(client, case, reason="chest")
    press(client, case, question="chest-press", answer="yes")
    case.refresh_from_db()
    assert (case.state, case.priority, case.offers.count()) == before


def test_the_log_keeps_the_words_as_they_were_asked(client, olive, case):
    press(client, case, reason="fall")
    press(client, case, question="fall-hour", answer="yes")
    TriageQuestion.objects.filter(pk="fall-hour").update(name="Something else", name_zh="别的")
    *_, about, answer = lines.told(case.events.order_by("seq"))
    assert about.words == "A fall"
    assert answer.words == "Has she been lying for more than an hour? Yes"
    assert (answer.grave, answer.by) == (True, "Olive")
    with override("zh-hans"):
        assert lines.told(case.events.order_by("-seq"))[0].words.startswith("倒地超过一小时了吗？")


def test_a_form_that_names_nothing_known_is_refused_by_field_and_writes_nothing(
    client, olive, case
):
    wrong = [
        ({"reason": "nonsense"}, "reason"),
        ({"question": "nonsense", "answer": "yes"}, "question"),
        ({"question": "fall-head", "answer": "perhaps"}, "answer"),
    ]
    for form, field in wrong:
        refused = press(client, case, **form)
        assert refused.status_code == 400
        assert list(refused.json()["error"]["fields"]) == [field]
    assert not Event.objects.filter(request=case, kind="request.triaged").exists()


def test_every_question_is_there_in_both_languages_and_a_grave_answer_has_an_advice():
    for question in TriageQuestion.objects.select_related("reason"):
        assert question.name
        assert question.name_zh
        assert question.reason.name
        assert question.reason.name_zh
        assert bool(question.grave) == bool(question.advice) == bool(question.advice_zh)
