"""Wai has accepted a visit to Mei; Ka-Ming is her son."""

import pytest
from django.utils import timezone

from dispatch.models import Assignment
from elders.models import Contact, Elder, User
from providers.models import Worker
from tests import cast
from tests.dispatch.connections.steps import work
from tests.dispatch.town import wants
from tests.scenarios.phone import Phone


@pytest.fixture
def mei() -> Elder:
    elder = cast.mei(language="en")
    elder.holdings.update(verified_at=timezone.now())
    return elder


@pytest.fixture
def worker() -> Worker:
    worker = cast.wai(cast.sunrise_kitchen(), "catering", "medical")
    Worker.objects.update(reach_by="call", position_at=timezone.now())
    return worker


@pytest.fixture
def ka_ming(mei) -> User:
    """Her son, who has agreed lately and may read her requests."""
    son = cast.ka_ming(mei)
    Contact.objects.update(agreed_at=timezone.now())
    return son


@pytest.fixture
def visit(mei, worker) -> Assignment:
    """Wai has accepted by telephone, and knows to whom he goes."""
    wants(mei, now=timezone.now())
    work()
    wai = Phone(cast.WAI_NUMBER)
    wai.answer(wai.outbox("call")[-1])
    wai.press("1")
    return Assignment.objects.get()
