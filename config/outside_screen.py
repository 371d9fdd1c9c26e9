"""An operator's screen as seen from outside: the socket that wakes it when something is new."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin


class Dark(Exception):
    """The socket was refused, broke, or did not wake in time."""


@contextmanager
def lit(base_url: str, token: str, *, patience_s: float) -> Iterator[Callable[[], object]]:
    """Opens `/ws/live/` as a console does, with an operator's bearer token. What it yields returns
    once the screen was woken after that. Raises Dark."""
    address = f"{base_url.rstrip('/').replace('http', 'ws', 1)}/ws/live/"
    key = {"Authorization": f"Bearer {token}"}
    try:
        with connect(
            address, origin=Origin(base_url), additional_headers=key, open_timeout=patience_s
        ) as line:
            line.send(json.dumps({"subscribe": ["console"]}))
            if "error" in (answer := json.loads(line.recv(patience_s))):
                raise Dark(f"an operator's screen is refused: {answer['error']}")
            yield lambda: line.recv(patience_s)
    except (OSError, WebSocketException) as fault:
        raise Dark(f"an operator's screen: {type(fault).__name__}: {fault}") from fault
