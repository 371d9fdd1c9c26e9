"""The canary against a running house: what it sees from outside, and what it says when it fails."""

import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, nullcontext

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.canary import Canary, Missed
from config.outside_screen import Dark, lit
from dispatch.models import ServiceRequest
from elders import tokens
from tests import cast
from tests.crashes.test_kills import witness
from tests.infra import house as houses
from tests.infra.process import ROOT, free_port

BUTTON, NUMBER = "8899007712", "+8613899999999"


def screen():
    """An operator's screen that is always awake."""
    return nullcontext(lambda: None)


def operators_token() -> str:
    return tokens.issue(cast.olive(), "canary", now=timezone.now())


def cases() -> list[tuple[str, str]]:
    return list(ServiceRequest.objects.values_list("source", "priority"))


def sing(base_url, token, var, *more):
    """One run of the command in a process of its own, with no database to look into."""
    own = {"CANARY_TOKEN": token, "CANARY_DEVICE": BUTTON, "CANARY_NUMBER": NUMBER}
    env = {**os.environ, **own, "SIMULATOR": "1", "DJANGO_SETTINGS_MODULE": "config.settings"}
    env |= {"DATABASE_URL": "", "REDIS_URL": "", "VAR_DIR": str(var)}
    command = [sys.executable, "manage.py", "canary", "--base-url", base_url, "--patience", "60"]
    command += more
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_it_sings_while_the_house_is_well_and_says_so_when_it_is_not(tmp_path):
    port = str(free_port())
    own = {"CANARY_DEVICE": BUTTON, "CANARY_NUMBER": NUMBER, "SIMULATOR": "1", "WATCH_PORT": port}
    watches = ("--gateway", f"127.0.0.1:{port}")
    with houses.embedded(tmp_path, env=own) as house, witness(house) as crowd:
        token = crowd.one(operators_token)
        done = sing(house.base_url, token, tmp_path / "outside", *watches)
        assert done.returncode == 0, done.stderr
        assert "button to operator's screen: " in done.stdout
        assert "watch to operator's screen: " in done.stdout
        assert "call to operator: " in done.stdout
        assert set(crowd.one(cases)) == {("canary", "routine")}
        elsewhere = ("--gateway", f"127.0.0.1:{free_port()}")
        missed = sing(house.base_url, token, tmp_path / "outside", *elsewhere)
        assert (missed.returncode, missed.stderr.count("MISSED: the gateway")) == (1, 1)
        assert sing(house.base_url, "no-operators", tmp_path / "outside").returncode == 1
        house.kill()
        missed = sing(house.base_url, token, tmp_path / "outside")
        assert missed.returncode == 1
        assert missed.stderr.count("MISSED") == 2


@pytest.mark.parametrize("option", ["gateway", "sip"])
def test_an_address_that_is_none_is_named_before_anything_is_pressed(option, monkeypatch):
    monkeypatch.setenv("CANARY_TOKEN", "token")
    with pytest.raises(CommandError, match=f"--{option} must be HOST:PORT, and is here:there"):
        call_command("canary", device=BUTTON, **{option: "here:there"})


def test_a_press_that_nobody_can_see_is_missed():
    def house(request):
        if request.url.path == "/positions/osmand/":
            return httpx.Response(200, json={"alarms": [1]})
        return httpx.Response(200, json={"alarms": [{"id": 1, "request": None}]})

    seconds = iter(range(1000))
    client = httpx.Client(base_url="http://house", transport=httpx.MockTransport(house))
    canary = Canary(client, "token", screen, clock=lambda: next(seconds), pause=lambda s: None)
    with pytest.raises(Missed, match="no case of the press within 15 s"):
        canary.press(BUTTON)


def test_a_press_is_missed_when_the_screens_sleep_though_its_case_is_there():
    def house(request):
        if request.url.path == "/positions/osmand/":
            return httpx.Response(200, json={"alarms": [7]})
        return httpx.Response(200, json={"alarms": [{"id": 7, "request": 1}]})

    @contextmanager
    def asleep():
        def woken():
            raise Dark("not woken")

        yield woken

    client = httpx.Client(base_url="http://house", transport=httpx.MockTransport(house))
    with pytest.raises(Missed, match="not woken"):
        Canary(client, "token", asleep).press(BUTTON)
    nowhere = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Missed, match="screen"):
        Canary(client, "token", lambda: lit(nowhere, "token", patience_s=5)).press(BUTTON)


def test_an_exchange_that_does_not_pick_up_is_missed():
    def house(request):
        return httpx.Response(200, json={"items": []})

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exchange:
        exchange.bind(("127.0.0.1", 0))
        heard = []

        def refuse():
            asked, caller = exchange.recvfrom(4096)
            heard.append(asked.decode())
            head = [line for line in heard[0].split("\r\n") if line[:4] in ("Via:", "Call", "CSeq")]
            exchange.sendto("\r\n".join(["SIP/2.0 486 Busy Here", *head, "", ""]).encode(), caller)
            heard.append(exchange.recv(4096).decode())

        thread = threading.Thread(target=refuse)
        thread.start()
        client = httpx.Client(base_url="http://house", transport=httpx.MockTransport(house))
        with pytest.raises(Missed, match="486 Busy Here"):
            Canary(client, "token", screen, patience_s=30).ring_by_sip(
                exchange.getsockname(), NUMBER, "12349"
            )
        thread.join(30)
    assert [words.split()[0] for words in heard] == ["INVITE", "ACK"]
    impatient = Canary(client, "token", screen, patience_s=0.05)
    with pytest.raises(Missed, match="exchange"):
        impatient.ring_by_sip(("127.0.0.1", free_port()), NUMBER, "12349")


def test_an_exchange_is_asked_by_options_and_missed_when_it_is_silent():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exchange:
        exchange.bind(("127.0.0.1", 0))
        address = exchange.getsockname()

        def answer():
            asked, caller = exchange.recvfrom(4096)
            assert asked.startswith(b"OPTIONS sip:127.0.0.1")
            exchange.sendto(b"SIP/2.0 200 OK\r\n\r\n", caller)

        thread = threading.Thread(target=answer)
        thread.start()
        canary = Canary(httpx.Client(), "token", screen, patience_s=30)
        assert canary.options(address).what == "exchange"
        thread.join(30)
        with pytest.raises(Missed, match="exchange"):
            Canary(httpx.Client(), "token", screen, patience_s=0.05).options(address)
