"""The peer of `ring`: a POST comes in, a socket is told. Run by uvicorn in a process of its own."""

import sys
from typing import Any, Self

import httpx

from tests.infra.process import Process, free_port

_sockets: list[Any] = []


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Passes every POST on to every socket; keeps nothing."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        _sockets.append(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass
        _sockets.remove(send)
    elif scope["type"] == "http":
        for tell in _sockets:
            await tell({"type": "websocket.send", "text": '{"topic": "calls", "seq": null}'})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


class Relay(Process):
    """The relay as a process on a free port."""

    def __init__(self) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "uvicorn", "bench.relay:application"]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        super().__init__([*command, "--lifespan", "off", "--log-level", "warning"])

    def start(self) -> Self:
        super().start()
        self.wait_until(self._answers)
        return self

    def _answers(self) -> bool:
        try:
            return httpx.post(f"http://127.0.0.1:{self.port}/").status_code == 200
        except httpx.TransportError:
            return False
