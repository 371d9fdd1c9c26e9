"""Texts on the simulator: the endpoint, the reply to one of ours, repeats, and a broken script."""

import pytest
from django.test import Client

from telephony import outbound
from telephony.models import CallBack, OutboundJob

pytestmark = pytest.mark.django_db
MEI = "+8613800000001"


def post(path, **body):
    return Client().post(f"/telephony/simulator/{path}", body, content_type="application/json")


def test_a_text_reaches_the_script_and_is_answered(told):
    answer = post("texts/", **{"from": MEI, "text": "hello"})
    assert (answer.status_code, answer.json()) == (201, {"replies": ["A person reads this"]})
    assert ("texted", "hello") in told


def test_the_same_reference_is_the_same_text(told):
    for _ in range(2):
        answer = post("texts", **{"from": MEI, "text": "hello", "reference": "r"})
    assert answer.json() == {"replies": ["A person reads this"]}
    assert told.count(("texted", "hello")) == 1


def test_a_text_of_ours_is_answered_by_a_digit_or_by_words(told, now):
    job = outbound.place("text", MEI, purpose="offer", subject="offer:1", text="?", now=now)
    outbound.deliver_due(now=now)
    (item,) = Client().get("/telephony/simulator/outbox/").json()["items"]
    post(f"outbox/{item['id']}/digits/", text="what is this about")
    job.refresh_from_db()
    assert (job.state, ("texted", "what is this about") in told) == ("delivered", True)
    post("texts/", **{"from": MEI, "text": "1"})
    job.refresh_from_db()
    assert (job.state, ("job_digits", "1") in told) == ("done", True)


def test_the_newest_question_is_the_one_that_is_answered(told, now):
    older = outbound.place("text", MEI, purpose="offer", subject="offer:1", text="?", now=now)
    newer = outbound.place("text", MEI, purpose="offer", subject="offer:2", text="?", now=now)
    news = outbound.place("text", MEI, purpose="withdrawn", text="!", now=now)
    outbound.deliver_due(now=now)
    post("texts/", **{"from": MEI, "text": "1"})
    states = dict(OutboundJob.objects.values_list("pk", "state"))
    assert [states[job.pk] for job in (older, newer, news)] == ["delivered", "done", "delivered"]


def test_a_script_that_fails_costs_nobodys_words(told):
    assert post("texts/", **{"from": MEI, "text": "break"}).status_code == 201
    assert CallBack.objects.get().number == MEI


@pytest.mark.parametrize("body", [{}, {"from": MEI}, {"from": "x", "text": "y"}, {"text": ""}])
def test_what_cannot_be_read_is_400_with_its_field(body):
    answer = post("texts/", **body)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]
