"""Who looked: recorded at once, linked a moment later, proved at any time."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from elders import chain, ledger
from elders.models import AccessEntry, DayRoot, LedgerHead
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei():
    return cast.mei()


def look(elder, now, times=1):
    for _ in range(times):
        ledger.record(actor=None, elder=elder, what="record", purpose="call 7", now=now)


def test_recording_a_read_is_one_insert(mei, now, django_assert_num_queries):
    olive = cast.olive()
    with django_assert_num_queries(1):
        ledger.record(actor=olive, elder=mei, what="record", purpose="call 7", now=now)
    entry = AccessEntry.objects.get()
    assert (entry.actor, entry.elder, entry.at) == (olive, mei, now)


def test_a_page_of_elders_is_one_insert_too(mei, now, django_assert_num_queries):
    elders = [mei, cast.lan()]
    with django_assert_num_queries(1):
        ledger.record_all(actor=None, elders=elders, what="list", purpose="search", now=now)
    assert AccessEntry.objects.count() == 2


def test_sealing_links_what_is_new_and_nothing_twice(mei, now):
    look(mei, now, times=3)
    assert ledger.seal(now=now) == 3
    look(mei, now)
    assert ledger.seal(now=now) == 1
    assert ledger.seal(now=now) == 0
    assert [row["position"] for row in ledger.entries(ledger.head())] == [1, 2, 3, 4]
    assert ledger.verify() == []


def test_more_than_a_batch_is_linked_at_once(mei, now, monkeypatch):
    monkeypatch.setattr(ledger, "BATCH", 2)
    look(mei, now, times=5)
    assert ledger.seal(now=now) == 5
    assert ledger.verify() == []


def test_an_empty_ledger_is_in_order(now):
    assert ledger.seal(now=now) == 0
    assert ledger.verify() == []


@pytest.mark.parametrize(
    "change",
    [{"purpose": "nothing"}, {"actor": 99}, {"elder": 99}, {"sealed": True}, {"what": "list"}],
)
def test_a_changed_entry_shows(mei, now, change):
    look(mei, now, times=3)
    ledger.seal(now=now)
    AccessEntry.objects.filter(position=2).update(**change)
    assert ledger.verify() == [chain.Fault(2, "changed")]


def test_a_removed_entry_shows_also_when_it_was_the_last(mei, now):
    look(mei, now, times=3)
    ledger.seal(now=now)
    AccessEntry.objects.filter(position=3).delete()
    assert [fault.code for fault in ledger.verify()] == ["cut"]
    AccessEntry.objects.filter(position=1).delete()
    assert "missing" in [fault.code for fault in ledger.verify()]


def test_every_finished_day_of_the_town_gets_a_root(mei, now):
    look(mei, now, times=2)
    look(mei, now + timedelta(days=1))
    ledger.seal(now=now + timedelta(days=1))
    first = DayRoot.objects.get()
    assert (first.day.isoformat(), first.first, first.last) == ("2026-03-10", 1, 2)
    ledger.seal(now=now + timedelta(days=5))
    assert [(root.first, root.last) for root in DayRoot.objects.all()] == [(1, 2), (3, 3)]
    assert ledger.verify() == []


def test_a_day_ends_at_midnight_in_town_not_in_greenwich(mei, now):
    late = now.replace(hour=15, minute=59)
    look(mei, late)
    ledger.seal(now=late)
    assert not DayRoot.objects.exists()
    ledger.seal(now=late + timedelta(minutes=1))
    assert DayRoot.objects.get().day.isoformat() == "2026-03-10"


def test_an_entry_that_comes_after_its_day_was_rooted_is_in_the_next_root(mei, now):
    look(mei, now)
    tomorrow = now + timedelta(days=1)
    ledger.seal(now=tomorrow)
    look(mei, now)
    ledger.seal(now=tomorrow)
    assert DayRoot.objects.count() == 1
    ledger.seal(now=tomorrow + timedelta(days=1))
    assert [(root.first, root.last) for root in DayRoot.objects.all()] == [(1, 1), (2, 2)]
    assert ledger.verify() == []


def test_a_ledger_written_anew_differs_from_the_root_of_its_day(mei, now):
    look(mei, now, times=3)
    ledger.seal(now=now + timedelta(days=1))
    AccessEntry.objects.update(position=None, purpose="nothing")
    LedgerHead.objects.update(position=0, hash="")
    ledger.seal(now=now + timedelta(days=1))
    assert ledger.verify() == [chain.Fault(3, "root_changed")]


def test_the_commands_seal_prove_and_export(mei, now, tmp_path):
    look(mei, now, times=3)
    out = StringIO()
    call_command("seal_ledger", stdout=out)
    call_command("verify_ledger", stdout=out)
    assert "3 entries, 0 not linked yet" in out.getvalue()
    export = tmp_path / "ledger.jsonl"
    call_command("verify_ledger", export=export)
    assert chain.main(str(export)) == 0
    AccessEntry.objects.filter(position=1).update(what="list")
    with pytest.raises(CommandError):
        call_command("verify_ledger", stdout=out)
    call_command("verify_ledger", export=export)
    assert chain.main(str(export)) == 1
