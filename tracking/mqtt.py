"""Positions and events that a Traccar server forwards by MQTT, taken as those by HTTP are.

QoS 1 with a session that outlives us: the broker keeps what we have not confirmed, and we confirm
what is committed, or what nobody could ever use. What cannot be committed now is tried again; the
broker's window of unconfirmed messages holds the rest back meanwhile.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from django.utils import timezone
from paho.mqtt.enums import CallbackAPIVersion

from tracking import door
from tracking.errors import TrackingError
from tracking.models import Protocol
from tracking.protocols import traccar
from tracking.reception import Sender

log = logging.getLogger(__name__)

NAME = "one-number"  # of the session at the broker: one process at a time
KEEPALIVE_S = 30
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
PORTS = {"mqtt": 1883, "mqtts": 8883}


class Subscriber:
    """`await start()` begins and never fails for a broker that is away; `await stop()` ends.

    `url` is mqtt:// or mqtts:// with name and password; `token` a bearer token of the desk by which
    the forwarder may speak for devices that require one.
    """

    def __init__(self, url: str, topics: Sequence[str], *, token: str = "") -> None:
        broker = urlsplit(url)
        if broker.scheme not in PORTS or not broker.hostname:
            raise ValueError("must be mqtt://host or mqtts://host")
        self.connected = self.subscribed = False
        self.taken = 0
        self._topics = [(topic, 1) for topic in topics]
        self._where = broker.hostname, broker.port or PORTS[broker.scheme]
        self._sender = Sender(Protocol.TRACCAR, token, "mqtt", forwards=bool(token))
        self._open: set[Future[None]] = set()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=NAME, clean_session=False, manual_ack=True
        )
        self._client.reconnect_delay_set(1, int(LONGEST_PAUSE_S))
        self._client.username_pw_set(unquote(broker.username or ""), unquote(broker.password or ""))
        if not broker.username:
            self._client.username_pw_set(None)
        if broker.scheme == "mqtts":
            self._client.tls_set()
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._came
        self._client.on_subscribe = self._granted

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._client.connect_async(*self._where, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    async def stop(self) -> None:
        """What is not confirmed by now comes again."""
        for future in list(self._open):
            future.cancel()
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        self.connected = self.subscribed = False

    def facts(self) -> dict[str, Any]:
        """What the heartbeat tells of it."""
        return {"connected": self.connected, "waiting": len(self._open), "taken": self.taken}

    # --- in the thread of the client ---------------------------------------------------------

    def _connected(self, client: mqtt.Client, data: Any, flags: Any, code: Any, more: Any) -> None:
        if code.is_failure:
            log.error("the MQTT broker refuses us: %s", code)
            return
        client.subscribe(self._topics)
        self.connected = True

    def _granted(self, *said: Any) -> None:
        self.subscribed = True

    def _disconnected(self, *said: Any) -> None:
        if self.connected:
            log.warning("the MQTT broker is gone")
        self.connected = self.subscribed = False

    def _came(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        future = asyncio.run_coroutine_threadsafe(self._take(message), self._loop)
        self._open.add(future)
        future.add_done_callback(self._open.discard)

    # --- on our loop -------------------------------------------------------------------------

    async def _take(self, message: mqtt.MQTTMessage) -> None:
        """Confirms the message once it is committed, however long that takes."""
        pause_s = FIRST_PAUSE_S
        while not await self._commit(bytes(message.payload)):
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        self.taken += 1
        self._client.ack(message.mid, message.qos)

    async def _commit(self, payload: bytes) -> bool:
        """Whether there is nothing more to do: it is kept, or cannot be used."""
        messages = traccar.decode(payload, zone=timezone.get_default_timezone())
        try:
            await door.take(messages, sender=self._sender, now=timezone.now())
        except TrackingError as error:
            if error.http_status >= 500:
                return False
            log.warning("a forwarded message could not be used: %s", error.code)
        except Exception:
            log.exception("a forwarded message could not be committed and is tried again")
            return False
        return True
