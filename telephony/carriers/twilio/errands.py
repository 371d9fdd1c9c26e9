"""What is asked of Twilio during a call: after commit, in order for each call, never waited for.

An errand is lost with the process. That costs little: a leg that missed one asks us anew at its
next step (`twiml.place_of`), and an operator's console rings its telephone again.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from requests import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException

from telephony.carriers.twilio.rest import is_gone

log = logging.getLogger(__name__)
LINES = 8
PAUSES_S = (0.0, 1.0, 3.0)
"""Before each try; every errand may be repeated."""

_lines = [ThreadPoolExecutor(1, thread_name_prefix=f"twilio-{n}") for n in range(LINES)]
_under_way: set[Future[None]] = set()


def run(call_id: int, what: str, errand: Callable[[], object]) -> None:
    """Have `errand` done soon; those of one call are done in the order they were given."""
    future = _lines[call_id % LINES].submit(partial(_do, call_id, what, errand))
    _under_way.add(future)
    future.add_done_callback(_under_way.discard)


def settle(timeout_s: float = 20.0) -> None:
    """Waits until every errand given so far is done."""
    for future in list(_under_way):
        future.result(timeout_s)


def _do(call_id: int, what: str, errand: Callable[[], object]) -> None:
    for pause_s in PAUSES_S:
        time.sleep(pause_s)
        try:
            errand()
            return
        except (TwilioException, RequestException) as error:
            if isinstance(error, TwilioException) and is_gone(error):
                return  # it ended before we came
            if isinstance(error, TwilioRestException) and _is_refusal(error):
                log.warning("Twilio refused to %s", what, extra={"call": call_id}, exc_info=True)
                return
            log.warning("Twilio did not %s", what, extra={"call": call_id}, exc_info=True)
        except Exception:
            log.exception("An errand failed: %s", what, extra={"call": call_id})
            return


def _is_refusal(error: TwilioRestException) -> bool:
    """A word that will not change, unlike "too many at once" and errors of their own."""
    status = int(error.status)
    return status < 500 and status != 429
