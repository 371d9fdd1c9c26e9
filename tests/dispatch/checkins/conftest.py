"""Mei on a Tuesday: six o'clock, and half past nine."""

from datetime import UTC, datetime

import pytest

from elders.models import Elder
from tests import cast


@pytest.fixture
def mei() -> Elder:
    return cast.mei()


@pytest.fixture
def early() -> datetime:
    """Six o'clock in town on that Tuesday: the plan is made, nobody is rung yet."""
    return datetime(2026, 3, 9, 22, 0, tzinfo=UTC)


@pytest.fixture
def morning(now) -> datetime:
    """Half past nine in town: whoever was due has been rung."""
    return now
