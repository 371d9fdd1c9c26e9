"""Web push, to a push service of our own on loopback that opens what it is sent."""

import base64
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from django.db import connection
from py_vapid import Vapid02

from dispatch import deadlines, intake, reaching
from dispatch.actors import SYSTEM
from dispatch.ladder import STEP_S
from dispatch.models import Offer, ServiceRequest
from dispatch.reaching import Listener, Message
from dispatch.states import Priority
from elders.models import Consent, FamilyLink
from telephony import outbound, push, subscriptions
from telephony.errors import CallError
from telephony.models import OutboundJob, PushSubscription
from tests import cast

pytestmark = pytest.mark.django_db


def text(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class PushService:
    """Takes messages at any path and answers `status`; a browser's keys open them."""

    def __init__(self):
        self.status, self.location = 201, ""
        self.sent: list[tuple[str, dict[str, str], bytes]] = []
        self.key, self.auth = ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef"
        service = self

        class Desk(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.sent.append((self.path, dict(self.headers), body))
                self.send_response(service.status)
                if service.location:
                    self.send_header("Location", service.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def keys(self):
        """What a browser would tell of itself."""
        form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        return {"p256dh": text(self.key.public_key().public_bytes(*form)), "auth": text(self.auth)}

    def opened(self):
        """The last message as its browser reads it."""
        _path, _headers, body = self.sent[-1]
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth))


@pytest.fixture
def service(settings):
    made = PushService()
    settings.PUSH_TEST_HOSTS = [made.host]
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def vapid(settings, capsys):
    """Keys as the command prints them."""
    call_command("make_push_keys")
    said = dict(line.split("=", 1) for line in capsys.readouterr().out.split())
    settings.VAPID_PRIVATE_KEY = said["VAPID_PRIVATE_KEY"]
    settings.VAPID_PUBLIC_KEY = said["VAPID_PUBLIC_KEY"]
    settings.VAPID_SUBJECT = "mailto:desk@one.example"
    return said


@pytest.fixture
def wai(service, vapid, now):
    """Wai, who has let his telephone's browser be told."""
    worker = cast.wai(cast.sunrise_kitchen())
    endpoint = f"http://{service.host}/wai"
    subscriptions.keep(worker.user, endpoint=endpoint, **service.keys(), now=now)
    return worker


def asked(worker, now, *, priority=Priority.ROUTINE, prefers="push"):
    """Reaches him about a thing with a secret in it; what was placed, and when it is due."""
    listener = Listener(worker.phone, "en", prefers, account=worker.user)
    words = "Mei Chen, 12 Willow Lane"
    reaching.reach(listener, Message("offer", "offer:1", words, words, priority), now=now)
    jobs = OutboundJob.objects.filter(subject="offer:1").order_by("next_at", "pk")
    return [(job.kind, (job.next_at - now).total_seconds()) for job in jobs]


def test_a_browser_is_told_that_there_is_something_new_and_nothing_else(service, wai, vapid, now):
    asked(wai, now)
    assert outbound.deliver_due(now=now) == 0
    assert push.deliver_due(now=now) == 1
    ((path, headers, body),) = service.sent
    assert path == "/wai"
    assert service.opened() == {
        "title": "One Number",
        "body": "There is something new. Open the page.",
    }
    assert b"Mei" not in body
    assert (headers["Content-Encoding"], headers["Urgency"]) == ("aes128gcm", "normal")
    assert 0 < int(headers["TTL"]) <= 3600
    assert Vapid02.verify(headers["Authorization"])
    assert vapid["VAPID_PUBLIC_KEY"] in headers["Authorization"]
    assert push.deliver_due(now=now) == 0  # once


@pytest.mark.parametrize(
    ("priority", "prefers", "expected"),
    [
        ("routine", "push", [("push", 0), ("text", STEP_S), ("call", 2 * STEP_S)]),
        ("routine", "text", [("push", 0), ("text", 0), ("call", STEP_S)]),
        ("urgent", "push", [("push", 0), ("text", 0), ("call", STEP_S)]),
        ("emergency", "push", [("push", 0), ("text", 0), ("call", STEP_S)]),
    ],
)
def test_a_push_goes_first_where_it_was_asked_for_and_never_keeps_what_is_urgent_waiting(
    wai, now, priority, prefers, expected
):
    assert asked(wai, now, priority=priority, prefers=prefers) == expected


def test_without_keys_or_without_a_browser_nothing_is_different(wai, now, settings):
    PushSubscription.objects.all().delete()
    assert asked(wai, now) == [("text", 0), ("call", STEP_S)]
    OutboundJob.objects.all().delete()
    settings.VAPID_PRIVATE_KEY = ""
    assert asked(wai, now) == [("text", 0), ("call", STEP_S)]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_and_the_text_goes_at_once(service, wai, now, status):
    service.status = status
    asked(wai, now)
    assert push.deliver_due(now=now) == 0
    assert not PushSubscription.objects.exists()
    text = OutboundJob.objects.get(kind="text")
    assert text.next_at == now
    assert OutboundJob.objects.get(kind="push").state == "failed"
    assert push.deliver_due(now=now + timedelta(hours=1)) == 0


def test_a_service_that_is_busy_is_tried_once_more_and_troubles_nobody(service, wai, now):
    service.status = 503
    asked(wai, now)
    push.deliver_due(now=now)
    assert OutboundJob.objects.get(kind="text").next_at == now
    service.status = 201
    assert push.deliver_due(now=now + timedelta(seconds=20)) == 1
    assert PushSubscription.objects.count() == 1


def test_what_is_over_is_not_sent(service, wai, now):
    asked(wai, now)
    outbound.withdraw("offer:1", now=now)
    assert push.deliver_due(now=now) == 0
    assert service.sent == []


def test_a_redirect_is_not_followed(service, wai, now):
    service.status, service.location = 307, f"http://{service.host}/elsewhere"
    asked(wai, now)
    assert push.deliver_due(now=now) == 0
    assert [path for path, *_ in service.sent] == ["/wai"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/x",
        "https://localhost/x",
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://10.0.0.5/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.5]/x",
        "https://push.example.org:8443/x",
        "https://name:word@push.example.org/x",
        "https://redis/x",
        "https://vault.internal/x",
        "https://push.example.org:port/x",
        "https://push.example.org/\n",
        "ftp://push.example.org/x",
        "",
        "https://push.example.org/" + "x" * 1000,
    ],
)
def test_only_public_https_addresses_are_taken(service, vapid, now, endpoint):
    with pytest.raises(CallError) as refused:
        subscriptions.keep(cast.olive(), endpoint=endpoint, **service.keys(), now=now)
    assert (refused.value.http_status, list(refused.value.fields)) == (400, ["endpoint"])


def test_a_name_that_leads_inside_is_not_sent_to(service, wai, now, settings):
    settings.PUSH_TEST_HOSTS = []
    PushSubscription.objects.update(endpoint="https://localhost./wai")
    assert not subscriptions.is_public("https://localhost./wai")
    asked(wai, now)
    assert push.deliver_due(now=now) == 0
    assert service.sent == []


def test_keys_that_no_browser_makes_are_refused(service, vapid, now):
    olive, endpoint = cast.olive(), "https://push.example.org/x"
    for wrong in ({"p256dh": "BA" + "A" * 85}, {"auth": "short"}, {"p256dh": "!"}):
        with pytest.raises(CallError) as refused:
            subscriptions.keep(olive, endpoint=endpoint, **{**service.keys(), **wrong}, now=now)
        assert list(refused.value.fields) == list(wrong)


def test_the_next_person_at_a_browser_takes_its_subscription_over(service, wai, now):
    olive = cast.olive()
    subscriptions.keep(olive, endpoint=f"http://{service.host}/wai", **service.keys(), now=now)
    assert PushSubscription.objects.get().user == olive
    for n in range(subscriptions.MOST + 2):
        endpoint = f"http://{service.host}/{n}"
        subscriptions.keep(olive, endpoint=endpoint, **service.keys(), now=now)
    assert PushSubscription.objects.count() == subscriptions.MOST


def test_the_address_is_not_readable_in_the_database(service, wai):
    with connection.cursor() as cursor:
        cursor.execute("SELECT endpoint, p256dh, auth FROM telephony_pushsubscription")
        assert all(service.host not in column for column in cursor.fetchone())


def family(service, mei, now):
    kin = cast.ka_ming(mei, Consent.Scope.REQUESTS)
    subscriptions.keep(kin, endpoint=f"http://{service.host}/kin", **service.keys(), now=now)
    return kin


def wants(elder, now):
    return intake.open_request(
        elder=elder, category="catering", priority="routine", source="call", by=SYSTEM, now=now
    )


def test_family_who_may_see_requests_is_told_and_a_barred_relative_never(service, vapid, now):
    mei = cast.mei()
    kin = family(service, mei, now)
    wants(mei, now)
    assert push.deliver_due(now=now) == 1
    assert service.opened()["body"] == "There is something new. Open the page."
    FamilyLink.objects.filter(user=kin).update(barred=True)
    later = now + timedelta(hours=5)
    wants(mei, later)
    assert push.deliver_due(now=later) == 0


def test_what_goes_wrong_in_telling_family_costs_no_alarm(service, vapid, now, monkeypatch):
    mei = cast.mei()
    family(service, mei, now)

    def fails(*_, **__):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    monkeypatch.setattr(push, "place", fails)
    wants(mei, now)
    assert ServiceRequest.objects.get().elder == mei


def test_an_offer_to_a_worker_begins_with_a_push(service, wai, now):
    wai.reach_by = "push"
    wai.save()
    wants(cast.mei(), now)
    deadlines.fire_due(now=now)
    push.deliver_due(now=now)
    assert service.opened()["title"] == "One Number"
    subject = f"offer:{Offer.objects.get().pk}"
    assert {job.kind for job in outbound.under_way(subject)} == {"push", "text", "call"}
