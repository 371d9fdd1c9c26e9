"""A manager interface that is told what to say: the bad days of an Asterisk, on demand."""

import socket
import threading
from contextlib import suppress
from typing import Self

LISTS = ("CoreShowChannels", "DBGetTree", "ConfbridgeList", "PJSIPShowRegistrationsOutbound")


class FakeAmi:
    """`with FakeAmi() as it:` listens on `it.port`; each connection is greeted and logged in."""

    def __init__(self, *, greets: bool = True, answers: bool = True) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self.actions: list[dict[str, str]] = []
        self.raw = b""
        self.listed: dict[str, list[dict[str, str]]] = {}  # action → the events it lists
        self._greets, self.answers = greets, answers
        self.is_deaf = threading.Event()
        self._lines: list[socket.socket] = []
        self._heard = threading.Condition()
        threading.Thread(target=self._open, daemon=True).start()

    def say(self, *lines: str, ending: str = "\r\n\r\n") -> None:
        """Sends a message on the newest connection."""
        self._lines[-1].sendall(("\r\n".join(lines) + ending).encode())

    def hang_up(self) -> None:
        """Closes the newest connection."""
        self._lines[-1].shutdown(socket.SHUT_RDWR)

    def until(self, name: str, *, times: int = 1, timeout_s: float = 60.0) -> dict[str, str]:
        """The action of that name, once it was sent so often."""

        def sent() -> bool:
            return len(self.named(name)) >= times

        with self._heard:
            assert self._heard.wait_for(sent, timeout_s), f"no {name}: {self.actions}"
        return self.named(name)[times - 1]

    def vanish(self) -> None:
        """From now on it neither reads nor answers, and closes nothing: what is left of a
        connection whose other side has lost its power."""
        self.answers = False
        self.is_deaf.set()

    def come_back(self) -> None:
        """For who connects anew."""
        self.answers = True
        self.is_deaf = threading.Event()

    def named(self, name: str) -> list[dict[str, str]]:
        return [action for action in self.actions if action["Action"] == name]

    def _open(self) -> None:
        while True:
            try:
                line, _address = self._door.accept()
            except OSError:
                return
            self._lines.append(line)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError):  # whoever asked has gone, perhaps before the answer
            self._answer(line)

    def _answer(self, line: socket.socket) -> None:
        rest, is_deaf = b"", self.is_deaf
        if self._greets:
            line.sendall(b"Asterisk Call Manager/11.0.0\r\n")
        while not is_deaf.is_set() and (received := line.recv(65536)):
            self.raw += received
            *packs, rest = (rest + received).split(b"\r\n\r\n")
            for pack in packs:
                lines = pack.decode().split("\r\n")
                self._take(dict(one.split(": ", 1) for one in lines if ": " in one), line)

    def _take(self, action: dict[str, str], line: socket.socket) -> None:
        if self.answers:
            number = action.get("ActionID", "")
            listing = action["Action"] in LISTS
            said = f"Response: Success\r\nActionID: {number}\r\n\r\n"
            if listing:
                for event in self.listed.get(action["Action"], []):
                    lines = [f"{name}: {value}" for name, value in event.items()]
                    said += "\r\n".join([*lines, f"ActionID: {number}"]) + "\r\n\r\n"
                said += f"Event: Done\r\nActionID: {number}\r\nEventList: Complete\r\n\r\n"
            line.sendall(said.encode())
        with self._heard:
            self.actions.append(action)
            self._heard.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()
        for line in self._lines:
            line.close()
