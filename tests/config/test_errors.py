"""Errors reach a program as JSON and a person as a page."""

import pytest

from config import work

pytestmark = pytest.mark.django_db


def test_a_program_is_told_in_json(client):
    answer = client.get("/positions/nowhere")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_a_person_is_shown_a_page_with_the_number_to_ring(client):
    answer = client.get("/nowhere", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert b"tel:12349" in answer.content
    assert "text/html" in answer["Content-Type"]


def test_healthz_answers(client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert len(answer["X-Request-ID"]) == 32


def test_readyz_says_that_nobody_is_at_work(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["worker"] == {"ok": False, "age_s": dict.fromkeys(work.SWEEPS)}
    assert answer.json()["database"]["ok"]


def test_metrics(client):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert b"one_number_overdue_seconds 0.0" in answer.content
