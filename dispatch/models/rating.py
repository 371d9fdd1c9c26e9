"""What a relative, or who holds a family link, says of a visit: stars, and a word of thanks."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dispatch.models.reader import TrackLink
from dispatch.models.request import ServiceRequest
from providers.models import Worker


class Rating(models.Model):
    """One relative, or one link, about one visit. `user` and `link` are never both there."""

    request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="ratings")
    worker = models.ForeignKey(Worker, models.CASCADE, related_name="ratings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    link = models.ForeignKey(TrackLink, models.SET_NULL, null=True, related_name="+")
    stars = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "user"], name="one_rating_a_relative"),
            models.UniqueConstraint(fields=["request", "link"], name="one_rating_a_link"),
            models.CheckConstraint(
                condition=models.Q(stars__gte=1, stars__lte=5), name="rating_of_five"
            ),
        ]
        indexes = [models.Index(fields=["worker", "at"], name="ratings_of_worker")]

    def __str__(self) -> str:
        return f"{self.request} {self.stars}/5"
