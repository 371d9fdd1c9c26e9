"""What a process that serves tells Python's garbage collector."""

import gc

THRESHOLDS = (20_000, 20, 50)  # Python's own: 700, 10, 10


def settle() -> None:
    """Everything that is there by now stays, and is not looked through again.

    Otherwise each few hundred new objects, which is what some dozen positions are made of, have
    all modules, models and settings looked through, again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
