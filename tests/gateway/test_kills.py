"""kill -9 of gateway and database while devices send and press: no answered alarm is lost, none is
two cases, and every other one is sent again until it is one."""

import asyncio
import os
import time
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import pytest

from tests.gateway import pressers, truth
from tests.infra import house as houses
from tests.infra.disk import NoRoom, SmallDisk
from tests.infra.gateway import Gateway
from tests.infra.postgres import Postgres
from tests.infra.process import Missing
from tests.races.crowd import Crowd

pytestmark = [pytest.mark.production, pytest.mark.slow]

SEED = 20260310
PROTOCOLS = ["sia", "gt06", "watch"]
DEVICES = int(os.environ.get("GATEWAY_DEVICES", "2000"))
PRESSES = int(os.environ.get("GATEWAY_PRESSES", "1"))
PAUSE_S = 60
MEGABYTES = 400
ALL_S = 1800.0


@contextmanager
def town(var, postgres, redis):
    """A gateway on a database of its own, with devices that elders wear: (gateway, witness,
    devices)."""
    url = postgres.database(f"kills_{uuid4().hex[:12]}", like=houses.migrated(postgres))
    env = {"VAR_DIR": str(var), "DATABASE_URL": url, "REDIS_URL": redis.url()}
    own = {"DJANGO_SETTINGS_MODULE": "config.settings", **env}
    with Crowd(own, hands=1) as witness, Gateway(PROTOCOLS, env=env) as gateway:
        devices = pressers.crowd(gateway.ports, DEVICES, PRESSES)
        witness.one(truth.wearers, [one.speaker.device_id for one in devices])
        yield gateway, witness, devices


def database(stack):
    """A disk that can be filled, with PostgreSQL on it; or PostgreSQL whose files can be kept from
    growing, where we may not make a disk."""
    try:
        disk = stack.enter_context(SmallDisk(MEGABYTES))
    except Missing:
        postgres = stack.enter_context(Postgres())
        return NoRoom(postgres), postgres
    small = ("-c", "min_wal_size=32MB", "-c", "max_wal_size=64MB")
    return disk, stack.enter_context(Postgres(*small, on=disk.path))


def progress(devices):
    return sum(len(one.answered) for one in devices)


async def while_they_press(devices, disturb):
    """Runs `disturb` beside the devices; returns once every press is answered. What goes wrong in
    it is raised at once: what it left broken would keep the devices pressing to their limit."""
    async with asyncio.timeout(ALL_S), asyncio.TaskGroup() as both:
        both.create_task(asyncio.to_thread(disturb))
        both.create_task(pressers.until_all_answered(devices, SEED))


def until_answered(devices, count):
    end = time.monotonic() + ALL_S
    while progress(devices) < count:
        assert time.monotonic() < end, f"only {progress(devices)} presses were answered"
        time.sleep(0.05)


def until_said(process, words):
    """Returns once the process has written the words into its log."""
    end = time.monotonic() + ALL_S
    while words not in process.log.read_text("utf-8", "replace"):
        assert time.monotonic() < end, f"it never said: {words}"
        time.sleep(0.05)


def test_whatever_falls_while_thousands_press_no_answered_alarm_is_lost_or_doubled(
    tmp_path, redis_server
):
    with ExitStack() as stack:
        disk, postgres = database(stack)
        gateway, witness, devices = stack.enter_context(town(tmp_path, postgres, redis_server))

        def once(share):
            """Returns when that share of the presses is answered, and the others are not."""
            until_answered(devices, int(share * DEVICES * PRESSES))
            assert progress(devices) < DEVICES * PRESSES

        def disturb():
            for share in (0.03, 0.1, 0.16, 0.25, 0.33):
                once(share)
                gateway.kill()
                gateway.start()
            once(0.4)
            postgres.pause()
            time.sleep(PAUSE_S)
            postgres.resume()
            once(0.5)
            postgres.kill()
            postgres.start()
            once(0.6)
            disk.fill()
            until_said(postgres, disk.fault)
            disk.free()
            postgres.revive()
            for share in (0.75, 0.88):
                once(share)
                assert gateway.stop(timeout_s=120) == 0
                gateway.start()

        asyncio.run(while_they_press(devices, disturb))
        assert sum(one.tries for one in devices) > DEVICES * PRESSES  # somebody had to repeat
        promises = {one.speaker.device_id: one.answered for one in devices}
        assert progress(devices) == DEVICES * PRESSES
        assert witness.one(truth.broken, promises) == []
