"""The registers at /admin/."""

from datetime import date

import pytest
from django.urls import reverse

from elders import tokens
from elders.models import AccessEntry, ApiToken, Elder
from tests import cast

pytestmark = pytest.mark.django_db
LIST = "admin:elders_elder_changelist"


@pytest.fixture
def mei():
    return cast.mei()


def page_of(elder):
    return reverse("admin:elders_elder_change", args=[elder.pk])


@pytest.mark.parametrize("keeper", [cast.sol, cast.ada])
def test_supervisors_and_administrators_keep_the_register(client, mei, keeper):
    client.force_login(keeper())
    assert "Mei Chen" in client.get(reverse(LIST)).text
    assert client.get(page_of(mei)).status_code == 200
    assert client.get(reverse("admin:elders_elder_add")).status_code == 200


def test_health_is_for_the_supervisor_not_for_the_administrator(client, mei):
    client.force_login(cast.sol())
    assert "pacemaker" in client.get(page_of(mei)).text
    client.force_login(cast.ada())
    assert "pacemaker" not in client.get(page_of(mei)).text


@pytest.mark.parametrize("other", [cast.olive, cast.ping])
def test_others_do_not_get_in(client, mei, other):
    client.force_login(other())
    assert client.get(page_of(mei)).status_code == 302


def test_opening_a_record_leaves_an_entry(client, mei):
    sol = cast.sol()
    client.force_login(sol)
    client.get(page_of(mei))
    entry = AccessEntry.objects.get()
    assert (entry.actor, entry.elder, entry.what) == (sol, mei, "register")


@pytest.mark.parametrize("text", ["mei", "138 0000 0001", "330106194405120021"])
def test_the_register_is_searched_by_name_number_and_identity(client, text):
    cast.mei(id_number="330106194405120021")
    cast.lan()
    client.force_login(cast.sol())
    page = client.get(reverse(LIST), {"q": text}).text
    assert "Mei Chen" in page
    assert "Lan Zhou" not in page


def test_a_new_elder_is_registered(client):
    client.force_login(cast.sol())
    empty = {
        f"{prefix}-{count}_FORMS": 0
        for prefix in ("holdings", "contacts", "family", "consents", "plan")
        for count in ("TOTAL", "INITIAL")
    }
    facts = {
        "name": "Hua Lin",
        "sex": "female",
        "status": "present",
        "language": "zh-hans",
        "hearing": "good",
        "reach_by": "text",
        "requirements": '["female_carer"]',
        "has_lift": "unknown",
        "health_summary": "asthma",
        "second_number": "0571 8765 4321",
    }
    answer = client.post(reverse("admin:elders_elder_add"), {**facts, **empty})
    assert answer.status_code == 302, answer.context["errors"]
    hua = Elder.objects.get()
    assert hua.health_summary == "asthma"
    assert hua.second_number == "+8657187654321"
    assert hua.requirements == ["female_carer"]


def test_a_day_of_birth_is_typed_as_it_stands_on_papers(client, mei):
    client.force_login(cast.sol())
    page = client.get(page_of(mei))
    assert 'id="id_born_helptext"' in page.text
    form = page.context["adminform"].form
    said = {key: "" if value is None else value for key, value in form.initial.items()}
    said |= {"requirements": "[]", "born": "1943年4月18日"}
    for inline in page.context["inline_admin_formsets"]:
        prefix = inline.formset.prefix
        said |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    assert client.post(page_of(mei), {**said, "born": "18.4.1943"}).status_code == 200
    assert client.post(page_of(mei), said).status_code == 302
    mei.refresh_from_db()
    assert mei.born == date(1943, 4, 18)


def test_the_ledger_is_read_by_auditors_and_written_by_nobody(client, mei):
    client.force_login(cast.sol())
    client.get(page_of(mei))
    ledger = reverse("admin:elders_accessentry_changelist")
    assert client.get(ledger).status_code == 403
    client.force_login(cast.agnes())
    assert "register" in client.get(ledger).text
    entry = reverse("admin:elders_accessentry_change", args=[AccessEntry.objects.get().pk])
    assert client.get(entry).status_code == 200
    assert client.post(entry, {"what": "nothing"}).status_code == 403
    client.force_login(cast.ada())
    assert client.post(entry, {"what": "nothing"}).status_code == 403


def test_a_token_is_revoked_in_the_register(client, now):
    olive = cast.olive()
    raw = tokens.issue(olive, "script", now=now)
    client.force_login(cast.ada())
    register = reverse("admin:elders_apitoken_changelist")
    chosen = {"action": "revoke", "_selected_action": [ApiToken.objects.get().pk]}
    assert client.post(register, chosen).status_code == 302
    assert tokens.user_of(raw, now=now) is None


@pytest.mark.parametrize("name", ["user", "gridcell", "household", "line", "apitoken"])
def test_every_register_opens(client, mei, name):
    client.force_login(cast.ada())
    assert client.get(reverse(f"admin:elders_{name}_changelist")).status_code == 200


def test_an_account_opens_with_its_roles(client):
    olive = cast.olive()
    client.force_login(cast.ada())
    page = client.get(reverse("admin:elders_user_change", args=[olive.pk]))
    assert page.status_code == 200
    assert "operator" in page.text
    assert client.get(reverse("admin:elders_user_add")).status_code == 200
