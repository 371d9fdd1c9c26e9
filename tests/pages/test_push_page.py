"""A browser asks to be told, or no longer."""

import pytest

from telephony import subscriptions
from telephony.models import PushSubscription
from tests import cast
from tests.pages import town

pytestmark = pytest.mark.django_db
P256DH = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"
SAID = {
    "endpoint": "https://push.example.org/1",
    "p256dh": P256DH,
    "auth": "AAECAwQFBgcICQoLDA0ODw",
}


@pytest.fixture
def on(settings):
    settings.VAPID_PRIVATE_KEY, settings.VAPID_PUBLIC_KEY = "private", "public"


def test_a_worker_asks_to_be_told_and_no_longer(on, wai):
    his = town.browser(wai.user)
    assert b'data-push="public"' in his.get("/worker/").content
    assert his.post("/push/", SAID).status_code == 204
    assert subscriptions.has(wai.user)
    assert his.post("/push/off/", {"endpoint": SAID["endpoint"]}).status_code == 204
    assert not PushSubscription.objects.exists()


def test_nobody_takes_anothers_browser_off(on, mei, wai):
    town.browser(wai.user).post("/push/", SAID)
    kin = cast.ka_ming(mei, "requests")
    town.browser(kin).post("/push/off/", {"endpoint": SAID["endpoint"]})
    assert PushSubscription.objects.get().user == wai.user


def test_a_house_without_keys_offers_no_push(wai):
    his = town.browser(wai.user)
    assert b"data-push" not in his.get("/worker/").content
    assert his.post("/push/", SAID).status_code == 404


def test_an_address_inside_is_refused_with_the_field(on, wai):
    said = SAID | {"endpoint": "https://10.0.0.5/"}
    answer = town.browser(wai.user).post("/push/", said, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert not PushSubscription.objects.exists()
