"""Columns of their own kind: telephone numbers, encrypted text, and its keyed hash to search by.

What is encrypted is unreadable in a stolen database. Keys come from `settings.FIELD_KEYS`, newest
first: any strong secrets, from which the keys in use are derived (HKDF, RFC 5869). The first one
writes, all of them read and search, so a key is replaced by putting a new one in front and saving
the rows again.
"""

import base64
import hashlib
import hmac
import logging
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models

from elders import pinyin
from elders.errors import ElderError
from elders.numbers import normalise

log = logging.getLogger(__name__)


def search_hashes(text: str) -> list[str]:
    """The hashes `text` may be stored under, one a key, the present one first; hex, 64 characters.

    Case and spaces do not count: an identity number ends in x or X.
    """
    plain = "".join(text.split()).upper().encode()
    return [
        hmac.new(_derive(secret, b"search"), plain, hashlib.sha256).hexdigest()
        for secret in _secrets()
    ]


def seal(content: bytes) -> bytes:
    """`content` as nobody reads it without the keys."""
    return _cipher(_secrets()).encrypt(content)


def unseal(token: bytes) -> bytes | None:
    """What `seal` was given; None when its key is missing."""
    try:
        return _cipher(_secrets()).decrypt(token)
    except InvalidToken:
        log.error("no key in FIELD_KEYS reads this content")
        return None


class Unreadable(str):
    """What stands in for a text whose key is missing: it is shown, and saved back as it was.

    Raising instead would lose an elder's call for help to a forgotten key.
    """

    token: str

    def __new__(cls, token: str) -> "Unreadable":
        text = super().__new__(cls, "[unreadable]")
        text.token = token
        return text


class EncryptedTextField(models.TextField[str, str]):
    """Text kept as a Fernet token; the empty text stays empty. It cannot be filtered by."""

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Unreadable):
            return value.token
        return _cipher(_secrets()).encrypt(str(value).encode()).decode() if value else ""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        if not value:
            return ""
        try:
            return _cipher(_secrets()).decrypt(value.encode()).decode()
        except InvalidToken:
            log.error("no key in FIELD_KEYS reads this value of %s", self)
            return Unreadable(value)

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        """Leave an unreadable value alone when a form sends back what stood in for it."""
        present = getattr(instance, self.attname)
        if not (isinstance(present, Unreadable) and data == str(present)):
            super().save_form_data(instance, data)


class SearchHashField(models.CharField[str, str]):
    """The keyed hash of another column (`of`), kept in step on every save and bulk_create.

    `QuerySet.update` and `save(update_fields=…)` must name both columns or neither.
    """

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"max_length": 64, "editable": False, "blank": True, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = getattr(model_instance, self.of)
        if not isinstance(text, Unreadable):
            setattr(model_instance, self.attname, search_hashes(text)[0] if text else "")
        return str(getattr(model_instance, self.attname))


class SpellingField(models.CharField[str, str]):
    """How the name in another column (`of`) is spelled; with `short`, its initials alone.

    Kept in step like `SearchHashField`.
    """

    def __init__(self, *args: Any, of: str, short: bool = False, **kwargs: Any) -> None:
        self.of, self.short = of, short
        given = {"max_length": 100, "editable": False, "blank": True, "default": "", **kwargs}
        super().__init__(*args, **given)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of, "short": self.short}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        spell = pinyin.initials if self.short else pinyin.spelled
        setattr(model_instance, self.attname, spell(getattr(model_instance, self.of)))
        return str(getattr(model_instance, self.attname))


class NumberField(models.CharField[str, str]):
    """A telephone number, E.164; forms take it as people write it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 20, **kwargs})

    def clean(self, value: Any, model_instance: models.Model | None) -> str:
        if value:
            try:
                value = normalise(str(value))
            except ElderError as wrong:
                raise ValidationError(wrong.message, code=wrong.code) from wrong
        return str(super().clean(value, model_instance))


def _secrets() -> tuple[str, ...]:
    secrets = tuple(filter(None, settings.FIELD_KEYS))
    if not secrets:
        raise ImproperlyConfigured("FIELD_KEYS is empty: nothing to encrypt personal data with")
    return secrets


@lru_cache
def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"one-number " + purpose).derive(secret.encode())


@lru_cache
def _cipher(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(_derive(secret, b"encrypt"))) for secret in secrets]
    )
