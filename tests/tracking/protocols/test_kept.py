"""What the decoders make of frames, the register takes: public ones, and damaged ones."""

import random

import pytest

from tests.tracking.protocols.outside import frame_of, rows
from tests.tracking.protocols.talk import NOW, OURS, SPEAKERS, conversation
from tracking.errors import TrackingError
from tracking.models import Alarm, Device, Position, Protocol
from tracking.protocols.registry import DIALECTS
from tracking.reception import Sender, receive

pytestmark = pytest.mark.django_db


def keep(name, frame, device_id="352887071911998"):
    dialect = DIALECTS[name]
    session = dialect.open()
    session.device_id = device_id
    heard = dialect.read(frame, session, now=NOW)
    sender = Sender(Protocol(name), address="203.0.113.9")
    return receive(heard.messages, sender=sender, now=NOW)


@pytest.mark.parametrize("name", OURS)
def test_every_public_alarm_becomes_one_of_ours(name, notebook):
    for row in (parameter.values[0] for parameter in rows(name)):
        if row is None:
            pytest.skip("not run: shared/vectors is not here")
        receipt = keep(name, frame_of(row))
        told = [read for read in row["decoded_by_traccar"] if read.get("alarm")]
        assert len(receipt.alarms) >= len(told)
        assert all(alarm.handed_over_at for alarm in receipt.alarms)
        assert all(alarm.raw for alarm in receipt.alarms)


@pytest.mark.parametrize("name", SPEAKERS)
def test_a_day_of_a_device_is_kept(name, notebook):
    speaker = SPEAKERS[name]()
    protocol = name.partition("-")[0]
    for frame in conversation(speaker):
        keep(protocol, DIALECTS[protocol].split(frame)[0], speaker.device_id)
    device = Device.objects.get()
    assert device.device_id == speaker.device_id
    assert Position.objects.filter(device=device).count() == 2  # one was told twice
    (alarm,) = Alarm.objects.all()  # both presses in one second are one, and sounded twice
    assert alarm.kinds == ["sos"]
    assert alarm.repeats == 1


@pytest.mark.parametrize("name", OURS)
def test_whatever_is_left_of_a_frame_can_be_kept(name, notebook):
    dice = random.Random(f"kept {name}")
    valid = conversation(SPEAKERS[name]())
    refused = set()
    for _ in range(60):
        frame = bytearray(dice.choice(valid))
        for _ in range(dice.randrange(1, 4)):
            frame[dice.randrange(len(frame))] = dice.choice([0, 0xFF, dice.randrange(256)])
        try:
            keep(name, bytes(frame))
        except TrackingError as error:
            refused.add(error.http_status)
    assert refused <= {400}  # nothing in it, and no alarm
