"""What is asked about an account again and again within one request is looked up once.

A page of the desk asks thirty times for the roles of its operator, and half as often for their part
of the town. Only within a request: what one leaves behind, a task or a thread that took its context
along, asks anew, and so does a socket, which outlives what somebody may.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class _Answers(dict[Hashable, Any]):
    """By question, while `fresh`."""

    fresh = True


_answers: ContextVar[_Answers | None] = ContextVar("answers", default=None)


@contextmanager
def in_one_request() -> Iterator[None]:
    answers = _Answers()
    before = _answers.set(answers)
    try:
        yield
    finally:
        answers.fresh = False
        _answers.reset(before)


def once(question: Hashable, look_up: Callable[[], Answer]) -> Answer:
    """The answer of this request, or of `look_up`."""
    answers = _answers.get()
    if answers is None or not answers.fresh:
        return look_up()
    if question not in answers:
        answers[question] = look_up()
    found: Answer = answers[question]
    return found


def anew(question: Hashable) -> None:
    """The answer has changed."""
    if (answers := _answers.get()) is not None:
        answers.pop(question, None)
