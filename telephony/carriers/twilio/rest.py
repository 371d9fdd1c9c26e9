"""Asking Twilio: one client a thread, an end to every wait, and refusals told from doubts."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

from django.conf import settings
from requests import ConnectionError as NotConnected
from requests import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from telephony.errors import CarrierError

TIMEOUT_S = 10
"""Seconds that one request may take; `telephony.attempts` asks after 60 what became of it."""

# The numbers that no repeat will reach: wrong, no mobile, barred by region, told us to stop.
HOPELESS = frozenset(
    {
        *(13223, 13224, 13225, 13226, 21210, 21211, 21214, 21215, 21216, 21217, 21219),
        *(21265, 21408, 21421, 21601, 21604, 21610, 21612, 21614, 21635, 32203, 60205),
        *(30003, 30004, 30005, 30006, 30011),
    }
)
SILENT_S = 5
"""Seconds in which nothing is asked after an answer did not come: one job tries, not fifty."""
GONE = frozenset({20404, 21220, 20409})
"""The leg or the room is over already."""

_quiet = logging.getLogger("telephony.carriers.twilio.http")
_quiet.setLevel(logging.WARNING)  # the library writes numbers and texts into its own log lines
_of_thread = local()


class _Silence:
    """Of this process: when it last waited in vain."""

    since = -float("inf")


_silence = _Silence()


def is_silent() -> bool:
    """Whether Twilio did not answer a moment ago; then whatever can wait waits."""
    return time.monotonic() - _silence.since < SILENT_S


class _Http(TwilioHttpClient):
    """The library's own, to the address that the settings name; it notices silence."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        here = url.replace("https://api.twilio.com", settings.TWILIO_API_URL, 1)
        try:
            return super().request(method, here, *args, **kwargs)
        except RequestException:
            _silence.since = time.monotonic()
            raise


def client() -> Client:
    """The client of this thread: the library's session is not made to be shared."""
    who = (settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    if getattr(_of_thread, "who", None) != who:
        http = _Http(timeout=TIMEOUT_S, logger=_quiet)
        _of_thread.client, _of_thread.who = Client(*who, http_client=http), who
    found: Client = _of_thread.client
    return found


@contextmanager
def refusals() -> Iterator[None]:
    """Raises `CarrierError` where Twilio says, or the line shows, that nothing was done.

    What an error of Twilio's own did (5xx), or a request whose answer never came, nobody knows:
    that is raised as it is, and its fate is asked for before anything is sent again.
    """
    try:
        yield
    except (TwilioRestException, TwilioServiceException) as said:
        if said.status >= 500:
            raise
        permanent = said.code in HOPELESS
        raise CarrierError(f"Twilio refused: {said.code}", permanent=permanent) from said
    except ConnectTimeout as silence:
        raise CarrierError("Twilio cannot be reached", permanent=False) from silence
    except NotConnected as broken:
        if not _never_left(broken):
            raise
        raise CarrierError("Twilio cannot be reached", permanent=False) from broken


def is_gone(error: TwilioException) -> bool:
    """Whether what was to be changed had ended by itself."""
    if not isinstance(error, TwilioRestException):
        return False
    return error.status == 404 or error.code in GONE


def _never_left(error: NotConnected) -> bool:
    """Whether the connection itself failed, before anything was said on it."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", cause), NewConnectionError)
