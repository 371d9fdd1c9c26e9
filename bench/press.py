"""What one press of a button costs: statements and processor time, in one thread; and how long it
takes beside a thread that reads positions all the time, as Python's threads take turns by default,
and as they do where we serve.

There is no peer; the figures are held against their own past.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import count

from bench.caller import house, now, statements
from bench.figures import busy, percentile

PRESSES = int(os.environ.get("PRESS_TIMES", "60"))
QUERY = "id=86100&lat=30.27&lon=120.15&timestamp=1773106200&accuracy=8&speed=1&bearing=90&batt=71"


def main() -> None:
    with house():
        from config.interpreter import SWITCH_S

        press = presser()
        asked = statements(press)  # and warm
        began = time.process_time()
        for _ in range(PRESSES):
            press()
        ms = (time.process_time() - began) / PRESSES * 1000
        print(f"a press: {asked} statements, {ms:.1f} ms of processor; {busy()}", flush=True)
        print(f"{'alone':<40} {laps(press)}", flush=True)
        with reading():
            for switch_s in (sys.getswitchinterval(), SWITCH_S):
                sys.setswitchinterval(switch_s)
                beside = f"beside a reader, turns of {switch_s * 1000:g} ms"
                print(f"{beside:<40} {laps(press)}", flush=True)


def presser() -> Callable[[], None]:
    """Each call is the press of another elder's button."""
    from elders.models import Elder
    from tracking import devices, reception
    from tracking.messages import Kind, Message
    from tracking.models import Device, Protocol

    sender = reception.Sender(Protocol.OSMAND)
    numbers = count()

    def press() -> None:
        name = f"button-{next(numbers)}"
        reception.receive(
            [Message(name, kinds=(Kind.SOS,), alarm_text="sos")], sender=sender, now=now()
        )

    before = now() - timedelta(days=1)
    for n in range(4 * PRESSES + 1):
        button = Device.objects.create(device_id=f"button-{n}")
        devices.link(button, elder=Elder.objects.create(name=f"Elder {n}"), now=before)
    return press


def laps(act: Callable[[], None]) -> str:
    taken = []
    for _ in range(PRESSES):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return f"p50 {percentile(taken, 50):6.1f}  p99 {percentile(taken, 99):6.1f} ms"


@contextmanager
def reading() -> Iterator[None]:
    """A thread that reads one position after the other."""
    from django.utils import timezone

    from tracking.endpoints import ENDPOINTS, Request

    said = Request("GET", QUERY, b"", {})
    read = partial(ENDPOINTS["osmand"].read, said, timezone.get_default_timezone())
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            read()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    main()
