import pytest
from pytest_django import Settings

from tests.telephony.town_script import TownScript


@pytest.fixture(autouse=True)
def _town_script(settings: Settings) -> None:
    """Every test here speaks with the town's small script."""
    settings.CALL_FLOW = "tests.telephony.town_script.TownScript"
    settings.SIMULATOR = True
    settings.CARRIERS = ["telephony.carriers.simulator.carrier.Simulator"]
    TownScript.told.clear()


@pytest.fixture
def told() -> list[tuple[str, object]]:
    """What the script was told, in order."""
    return TownScript.told
