"""Who may stay on the line. Nobody who comes is turned away: somebody who says nothing goes.

An attacker who opens thousands of lines and says nothing loses his own, the oldest first; whoever
has spoken stays. Behind one address of a mobile carrier there may be a town full of watches, so
those who have spoken are not counted by address.
"""

from typing import Protocol

SILENT_PER_ADDRESS = 200
SILENT = 4_000
FRAMES_PER_S = 50.0  # without an alarm, from one line or one sender of datagrams
BURST = 500.0  # what a watch has stored in a tunnel comes at once


class Guest(Protocol):
    address: str
    spoken: bool

    def evict(self) -> None: ...


class Admission:
    """Keeps count of who has not spoken yet."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._silent: dict[str, dict[Guest, None]] = {}
        self._order: dict[Guest, None] = {}
        self._staying: dict[Guest, None] = {}  # the one heard last stands last

    def __len__(self) -> int:
        return len(self._order) + len(self._staying)

    def enter(self, guest: Guest) -> None:
        """A new one; somebody else may have to go."""
        neighbours = self._silent.setdefault(guest.address, {})
        neighbours[guest] = self._order[guest] = None
        if len(neighbours) > SILENT_PER_ADDRESS:
            self._go(next(iter(neighbours)))
        elif len(self._order) > SILENT:
            self._go(next(iter(self._order)))
        elif len(self) > self._most:
            self._go(next(iter(self._order if len(self._order) > 1 else self._staying)))

    def speak(self, guest: Guest) -> None:
        """It said something that could be read."""
        self._forget(guest)
        self._staying.pop(guest, None)
        self._staying[guest] = None

    def leave(self, guest: Guest) -> None:
        self._forget(guest)
        self._staying.pop(guest, None)

    def _go(self, guest: Guest) -> None:
        self.leave(guest)
        guest.evict()

    def _forget(self, guest: Guest) -> None:
        if guest not in self._order:
            return
        del self._order[guest]
        neighbours = self._silent[guest.address]
        del neighbours[guest]
        if not neighbours:
            del self._silent[guest.address]


class Allowance:
    """How many frames without an alarm one sender may still send; it grows with time."""

    __slots__ = ("_at", "_left")

    def __init__(self, at: float) -> None:
        self._left, self._at = BURST, at

    def spend(self, at: float) -> bool:
        """Takes one, at `at` seconds of any steady clock; whether there was one."""
        self._left = min(BURST, self._left + (at - self._at) * FRAMES_PER_S)
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True
