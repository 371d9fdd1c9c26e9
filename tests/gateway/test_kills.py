"""kill -9 of gateway and database while devices send and press: no answered alarm is lost, none is
two cases, and every other one is sent again until it is one."""

import asyncio
import os
import random
import threading
import time
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import pytest

from tests.gateway import pressers, truth
from tests.infra import house as houses
from tests.infra.disk import SmallDisk
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
ALL_S = 900.0


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


def progress(devices):
    return sum(len(one.answered) for one in devices)


def while_they_press(devices, disturb):
    """Runs `disturb` beside the devices; returns once every press is answered."""
    disturber = threading.Thread(target=disturb, daemon=True)
    disturber.start()
    asyncio.run(pressers.until_all_answered(devices, SEED, ALL_S))
    disturber.join(ALL_S)
    assert not disturber.is_alive()


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


def check(witness, devices):
    promises = {one.speaker.device_id: one.answered for one in devices}
    assert progress(devices) == DEVICES * PRESSES
    assert witness.one(truth.broken, promises) == []


def test_kills_of_the_gateway_lose_no_answered_alarm_and_double_none(
    tmp_path, postgres, redis_server
):
    moments = random.Random(SEED)
    with town(tmp_path, postgres, redis_server) as (gateway, witness, devices):
        goals = sorted(moments.sample(range(1, DEVICES * PRESSES - 50), 5))

        def kill():
            for goal in goals:
                until_answered(devices, goal)
                gateway.kill()
                gateway.start()

        while_they_press(devices, kill)
        assert sum(one.tries for one in devices) > DEVICES * PRESSES  # somebody had to repeat
        check(witness, devices)


def test_a_database_that_is_paused_for_a_minute_and_killed_loses_nothing(tmp_path, redis_server):
    with Postgres() as postgres, town(tmp_path, postgres, redis_server) as (_, witness, devices):

        def disturb():
            until_answered(devices, DEVICES // 4)
            postgres.pause()
            time.sleep(PAUSE_S)
            postgres.resume()
            until_answered(devices, DEVICES * PRESSES // 2)
            postgres.kill()
            postgres.start()

        while_they_press(devices, disturb)
        check(witness, devices)


def test_a_disk_that_is_full_loses_nothing_and_all_is_kept_once_there_is_room(
    tmp_path, redis_server
):
    with ExitStack() as stack:
        try:
            disk = stack.enter_context(SmallDisk(MEGABYTES))
        except Missing as part:
            pytest.skip(str(part))
        small = ("-c", "min_wal_size=32MB", "-c", "max_wal_size=64MB")
        postgres = stack.enter_context(Postgres(*small, on=disk.path))
        _, witness, devices = stack.enter_context(town(tmp_path, postgres, redis_server))

        def disturb():
            until_answered(devices, DEVICES // 4)
            disk.fill()
            until_said(postgres, "No space left on device")
            disk.free()
            if not postgres.running():  # it gives up where its log could not go on
                postgres.start()

        while_they_press(devices, disturb)
        check(witness, devices)


def test_a_stop_while_they_press_answers_what_it_keeps(tmp_path, postgres, redis_server):
    with town(tmp_path, postgres, redis_server) as (gateway, witness, devices):

        def stop():
            for goal in (DEVICES * PRESSES // 6, DEVICES * PRESSES * 2 // 3):
                until_answered(devices, goal)
                assert gateway.stop(timeout_s=30) == 0
                gateway.start()

        while_they_press(devices, stop)
        check(witness, devices)
