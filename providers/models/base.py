"""What the models share: names, choices, what a number or a place looks like."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

is_e164 = RegexValidator(r"^\+[1-9]\d{6,14}\Z", _("a number in the form +8613800000000"))
in_latitude = [MinValueValidator(-90), MaxValueValidator(90)]
in_longitude = [MinValueValidator(-180), MaxValueValidator(180)]
in_rating = [MinValueValidator(0), MaxValueValidator(5)]


class Named(models.Model):
    """Two names in columns: as written in English or pinyin, and in Chinese."""

    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} {self.name_zh}".strip()

    def name_in(self, language: str | None = None) -> str:
        """The name for a reader of `language` ("zh-hans", "en"); None: the language in use."""
        if (language or get_language() or "").startswith("zh"):
            return self.name_zh or self.name
        return self.name or self.name_zh


class Weekday(models.IntegerChoices):
    """ISO weekdays less one, as `date.weekday()` counts."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")


class Mode(models.TextChoices):
    FOOT = "foot", _("on foot")
    EBIKE = "ebike", _("e-bike")
    CAR = "car", _("car")


class ReachBy(models.TextChoices):
    """How an offer reaches a worker first."""

    PUSH = "push", _("push")
    TEXT = "text", _("text message")
    CALL = "call", _("phone call")
