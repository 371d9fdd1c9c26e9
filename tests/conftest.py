"""What every test may ask for. People are in `tests/cast.py`, machines in `tests/infra/`."""

from datetime import UTC, datetime

import pytest


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in town (09:30 in Shanghai), the same in every test."""
    return datetime(2026, 3, 10, 1, 30, tzinfo=UTC)
