"""Carriers that a test may ask for by name."""

from collections.abc import Iterator

import pytest

from tests.carriers.account import twilio
from tests.carriers.exchange import Exchange, exchange, settings_of
from tests.conftest import _part
from tests.infra.asterisk import tree

__all__ = ["twilio"]


@pytest.fixture(scope="module")
def exchange_of_module() -> Iterator[Exchange]:
    _part(tree)
    with exchange() as it:
        yield it


@pytest.fixture
def asterisk(transactional_db, settings, exchange_of_module: Exchange) -> Iterator[Exchange]:
    """A real Asterisk whose link is ours; texts go by the simulator, as it carries none."""
    for name, value in settings_of(exchange_of_module.asterisk).items():
        setattr(settings, name, value)
    with exchange_of_module.linked():
        yield exchange_of_module
