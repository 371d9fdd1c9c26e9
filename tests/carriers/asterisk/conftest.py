import pytest

from tests.carriers.asterisk.story import Story


@pytest.fixture
def story(asterisk, settings) -> Story:
    settings.CARRIERS = [
        "telephony.carriers.asterisk.carrier.Asterisk",
        "telephony.carriers.simulator.carrier.Simulator",
    ]
    return Story(asterisk)
