"""Sentences in the language of who listens, whatever language is in use."""

from collections.abc import Callable
from functools import wraps

from django.utils.functional import Promise
from django.utils.translation import override


def spoken(sentence: Callable[..., str]) -> Callable[..., str]:
    """Runs a sentence in the language its first keyword `language` names."""

    @wraps(sentence)
    def speak(*args: object, language: str) -> str:
        with override(language):
            return sentence(*args, language)

    return speak


def saying(words: Promise) -> Callable[..., str]:
    """A sentence that is the same for everybody; `words` are translated when they are said."""
    return spoken(lambda language: str(words))
