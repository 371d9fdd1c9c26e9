"""Keeping one link to Asterisk up: connecting, listening, judging silence, coming back.

A ping goes out every two seconds. When none was answered for three, the other side is taken for
dead, whatever its socket says (it may be stopped, or the connection half open), and a new one is
opened. After each login the register and the channels are made to agree (`snapshot`).
"""

import logging
import queue
import threading
import time

from asterisk.ami.event import Event
from django.conf import settings
from django.db import connections
from django.utils import timezone

from telephony.carriers.asterisk import leg as legs
from telephony.carriers.asterisk import orders, snapshot, spool
from telephony.carriers.asterisk.client import Client, LinkLost, Refused
from telephony.carriers.asterisk.switchboard import Switchboard

log = logging.getLogger(__name__)

PING_S, DEAD_S = 2.0, 3.0
AGAIN_S = 0.5
TICK_S, ORDERS_S, SPOOL_S, SNAPSHOT_S, FORGET_S = 0.25, 0.1, 5.0, 30.0, 3600.0


class AsteriskLink:
    """`run(stop)` until `stop` is set. `well` says whether Asterisk answered a moment ago."""

    def __init__(self) -> None:
        self.board = Switchboard()
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._heard_at = 0.0
        self._due: dict[str, float] = {}

    @property
    def well(self) -> bool:
        return time.monotonic() - self._heard_at < PING_S + DEAD_S

    def run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                client = self._client()
                try:
                    client.open(settings.AMI_USER, settings.AMI_SECRET)
                    log.info("The link to Asterisk is up")
                    self._serve(client, stop)
                except (OSError, LinkLost, Refused, TimeoutError) as error:
                    log.warning("The link to Asterisk is down: %s", error)
                except Exception:
                    log.exception("The link to Asterisk failed; it is opened again")
                finally:
                    self.board.client = None
                    client.close()
                stop.wait(AGAIN_S)
        finally:
            self.board.turns.stop()
            connections.close_all()

    def _client(self) -> Client:
        return Client(
            settings.AMI_HOST,
            settings.AMI_PORT,
            on_event=self._events.put,
            on_lost=lambda why: self._events.put(None),
        )

    def _serve(self, client: Client, stop: threading.Event) -> None:
        """From login until the link is lost, which is raised."""
        self.board.client = client
        self._heard_at = self._pinged_at = time.monotonic()
        snapshot.reconcile(self.board, client, fresh=True)
        self._due = {"snapshot": time.monotonic() + SNAPSHOT_S}
        threading.Thread(
            target=self._orders, args=(client,), name="ami-orders", daemon=True
        ).start()
        while not stop.is_set():
            if client.lost is not None:
                raise LinkLost(client.lost)
            try:
                event = self._events.get(timeout=0.05)
                if event is not None:
                    self.board.take(event)
            except queue.Empty:
                pass  # a quiet moment
            self._supervise(client)

    def _supervise(self, client: Client) -> None:
        now = time.monotonic()
        if self._is_due("ping", PING_S):
            client.expire()
            client.ask("Ping", within_s=DEAD_S).add_done_callback(self._ponged)
        if now - self._heard_at > PING_S + DEAD_S:
            raise LinkLost("no answer to a ping")
        if self._is_due("tick", TICK_S):
            legs.tick(list(self.board.legs.values()), self.board)
        if self._is_due("snapshot", SNAPSHOT_S):
            self.board.turns.post(
                "snapshot", lambda: snapshot.reconcile(self.board, client, fresh=False)
            )
        if self._is_due("spool", SPOOL_S):
            self.board.turns.post("spool", lambda: spool.collect(now=timezone.now()))
        if self._is_due("forget", FORGET_S):
            self.board.turns.post("forget", lambda: orders.forget(now=timezone.now()))

    def _is_due(self, what: str, every_s: float) -> bool:
        now = time.monotonic()
        if self._due.get(what, 0.0) > now:
            return False
        self._due[what] = now + every_s
        return True

    def _ponged(self, answer: object) -> None:
        if answer.exception() is None:  # type: ignore[attr-defined]
            self._heard_at = time.monotonic()

    def _orders(self, client: Client) -> None:
        """On a thread of its own, so that a slow database delays no event."""
        try:
            while client.lost is None:
                try:
                    taken = orders.take(self.board, now=timezone.now())
                except Exception:
                    log.exception("Orders could not be read")
                    taken = 0
                if not taken:
                    time.sleep(ORDERS_S)
        finally:
            connections.close_all()
