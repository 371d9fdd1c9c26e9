import pytest
from django.apps import apps
from django.urls import reverse

from providers import capacity
from providers.models import Provider, Worker
from tests import cast
from tests.providers.roster import provider, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def wai():
    return worker(provider(), capacity=2, free=2)


@pytest.fixture
def ada(client):
    client.force_login(cast.ada())
    return client


def page(kind, one=None):
    name = f"admin:providers_{kind}_{'change' if one else 'changelist'}"
    return reverse(name, args=[one.pk] if one else [])


def form_of(response):
    """What a browser would send back unchanged."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    return {
        form.add_prefix(name): bound.value()
        for form in forms
        for name, bound in ((name, form[name]) for name in form.fields)
        if bound.value() is not None and bound.value() is not False
    }


@pytest.mark.parametrize("kind", ["category", "provider", "worker"])
def test_the_registers_open(ada, wai, kind):
    one = apps.get_model("providers", kind)._default_manager.first()
    assert ada.get(page(kind), {"q": "sun"}).status_code == 200
    assert ada.get(page(kind, one)).status_code == 200


def test_saving_an_open_form_does_not_undo_what_happened_meanwhile(ada, wai):
    form = form_of(ada.get(page("worker", wai)))
    capacity.take(wai.pk)
    Worker.objects.filter(pk=wai.pk).update(lat=30.3, on_duty=True)
    answer = ada.post(page("worker", wai), {**form, "name": "Wai Ho"})
    assert answer.status_code == 302, answer.context["errors"]
    wai.refresh_from_db()
    assert (wai.name, wai.free, wai.lat) == ("Wai Ho", 1, 30.3)


def test_room_in_use_cannot_be_cut_away_in_the_register(ada, wai):
    capacity.take(wai.pk)
    capacity.take(wai.pk)
    form = form_of(ada.get(page("worker", wai)))
    answer = ada.post(page("worker", wai), {**form, "capacity": 1})
    assert answer.status_code == 200
    assert "capacity" in answer.context["adminform"].form.errors
    ada.post(page("worker", wai), {**form, "capacity": 4})
    wai.refresh_from_db()
    assert (wai.capacity, wai.free) == (4, 2)


def test_words_are_a_list_of_words(ada, wai):
    form = form_of(ada.get(page("worker", wai)))
    answer = ada.post(page("worker", wai), {**form, "languages": '{"zh": 1}'})
    assert "languages" in answer.context["adminform"].form.errors


def test_operators_do_not_keep_registers(client, wai):
    client.force_login(cast.olive())
    assert client.get(page("worker")).status_code in {302, 403}
    assert Provider.objects.exists()
