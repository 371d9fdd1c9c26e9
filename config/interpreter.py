"""What a process that serves tells Python about itself."""

import gc
import sys

THRESHOLDS = (20_000, 20, 50)  # of the garbage collector; Python's own: 700, 10, 10
SWITCH_S = 0.001  # Python's own: 0.005


def settle() -> None:
    """Everything that is there by now stays, and is not looked through again. And threads take
    turns more often.

    Otherwise each few hundred new objects, which is what some dozen positions are made of, have
    all modules, models and settings looked through, again and again. And an alarm, which comes
    back from the database some thirty times, waits up to five thousandths of a second each time for
    the thread that reads positions.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    sys.setswitchinterval(SWITCH_S)
