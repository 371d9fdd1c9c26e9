"""Whom nearly every page is about."""

import pytest

from elders.models import Elder
from providers.models import Worker
from tests.pages import town


@pytest.fixture
def mei() -> Elder:
    return town.mei()


@pytest.fixture
def wai() -> Worker:
    return town.wai()
