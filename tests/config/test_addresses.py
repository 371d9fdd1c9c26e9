"""Devices and probes are answered at every address they know us by; people only at our own."""

import pytest
from django.test import Client

from dispatch.models import ServiceRequest

ELSEWHERE = "203.0.113.7:8000"


@pytest.mark.django_db
def test_an_alarm_sent_to_an_address_we_do_not_go_by_is_heard():
    answer = Client(headers={"host": ELSEWHERE}).get("/positions/osmand/?id=old-watch&alarm=sos")
    assert answer.status_code == 200, answer.content
    assert ServiceRequest.objects.get().priority == "emergency"


def test_a_probe_that_knows_only_our_ip_is_answered():
    assert Client(headers={"host": ELSEWHERE}).get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/sign-in/", "/api/v1/requests", "/telephony/simulator/outbox/"]
)
def test_everything_else_is_at_our_own_address_only(path):
    assert Client(headers={"host": ELSEWHERE}).get(path).status_code == 400
