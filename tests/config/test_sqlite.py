"""Whoever wants to write to the embedded house's database stands in line."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from config.sqlite.base import Line, line_of
from elders.models import Elder
from tests import cast

pytestmark = [
    pytest.mark.pure,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows"),
    pytest.mark.django_db(transaction=True),
]


def beside(act: Callable[[], object]) -> threading.Thread:
    """Somebody else, on a connection of his own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until_waiting(line: Line, many: int) -> None:
    ends = time.monotonic() + 20
    while line.waiting < many:
        assert time.monotonic() < ends, f"{line.waiting} of {many} wait"


@pytest.fixture
def line() -> Line:
    return line_of(connection.settings_dict["NAME"])


def renamed(mei: Elder, name: str) -> None:
    Elder.objects.filter(pk=mei.pk).update(name=name)


def test_who_has_waited_longest_writes_next(line):
    mei, wrote = cast.mei(), []

    def write(number: int) -> None:
        with transaction.atomic():
            renamed(mei, f"Mei {number}")
            wrote.append(number)

    threads = []
    with transaction.atomic():
        for number in range(8):
            threads.append(beside(lambda number=number: write(number)))
            until_waiting(line, number + 1)
    for thread in threads:
        thread.join()
    assert wrote == list(range(8))
    assert Elder.objects.get().name == "Mei 7"


def test_a_write_outside_of_a_transaction_takes_its_turn_too(line):
    mei = cast.mei()
    with transaction.atomic():
        renamed(mei, "Mei Chen")
        thread = beside(lambda: renamed(mei, "Mei Chen-Li"))
        until_waiting(line, 1)
    thread.join()
    assert Elder.objects.get().name == "Mei Chen-Li"


def test_nobody_who_only_reads_waits():
    cast.mei()
    read = []
    with transaction.atomic():
        beside(lambda: read.append(Elder.objects.count())).join()
    assert read == [1]


class Fell(Exception):
    pass


def falls() -> None:
    with transaction.atomic():
        raise Fell


def ends_without_his_connection() -> None:
    with transaction.atomic():
        connection.close()


def refused_by_the_database() -> None:
    Elder.objects.bulk_create([Elder.objects.get()])


@pytest.mark.parametrize("act", [falls, ends_without_his_connection, refused_by_the_database])
def test_who_fails_lets_the_next_one_write(line, act):
    mei = cast.mei()
    with suppress(Fell, IntegrityError):
        act()
    beside(lambda: renamed(mei, "Mei Chen-Li")).join()
    assert line.waiting == 0
    assert Elder.objects.get().name == "Mei Chen-Li"


def test_who_has_no_turn_in_time_is_told_and_holds_nobody_up():
    line, took = Line(), []

    def next_one() -> None:
        line.take(60)
        took.append("next")

    line.take(1)
    with pytest.raises(OperationalError, match="database is locked"):
        line.take(0.01)
    assert line.waiting == 0
    thread = threading.Thread(target=next_one)
    thread.start()
    until_waiting(line, 1)
    line.give()
    thread.join()
    assert took == ["next"]
