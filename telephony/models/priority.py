"""How soon somebody is to be served."""

from django.db import models
from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _


class Priority(models.TextChoices):
    ROUTINE = "routine", _("routine")
    URGENT = "urgent", _("urgent")
    EMERGENCY = "emergency", _("emergency")

    @classmethod
    def higher(cls, one: str, other: str) -> str:
        """The more pressing of two."""
        return max(one, other, key=_ORDER.index)


_ORDER: list[str] = [Priority.ROUTINE, Priority.URGENT, Priority.EMERGENCY]


def most_pressing_first() -> Case:
    """An expression to order by: emergencies, then urgent, then the rest."""
    return Case(
        *[When(priority=word, then=Value(-rank)) for rank, word in enumerate(_ORDER)],
        default=Value(0),
        output_field=models.IntegerField(),
    )
