"""Browsers that may be told by web push that there is something new."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from elders.fields import EncryptedTextField
from elders.models import User


class PushSubscription(models.Model):
    """One browser of one account. Who knows its `endpoint` and keys can send to it: encrypted."""

    user = models.ForeignKey(User, models.CASCADE, related_name="push_subscriptions")
    endpoint = EncryptedTextField(editable=False)
    endpoint_hash = models.CharField(max_length=64, unique=True, editable=False)
    p256dh = EncryptedTextField(editable=False)
    auth = EncryptedTextField(editable=False)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.user} {self.since:%Y-%m-%d}"
