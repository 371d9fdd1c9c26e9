from datetime import datetime
from typing import Any

from django.db import models


class Heartbeat(models.Model):
    """When a part of the house last said that it is at work. One row a part.

    `work` names it: `deadlines`, `outbound`. `/readyz` reads the rows, so a dead worker is seen
    by whoever watches the web processes. `facts` is what it has to say beside that.
    """

    work = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = "heartbeat"

    def __str__(self) -> str:
        return f"{self.work} {self.at:%H:%M:%S}"

    @classmethod
    def beat(cls, work: str, *, now: datetime, facts: Any = None) -> None:
        cls.objects.update_or_create(work=work, defaults={"at": now, "facts": facts or {}})
