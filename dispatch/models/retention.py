"""What was deleted because its time was over: a line a kind a day, kept as proof."""

from django.db import models


class Deletion(models.Model):
    """`before`: what is older than this was to go. `deleted` counts rows that went, or were emptied
    where the row itself must stay. `left` is what was found too old when it had ended: 0 proves it.
    """

    kind = models.CharField(max_length=20)
    day = models.DateField()
    before = models.DateTimeField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    deleted = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["-day", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "day"], name="one_deletion_a_kind_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}: {self.deleted}"
