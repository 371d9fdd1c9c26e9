"""How somebody wants to be reached first."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReachBy(models.TextChoices):
    """Where reaching a person begins; what is not answered goes on with the next in this order."""

    PUSH = "push", _("push")
    TEXT = "text", _("text message")
    CALL = "call", _("phone call")
