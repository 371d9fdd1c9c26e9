"""How an operator has arranged the console."""

from django.conf import settings
from django.db import models


class DeskKeys(models.Model):
    """The keys somebody chose instead of `dispatch.keys.DEFAULTS`: act → key, "" for none.

    Without `letters`, keys that are one letter or sign, and the candidates' digits, do nothing.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="desk_keys"
    )
    chosen = models.JSONField(default=dict)
    letters = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"keys of {self.user}"
