"""Guessing passwords is slow, and locks nobody out elsewhere."""

import pytest

from tests.cast import olive

pytestmark = pytest.mark.django_db
SIGN_IN = "/admin/login/"


@pytest.fixture(autouse=True)
def throttled(settings):
    settings.AXES_ENABLED = True


def attempt(client, password: str, *, address: str = "192.0.2.1"):
    form = {"username": "olive", "password": password}
    return client.post(SIGN_IN, form, REMOTE_ADDR=address)


@pytest.fixture
def operator():
    person = olive()
    person.username, person.is_staff = "olive", True
    person.set_password("right one")
    person.save()
    return person


def test_after_five_wrong_passwords_the_address_must_wait(client, operator):
    for _ in range(5):
        answer = attempt(client, "wrong")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "600"
    assert attempt(client, "right one").status_code == 429


def test_somebody_elsewhere_cannot_lock_an_operator_out(client, operator):
    for _ in range(6):
        attempt(client, "wrong", address="198.51.100.7")
    assert attempt(client, "right one").status_code == 302


def test_what_was_tried_is_in_no_log(client, operator, caplog):
    for _ in range(6):
        attempt(client, "wrong")
    assert "olive" not in caplog.text
    assert "192.0.2.1" not in caplog.text
