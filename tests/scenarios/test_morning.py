"""A morning of Mei's: she does not answer, somebody goes and looks, and she is asked how it was."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from dispatch import assignments, calling, closing, deadlines
from dispatch.models import Assignment, CheckIn, CheckInPlan, Notice, ServiceRequest, Survey
from elders.models import Elder, User
from providers import duty
from providers.models import Worker
from telephony import answers, inbound, outbound
from telephony.models import OutboundJob
from tests import cast
from tests.dispatch.town import ELDER, WORKER

pytestmark = pytest.mark.django_db

EARLY = datetime(2026, 3, 9, 23, 59, 50, tzinfo=UTC)  # ten seconds to eight, in town


class Morning:
    """Time, the house's own work, and everybody's telephones."""

    def __init__(self) -> None:
        self.now = EARLY

    def passes(self, **span: float) -> None:
        """Second by second would be true to life; every twenty will do."""
        end = self.now + timedelta(**span)
        while self.now < end:
            self.now = min(end, self.now + timedelta(seconds=20))
            deadlines.fire_due(now=self.now)
            calling.sweep(now=self.now)
            outbound.deliver_due(now=self.now)

    def rings(self, number: str) -> OutboundJob | None:
        ringing = OutboundJob.objects.filter(to=number, kind="call", state="ringing")
        return ringing.order_by("-pk").first()

    def answers(self, number: str, keys: str) -> str:
        """That telephone is picked up and the keys are pressed; everything that is said to it."""
        job = self.rings(number)
        assert job, f"{number} does not ring"
        reply = answers.answered(job.pk, job.carrier_ref, now=self.now)
        said = list(reply.instructions)
        for key in keys:
            said += inbound.digits(reply.call or 0, key, now=self.now).instructions
        return " ".join(str(step.get("text", "")) for step in said)

    def dials(self, number: str) -> str:
        """That telephone rings us and hangs up after the greeting."""
        ref = f"in {self.now}"
        reply = inbound.incoming(
            "simulator", ref, from_number=number, to_number="12349", now=self.now
        )
        inbound.hang_up(reply.call or 0, now=self.now)
        return " ".join(str(step.get("text", "")) for step in reply.instructions)


@pytest.fixture
def mei() -> Elder:
    elder = cast.mei(language="en", born=date(1943, 5, 1))
    elder.holdings.update(verified_at=EARLY)
    CheckInPlan.objects.create(elder=elder, at=time(8, 0))
    return elder


@pytest.fixture
def ka_ming(mei: Elder) -> User:
    return cast.ka_ming(mei)


@pytest.fixture
def wai() -> Worker:
    return cast.wai(cast.sunrise_kitchen(), "medical")


def test_a_morning_on_which_mei_does_not_answer(mei, ka_ming, wai):
    morning = Morning()
    morning.passes(seconds=20)
    assert morning.rings(cast.MEI_NUMBER)

    # She lies in the bathroom. Nobody picks up, and again ten minutes later.
    morning.passes(minutes=14)
    assert CheckIn.objects.get().tries == 2
    morning.passes(minutes=2)
    assert CheckIn.objects.get().state == "contacts"

    # Her son has not heard from her either: nobody waits any longer.
    said = morning.answers(cast.KA_MING_NUMBER, "2")
    assert "Mei Chen has not answered today" in said
    case = ServiceRequest.objects.get()
    assert (case.priority, case.category_id, case.source) == ("urgent", "medical", "checkin")
    assert Notice.objects.filter(request=case, code="checkin_silent").exists()

    # Wai is asked, accepts, and is on the way.
    morning.passes(minutes=1)
    assert "Press 1 to accept" in morning.answers(cast.WAI_NUMBER, "1")
    duty.move([duty.Move(wai.pk, 30.2760, 120.1560, 10.0, morning.now)], now=morning.now)

    # She has crawled to the telephone: it tells her so before anybody can answer.
    heard = morning.dials(cast.MEI_NUMBER)
    assert "Help is coming: Wai Ho, for Medical care, in about" in heard

    visit = Assignment.objects.get()
    assignments.arrive(visit.pk, by=WORKER, now=morning.now)
    assignments.finish(visit.pk, by=WORKER, now=morning.now)
    closing.confirm(case.pk, by=ELDER, now=morning.now)

    # Later she is asked how it was, and it was not good: a person takes it up.
    due = Survey.objects.get().due_at
    morning.now = due - timedelta(seconds=10)
    morning.passes(seconds=20)
    morning.answers(cast.MEI_NUMBER, "212")
    case.refresh_from_db()
    assert case.state == "UNFILLED"
    assert Notice.objects.filter(request=case, code="dissatisfied").exists()


def test_a_morning_on_which_she_is_well(mei, ka_ming, wai):
    morning = Morning()
    morning.passes(seconds=20)
    assert "glad that you are well" in morning.answers(cast.MEI_NUMBER, "1")
    morning.passes(minutes=20)
    assert not ServiceRequest.objects.exists()
    assert not OutboundJob.objects.filter(to=cast.KA_MING_NUMBER).exists()
