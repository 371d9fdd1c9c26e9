"""The worker: it does what is due, outlives its errors and says that it is alive."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import transaction

from config import bell, embedded, work
from config.models import Heartbeat
from dispatch.live.teller import Teller


@pytest.fixture
def sweep(monkeypatch):
    """A kind of work of our own; what it does is put into `sweep.do`."""

    class Sweep:
        def __init__(self):
            self.turns = Event()
            self.do = lambda: 0

        def __call__(self, *, now):
            self.turns.set()
            return self.do()

    made = Sweep()
    monkeypatch.setattr(work, "SWEEPS", {"ours": "tests.nowhere"})
    monkeypatch.setattr(work, "_sweep", lambda kind: made)
    monkeypatch.setattr(work, "_last_beat", {})
    return made


@pytest.mark.django_db
def test_a_turn_says_what_was_done_and_that_somebody_did_it(sweep, now):
    sweep.do = lambda: 3
    assert work.turn("ours", now=now) == 3
    assert Heartbeat.objects.get().at == now


@pytest.mark.django_db
def test_a_turn_that_takes_long_is_heard_from_at_its_beginning(sweep, now):
    sweep.do = lambda: Heartbeat.objects.filter(at=now).count()
    assert work.turn("ours", now=now) == 1


@pytest.mark.django_db
def test_an_error_costs_one_turn_and_not_the_worker(sweep, now, caplog):
    sweep.do = lambda: 1 / 0
    assert work.turn("ours", now=now) == 0
    assert "sweep failed" in caplog.text
    sweep.do = lambda: 2
    assert work.turn("ours", now=now) == 2


@pytest.mark.django_db
def test_the_heart_beats_every_five_seconds_and_not_at_every_turn(sweep, now):
    for later_s in (0, 4, 5, 6):
        work.turn("ours", now=now + timedelta(seconds=later_s))
    assert Heartbeat.objects.get().at == now + timedelta(seconds=5)


@pytest.mark.django_db(transaction=True)
def test_a_ring_is_heard_after_the_commit_and_not_before(sweep, settings):
    settings.REDIS_URL = ""
    ticker = embedded.Ticker("outbound", every_s=3600)
    embedded._tickers.append(ticker)
    ticker.start()
    try:
        assert sweep.turns.wait(10)
        sweep.turns.clear()
        with transaction.atomic():
            bell.ring()
            assert not ticker._rung.is_set()
        assert sweep.turns.wait(10)
    finally:
        embedded.stop()
    assert not ticker._thread.is_alive()


def test_only_what_somebody_waits_for_is_rung(monkeypatch):
    tickers = [embedded.Ticker(kind) for kind in work.SWEEPS]
    monkeypatch.setattr(embedded, "_tickers", tickers)
    embedded.ring(bell.RUNG)
    assert {ticker.kind for ticker in tickers if ticker._rung.is_set()} == {
        *("deadlines", "outbound", "push")
    }


@pytest.mark.django_db(transaction=True)
def test_celery_is_rung_after_the_commit_and_once_for_all_that_rang(settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    rung = list[dict[str, int | None]]()
    bells = Teller(rung.append)
    monkeypatch.setattr(bell, "_bells", bells)
    with bells._changed:  # the thread behind it waits
        with transaction.atomic():
            bell.ring()
            assert not bells._waiting
            bell.ring()
        assert bells._waiting
    bells.settle(20)
    assert len(rung) == 1


def test_celery_takes_turns_at_every_kind_of_work():
    from config import celery

    assert set(celery.KINDS) == set(work.SWEEPS)
    assert {entry["args"] for entry in celery.app.conf.beat_schedule.values()} == {
        (kind,) for kind in work.SWEEPS
    }
