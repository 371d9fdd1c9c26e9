"""Who is there when somebody is in danger."""

import pytest

from elders.models import Elder, User
from providers.models import Worker
from tests import cast
from tests.dispatch.town import workers
from tests.scenarios.emergency.minutes import SECOND_NUMBER, Minute


@pytest.fixture
def mei() -> Elder:
    return cast.mei(second_number=SECOND_NUMBER)


@pytest.fixture
def olive() -> User:
    return cast.olive()


@pytest.fixture
def crew() -> list[Worker]:
    return workers(cast.sunrise_kitchen(), 5)


@pytest.fixture
def clock(now) -> Minute:
    return Minute(now)
