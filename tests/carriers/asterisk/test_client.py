"""Each fault of the bare library, seen in it, and not in ours."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from asterisk.ami import AMIClient, SimpleAction
from asterisk.ami.event import Event

from telephony.carriers.asterisk.client import Client, LinkLost, Refused
from telephony.errors import CarrierError
from tests.carriers.asterisk.fake_ami import FakeAmi

# The library's reader ends with an exception of its thread; that it does is what is shown.
pytestmark = [
    pytest.mark.pure,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
    pytest.mark.filterwarnings("ignore:notifyAll:DeprecationWarning"),
]


class Ears:
    """What a listener heard."""

    def __init__(self) -> None:
        self.events: queue.Queue[Event] = queue.Queue()
        self.lost: queue.Queue[str] = queue.Queue()

    def bare(self, event: Event, source: object = None) -> None:
        self.events.put(event)

    def hears(self, within_s: float = 2.0) -> Event | None:
        try:
            return self.events.get(timeout=within_s)
        except queue.Empty:
            return None


@contextmanager
def bare(ami: FakeAmi, ears: Ears) -> Iterator[AMIClient]:
    """The library's own client, logged in."""
    client = AMIClient("127.0.0.1", ami.port)
    client.add_event_listener(ears.bare)
    client.login("one", "secret")
    ami.until("Login")
    try:
        yield client
    finally:
        client._timeout = 0.05  # how long it waits for its reader, which hears nothing
        client.disconnect()


@contextmanager
def ours(ami: FakeAmi, ears: Ears) -> Iterator[Client]:
    client = Client("127.0.0.1", ami.port, on_event=ears.events.put, on_lost=ears.lost.put)
    client.open("one", "secret")
    try:
        yield client
    finally:
        client.close()


@pytest.fixture
def ami() -> Iterator[FakeAmi]:
    with FakeAmi() as it:
        yield it


@pytest.mark.slow
def test_three_seconds_of_silence_end_the_bare_reader_and_not_ours(ami):
    first, second = Ears(), Ears()
    with bare(ami, first) as library:
        time.sleep(3.3)  # its own patience; there is no other way to use it up
        assert not library._thread.is_alive()
    with ours(ami, second) as client:
        time.sleep(3.3)
        ami.say("Event: Hangup", "Uniqueid: 1.1")
        assert second.hears().name == "Hangup"
        assert client.lost is None


def test_an_exception_in_a_listener_ends_the_bare_reader_and_not_ours(ami):
    ears = Ears()

    def stumble(event: Event, source: object = None) -> None:
        ears.bare(event)
        raise RuntimeError("a listener's fault")

    with bare(ami, Ears()) as library:
        library.add_event_listener(stumble)
        ami.say("Event: Hangup")
        assert ears.hears() is not None
        library._thread.join(2)
        assert not library._thread.is_alive()
    client = Client("127.0.0.1", ami.port, on_event=stumble)
    client.open("one", "secret")
    ami.say("Event: Hangup")
    ami.say("Event: Newchannel")
    assert [ears.hears().name, ears.hears().name] == ["Hangup", "Newchannel"]
    client.close()


def test_a_message_with_one_line_break_too_many_costs_the_bare_library_the_next_one(ami):
    heard, ours_heard = Ears(), Ears()
    with bare(ami, heard):
        ami.say("Event: TestEvent", ending="\r\n\r\n\r\n")
        ami.say("Event: Hangup")
        assert [heard.hears().name, heard.hears(0.3)] == ["TestEvent", None]
    with ours(ami, ours_heard):
        ami.say("Event: TestEvent", ending="\r\n\r\n\r\n")
        ami.say("Event: Hangup")
        assert [ours_heard.hears().name, ours_heard.hears().name] == ["TestEvent", "Hangup"]


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d"])
def test_a_name_cannot_forge_a_key_by_a_sign_that_python_takes_for_a_line_break(ami, sign):
    name = f"Mei{sign}Uniqueid: 6.66"
    heard, ours_heard = Ears(), Ears()
    with bare(ami, heard):
        ami.say("Event: Newchannel", "Uniqueid: 1.1", f"CallerIDName: {name}")
        assert heard.hears().keys["Uniqueid"] == "6.66", "the library has mended it"
    with ours(ami, ours_heard):
        ami.say("Event: Newchannel", "Uniqueid: 1.1", f"CallerIDName: {name}")
        event = ours_heard.hears()
        assert (event.keys["Uniqueid"], event.keys["CallerIDName"]) == ("1.1", name)


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\r", "\0"])
def test_a_line_break_in_a_value_injects_a_header_into_the_bare_library_and_is_refused(ami, sign):
    with bare(ami, Ears()) as library:
        library.send_action(SimpleAction("Setvar", Value=f"a{sign}Action: Originate"))
        ami.until("Originate" if sign == "\r\n" else "Setvar")
    with ours(ami, Ears()) as client:
        for fields in ({"Value": f"a{sign}Action: Originate"}, {f"Va{sign}lue": "a"}):
            with pytest.raises(CarrierError, match="line break"):
                client.ask("Setvar", **fields)
        with pytest.raises(CarrierError):
            client.ask("Originate", variables={"ATTEMPT": f"1{sign}2"})


def test_a_question_without_an_answer_ends_and_is_forgotten(ami):
    with ours(ami, Ears()) as client:
        ami.answers = False
        asked = client.ask("Ping", within_s=0.05)
        time.sleep(0.06)
        client.expire()
        with pytest.raises(TimeoutError):
            asked.result(0)
        assert client._questions == {}


def test_a_lost_link_is_told_once_and_fails_what_was_asked_and_sends_nothing_again(ami):
    ears = Ears()
    with ours(ami, ears) as client:
        ami.answers = False
        placed = client.ask("Originate", ChannelId="job-1-1")
        ami.until("Originate")
        ami.hang_up()
        with pytest.raises(LinkLost):
            placed.result(60)
        assert ears.lost.get(timeout=60) == "the other side closed"
        with pytest.raises(LinkLost):
            client.ask("Ping").result(0)
        assert ears.lost.empty()
    ami.answers = True
    with ours(ami, ears):
        pass
    assert len(ami.named("Originate")) == 1


def test_a_refusal_is_told_as_one(ami):
    with ours(ami, Ears()) as client:
        ami.answers = False
        asked = client.ask("Redirect", Channel="1.1")
        number = ami.until("Redirect")["ActionID"]
        ami.say("Response: Error", f"ActionID: {number}", "Message: Channel does not exist")
        with pytest.raises(Refused, match="does not exist"):
            asked.result(2)


def test_somebody_who_does_not_greet_or_is_no_asterisk_is_not_waited_for():
    with FakeAmi(greets=False) as silent:
        client = Client("127.0.0.1", silent.port, on_event=print)
        started = time.monotonic()
        with pytest.raises((LinkLost, OSError)):
            client.open("one", "secret")
        assert time.monotonic() - started < 5
        assert client.lost


def test_many_threads_may_ask_at_once(ami):
    with ours(ami, Ears()) as client:
        asked: list[object] = []

        def ask() -> None:
            asked.extend(client.ask("Ping").result(5) for _ in range(50))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(asked) == 400
