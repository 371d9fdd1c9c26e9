"""Our own software fails while somebody cries for help: a person is told, and the rest goes on."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from dispatch import chores, connections, deadlines, intake, stranded
from dispatch.models import Notice, ServiceRequest
from dispatch.pages.desk import notices
from dispatch.states import Priority
from elders.models import Elder
from tests import cast
from tests.dispatch.town import wants
from tracking.models import Alarm

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> Elder:
    elder = cast.mei()
    cast.watch(elder)
    return elder


def press(device: str = cast.WATCH_ID) -> int:
    return Client().get("/positions/osmand/", {"id": device, "alarm": "sos"}).status_code


def breaks(*_: object, **__: object) -> int:
    raise RuntimeError("a fault of ours")


def told(language: str = "en") -> list[str]:
    rows = Notice.objects.filter(code=stranded.CODE, done_at=None).order_by("pk")
    with translation.override(language):
        return [notices.sentence(row) for row in rows]


def test_who_cries_while_our_software_fails_is_rung_by_a_person(mei, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(intake, "open_request", breaks)
        assert press() == 503
        cried_at = Alarm.objects.values_list("received_at", flat=True).get()
        assert cried_at is not None
        deadlines.fire_due(now=cried_at + timedelta(seconds=4))
        assert told() == []  # the next tries may do
        for seconds in (5, 6, 600):
            deadlines.fire_due(now=cried_at + timedelta(seconds=seconds))
        (words,) = told()
        assert "Mei Chen" in words
        assert cast.MEI_NUMBER in words
        assert "陈梅" in told("zh-hans")[0]
    deadlines.fire_due(now=cried_at + timedelta(seconds=601))
    assert ServiceRequest.objects.get().is_emergency
    deadlines.fire_due(now=cried_at + timedelta(seconds=602))
    assert told() == []


def test_a_cry_that_waits_goes_before_every_clock(mei, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(intake, "open_request", breaks)
        press()
    soon = timezone.now() + timedelta(seconds=1)
    wants(mei, now=soon)
    cases: list[bool] = []

    def looks(*_: object, **__: object) -> bool:
        cases.append(ServiceRequest.objects.filter(priority=Priority.EMERGENCY).exists())
        return True

    monkeypatch.setattr(deadlines, "fire", looks)
    deadlines.fire_due(now=soon)
    assert cases
    assert all(cases)


def test_what_a_person_has_dealt_with_is_not_told_again(mei, monkeypatch):
    monkeypatch.setattr(intake, "open_request", breaks)
    press()
    soon = timezone.now() + timedelta(seconds=6)
    assert stranded.sweep(now=soon) == 1
    Notice.objects.update(done_at=soon)
    assert stranded.sweep(now=soon) == 0
    assert told() == []


def test_a_stranger_is_named_by_the_device(monkeypatch):
    monkeypatch.setattr(intake, "open_request", breaks)
    press("861234567890123")
    stranded.sweep(now=timezone.now() + timedelta(seconds=6))
    (words,) = told()
    assert "861234567890123" in words


def test_a_round_that_fails_keeps_no_other_from_its_turn(now, monkeypatch):
    assert chores.do([breaks, lambda *, now: 2], now=now) == 2
    monkeypatch.setattr(deadlines, "BELOW", (breaks, lambda *, now: 3))
    assert deadlines.fire_due(now=now) == 3


def test_a_line_that_cannot_be_freed_keeps_no_emergency_from_its_case(mei, monkeypatch):
    monkeypatch.setattr(connections, "_make_way", breaks)
    assert press() == 200
    assert ServiceRequest.objects.get().is_emergency
