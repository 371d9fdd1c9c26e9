"""Who did it: every event of the log carries one of these."""

from dataclasses import asdict, dataclass

from elders import roles
from elders.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """`kind` is operator, worker, elder, family, device, caller or system."""

    kind: str
    id: int | None
    name: str

    def as_json(self) -> dict[str, object]:
        return asdict(self)


SYSTEM = Actor("system", None, "One Number")


def actor_of(user: User) -> Actor:
    """The person behind a signed-in user, in the part they play for the log."""
    if roles.is_operator(user):
        kind = "operator"
    elif hasattr(user, "worker"):
        kind = "worker"
    elif hasattr(user, "elder"):
        kind = "elder"
    else:
        kind = "family"
    return Actor(kind, user.pk, str(user))
