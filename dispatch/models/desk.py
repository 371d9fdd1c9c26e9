"""What the console keeps for an operator."""

from django.conf import settings
from django.db import models

from dispatch.models.request import ServiceRequest


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


class NoteDraft(models.Model):
    """What somebody is writing about a request and has not kept yet."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="drafts")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "request"], name="one_draft_each_and_request")
        ]

    def __str__(self) -> str:
        return f"draft of {self.user}"
