"""Accounts: who may sign in, and the tokens of their programs."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from elders.fields import NumberField
from elders.models.named import Named
from elders.models.place import GridCell


class Language(models.TextChoices):
    """What we can speak and write."""

    CHINESE = "zh-hans", "简体中文"
    ENGLISH = "en", "English"


class User(Named, AbstractUser):
    """An account. What it may do are its groups (`elders.roles`) and its relations."""

    first_name = None  # type: ignore[assignment]  # people here have one name, in two scripts
    last_name = None  # type: ignore[assignment]
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.CHINESE
    )
    phone = NumberField(_("phone"), blank=True)
    grids = models.ManyToManyField(
        GridCell,
        verbose_name=_("grid cells"),
        blank=True,
        related_name="staff",
        help_text=_("The part of town this person works in. Operators: none means all of it."),
    )

    class Meta(AbstractUser.Meta):
        pass

    def __str__(self) -> str:
        return self.name_in() or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class ApiToken(models.Model):
    """A bearer token. Only its SHA-256 is kept: the token has entropy enough to need no salt."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("issued"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name
