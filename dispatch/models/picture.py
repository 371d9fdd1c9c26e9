"""What a worker photographed at a visit, and what she signed with her finger."""

from django.db import models
from django.db.models import Q

from dispatch.models.offer import Assignment


class Picture(models.Model):
    """`content` is sealed with FIELD_KEYS: of a photo a JPEG, of a signature its strokes.

    It lies in the database, so that a backup has it and no folder serves it.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo"
        SIGNATURE = "signature"

    visit = models.ForeignKey(Assignment, models.CASCADE, related_name="pictures")
    kind = models.CharField(max_length=10, choices=Kind)
    content = models.BinaryField()
    taken_at = models.DateTimeField()
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit"], condition=Q(kind="signature"), name="one_signature_a_visit"
            )
        ]
        indexes = [models.Index(fields=["kept_at"], name="pictures_by_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} of {self.visit}"
