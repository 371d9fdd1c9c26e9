"""Sentences in the language of who listens, whatever language is in use."""

import re
from collections.abc import Callable
from functools import wraps

from django.utils.functional import Promise
from django.utils.translation import get_language, override

CHINESE = re.compile("[\u4e00-\u9fff]")


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


def in_use(text: str) -> str:
    """Of a note that is kept in both languages, as "中文 || English", the one in use; another as it
    is: most are written once, in the language of whoever wrote them. The mark is one that nobody
    types by chance: what is left out of "青霉素过敏 / DNR" could cost a life."""
    parts = str(text).split(" || ")
    chinese = [CHINESE.search(part) is not None for part in parts]
    if len(parts) != 2 or chinese[0] == chinese[1]:
        return text
    return parts[chinese.index((get_language() or "").startswith("zh"))]
