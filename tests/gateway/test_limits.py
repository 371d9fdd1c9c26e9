"""What each limit of a line promises, on real sockets, with small figures and a clock of ours."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import pytest

from tests.infra.process import free_port
from tracking.gateway import admission, datagrams, gateway, line
from tracking.gateway.gateway import Gateway
from tracking.gateway.orders import Orders
from tracking.protocols.registry import DIALECTS
from tracking.protocols.sia import Sia
from tracking.protocols.speaking import SpeakingWatch
from tracking.protocols.speaking_units import SpeakingSia

pytestmark = pytest.mark.pure

HERE = (31.4675, 104.68)
AT = datetime(2026, 3, 10, 8, 0, 0, tzinfo=UTC)
BEAT = SpeakingWatch().heartbeat()


@pytest.fixture
async def house(doorway, monkeypatch):
    """A gateway in this process; `now` is what its clock says, and stands still."""

    async def none(orders):
        pass

    monkeypatch.setattr(Orders, "send", none)
    monkeypatch.setattr(gateway, "TIDY_EVERY_S", 0.001)
    made = Gateway({**DIALECTS, "sia": Sia()})
    made.now, made.guests = 0.0, []
    monkeypatch.setattr(made, "clock", lambda: made.now)
    await made.open("127.0.0.1", {"watch": free_port(), "sia": free_port()})
    yield made
    doorway.open.set()
    for guest in made.guests:
        guest.close()
    await made.stop()


class Watch:
    """A watch on a line to the house."""

    @classmethod
    async def on(cls, house):
        watch, before = cls(), set(house._lines)
        watch.heard, watch.said = await asyncio.open_connection("127.0.0.1", house.ports["watch"])
        house.guests.append(watch.said)
        await until(lambda: house._lines - before)
        (watch.line,) = house._lines - before
        return watch

    async def says(self, frame=BEAT):
        self.said.write(frame)
        return await self.hears()

    async def hears(self):
        return await asyncio.wait_for(self.heard.readuntil(b"]"), 60)

    async def is_hung_up_on(self):
        try:
            return await asyncio.wait_for(self.heard.read(), 60) == b""
        except ConnectionError:
            return True

    def is_read(self):
        return self.line._transport.is_reading()


async def until(true):
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


def press(n):
    return SpeakingWatch().sos(HERE, at=AT + timedelta(minutes=n))


async def test_who_says_nothing_is_hung_up_on_and_who_has_spoken_is_not(house):
    silent, speaking = await Watch.on(house), await Watch.on(house)
    assert await speaking.says()
    house.now = gateway.LOGIN_S + 1
    assert await silent.is_hung_up_on()
    assert await speaking.says()
    assert house.figures.evicted == 1


async def test_rubbish_is_not_speaking(house):
    watch = await Watch.on(house)
    watch.said.write(b"rubbish" * 10)
    house.now = gateway.LOGIN_S + 1
    assert await watch.is_hung_up_on()


async def test_who_has_been_quiet_for_long_is_hung_up_on(house):
    quiet, speaking = await Watch.on(house), await Watch.on(house)
    assert await quiet.says()
    house.now = 10
    assert await speaking.says()
    house.now = gateway.IDLE_S + 5
    assert await quiet.is_hung_up_on()
    assert await speaking.says()


async def speak_without_end(deaf):
    async with asyncio.timeout(60):
        while True:
            await asyncio.get_running_loop().sock_sendall(deaf, BEAT * 50)


async def test_who_reads_no_answers_is_hung_up_on(house, monkeypatch):
    monkeypatch.setattr(line, "UNREAD_BYTES", 1_000)
    monkeypatch.setattr(admission, "BURST", 1e9)
    for server in house._servers:
        for listening in server.sockets:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.setblocking(False)
        await asyncio.get_running_loop().sock_connect(deaf, ("127.0.0.1", house.ports["watch"]))
        with pytest.raises(ConnectionError):
            await speak_without_end(deaf)


async def until_not_read(house, watch, frames):
    """Sends one after the other until the line is not read any more; how many were taken."""
    for sent, frame in enumerate(frames, 1):
        watch.said.write(frame)
        await until(lambda sent=sent: house.figures.frames == sent)
        if not watch.is_read():
            return sent
    return pytest.fail("it is read on and on")


async def test_a_line_is_not_read_while_too_much_of_it_waits(house, doorway, monkeypatch):
    monkeypatch.setattr(line, "MOST_WAITING", 4)
    doorway.open.clear()
    watch = await Watch.on(house)
    sent = await until_not_read(house, watch, [BEAT] * 20)
    assert sent in (4, 5)  # the first is being committed, or waits with the others
    watch.said.write(BEAT * 3)
    other = await Watch.on(house)
    other.said.write(BEAT)
    await until(lambda: house.figures.frames == sent + 1)  # the other's, and none of the three
    doorway.open.set()
    for _ in range(sent + 3):
        assert await watch.hears()
    assert await other.hears()
    await until(watch.is_read)


async def test_a_line_is_not_read_while_too_many_alarms_of_it_are_committed(
    house, doorway, monkeypatch
):
    monkeypatch.setattr(line, "MOST_CRYING", 2)
    doorway.open.clear()
    watch = await Watch.on(house)
    assert await until_not_read(house, watch, [press(n) for n in range(20)]) == 2
    watch.said.write(press(2))
    other = await Watch.on(house)
    other.said.write(press(3))
    await until(lambda: len(doorway.taken) == 3)
    assert house.figures.alarms == 3
    doorway.open.set()
    for _ in range(3):
        assert await watch.hears()
    assert await other.hears()
    await until(watch.is_read)


async def test_the_system_asks_over_a_quiet_line_whether_its_device_is_there(house):
    watch = await Watch.on(house)
    ours = watch.line._transport.get_extra_info("socket")
    assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    for name, figure in line.KEEPALIVE.items():
        assert ours.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == figure
    assert line.KEEPALIVE["TCP_KEEPIDLE"] < gateway.IDLE_S


# --- datagrams -------------------------------------------------------------------------------


class Panel(asyncio.DatagramProtocol):
    """A panel that sends datagrams, from an address of its own."""

    @classmethod
    async def at(cls, house, address="127.0.0.1"):
        to = ("127.0.0.1", house.ports["sia"])
        loop, where = asyncio.get_running_loop(), {"local_addr": (address, 0)}
        panel = cls()
        panel.unit, panel.answers = SpeakingSia(), asyncio.Queue()
        panel.way, _ = await loop.create_datagram_endpoint(lambda: panel, remote_addr=to, **where)
        house.guests.append(panel.way)
        return panel

    def datagram_received(self, data, addr):
        self.answers.put_nowait(data)

    def tells(self):
        self.way.sendto(self.unit.fix(HERE, at=datetime.now(UTC)))

    def cries(self):
        self.way.sendto(self.unit.sos(None, at=datetime.now(UTC)))

    async def is_answered(self):
        return b'"ACK"' in await asyncio.wait_for(self.answers.get(), 60)


async def test_beyond_what_may_be_at_work_news_are_shed_and_alarms_are_not(
    house, doorway, monkeypatch
):
    monkeypatch.setattr(datagrams, "AT_WORK", 2)
    doorway.open.clear()
    panel = await Panel.at(house)
    for sent in range(1, 5):
        panel.tells()
        await until(lambda sent=sent: len(doorway.taken) + house.figures.shed == sent)
    assert (len(doorway.taken), house.figures.shed) == (2, 2)
    panel.cries()
    await until(lambda: len(doorway.taken) == 3)
    doorway.open.set()
    for _ in range(3):
        assert await panel.is_answered()
    panel.tells()
    assert await panel.is_answered()


async def test_what_is_known_of_senders_is_forgotten_before_it_grows(house, monkeypatch):
    monkeypatch.setattr(datagrams, "SENDERS", 3)
    (heard,) = house._datagrams
    panels = [await Panel.at(house, f"127.0.0.{n}") for n in range(1, 6)]
    for _ in range(2):
        for panel in panels:
            panel.tells()
            assert await panel.is_answered()
        await until(lambda: len(heard._allowances) <= 3)
