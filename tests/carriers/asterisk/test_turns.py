"""Who comes first when more comes in than can be done."""

import threading

from telephony.carriers.asterisk.turns import FRESH_S, Lane, Turns

HANDS = ("ami-hand", "ami-last-hand")
OTHER = dict(zip(HANDS, reversed(HANDS), strict=True))
END = {"ami-hand": Lane.NOBODY, "ami-last-hand": Lane.LINE}
"""The lane in which a hand looks last."""
POSTS = [
    ("first caller", Lane.CALLER),
    ("hang-up", Lane.NOBODY),
    ("second caller", Lane.CALLER),
    ("key", Lane.LINE),
]


def done_by(name: str, *, fresh_s: float = FRESH_S) -> list[str]:
    """In which order the hand of that name does what came while both were busy."""
    turns = Turns(hands=1, fresh_s=fresh_s)
    both, freed = threading.Barrier(3), {one: threading.Event() for one in HANDS}

    def hold() -> None:
        both.wait(10)
        freed[threading.current_thread().name].wait(10)

    turns.post("held", hold)
    turns.post("held too", hold)
    both.wait(10)
    done, finished = list[str](), threading.Event()
    for what, lane in POSTS:
        turns.post(what, done.append, what, lane=lane)
    turns.post("the end", finished.set, lane=END[name])
    freed[name].set()
    assert finished.wait(10)
    freed[OTHER[name]].set()
    turns.stop()
    return done


def test_people_on_the_line_come_first_and_of_new_callers_the_newest():
    assert done_by("ami-hand") == ["key", "second caller", "first caller", "hang-up"]


def test_one_hand_sees_to_it_that_what_nobody_waits_for_is_done_too():
    assert done_by("ami-last-hand")[0] == "hang-up"


def test_a_caller_whom_the_dialplan_has_taken_holds_up_no_other():
    done = done_by("ami-hand", fresh_s=0)
    assert done[:2] == ["key", "hang-up"]
    assert set(done[2:]) == {"first caller", "second caller"}


def test_acts_of_one_call_are_done_in_their_order_and_one_that_fails_stops_none():
    turns, done, finished = Turns(hands=4), list[int](), threading.Event()
    for n in range(200):
        turns.post("call", done.append, n, lane=(Lane.NOBODY, Lane.LINE)[n % 2])
        if n == 100:
            turns.post("call", int, "no number")
    turns.post("call", finished.set)
    assert finished.wait(10)
    turns.stop()
    assert done == list(range(200))
